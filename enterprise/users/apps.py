from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from texting import seam


class UsersConfig(AppConfig):
    name = "enterprise.users"
    label = "users"

    def ready(self) -> None:
        from django.contrib.auth import user_logged_in

        from enterprise.users import signed_in
        from enterprise.users.roles import ensure_roles
        from enterprise.users.textable import BranchOwners, ServiceRepOwners

        # In the order in which a user's lines are offered: the own one first.
        seam.register_owner_kind(ServiceRepOwners())
        seam.register_owner_kind(BranchOwners())

        # Permissions exist only after all apps have migrated; the roles that grant them come right after.
        post_migrate.connect(ensure_roles, sender=self, dispatch_uid="users.ensure_roles")
        user_logged_in.connect(signed_in.begin, dispatch_uid="users.signed_in.begin")
