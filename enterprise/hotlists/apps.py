from __future__ import annotations

from django.apps import AppConfig


class HotlistsConfig(AppConfig):
    name = "enterprise.hotlists"
    label = "hotlists"
