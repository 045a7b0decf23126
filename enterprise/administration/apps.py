from __future__ import annotations

from django.apps import AppConfig


class AdministrationConfig(AppConfig):
    name = "enterprise.administration"
    label = "administration"

    def ready(self) -> None:
        from django.contrib import admin

        from enterprise.administration import audit_sign_ins

        audit_sign_ins.connect()
        # It deletes many at once, of which Django tells nobody.
        admin.site.disable_action("delete_selected")
