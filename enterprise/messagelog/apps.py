from __future__ import annotations

from django.apps import AppConfig


class MessagelogConfig(AppConfig):
    name = "enterprise.messagelog"
    label = "messagelog"
