from __future__ import annotations

from django.apps import AppConfig
from django.contrib.admin import apps as django_admin

from texting import seam_help


class SiteConfig(django_admin.AdminConfig):
    default = False
    default_site = "enterprise.administration.site.Site"


class AdministrationConfig(AppConfig):
    default = True
    name = "enterprise.administration"
    label = "administration"

    def ready(self) -> None:
        from django.contrib import admin

        from enterprise.administration import audit_sign_ins
        from enterprise.administration.access import Access
        from enterprise.administration.own_record import own_record

        audit_sign_ins.connect()
        # It deletes many at once, of which Django tells nobody.
        admin.site.disable_action("delete_selected")
        seam_help.register_access(Access())
        seam_help.register_own_record(own_record)
