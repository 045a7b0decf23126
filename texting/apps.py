from __future__ import annotations

from django.apps import AppConfig

from texting import seam


class TextingConfig(AppConfig):
    name = "texting"
    label = "texting"

    def ready(self) -> None:
        from texting import inbox_views, logged
        from texting.models import TextingSettings

        seam.register_used_filing_choices(lambda: TextingSettings.current().filed_under)
        seam.register_texts_now(logged.texts_now)
        seam.register_waiting("texting:inbox", inbox_views.unread_count)
        seam.register_waiting("texting:unmatched", inbox_views.unmatched_count)
