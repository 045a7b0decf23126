from __future__ import annotations

from django.apps import AppConfig

from texting import seam_help


class HotlistsConfig(AppConfig):
    name = "enterprise.hotlists"
    label = "hotlists"

    def ready(self) -> None:
        from enterprise.hotlists.sources import source_words

        seam_help.register_source_words(source_words)
