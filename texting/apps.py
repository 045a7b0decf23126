from __future__ import annotations

from django.apps import AppConfig

from texting import seam


class TextingConfig(AppConfig):
    name = "texting"
    label = "texting"

    def ready(self) -> None:
        from texting.models import TextingSettings

        seam.register_used_filing_choices(lambda: TextingSettings.current().filed_under)
