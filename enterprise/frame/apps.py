from django.apps import AppConfig


class FrameConfig(AppConfig):
    """What every page shares: the frame around it, its components, and the JavaScript contracts they rely on."""

    name = "enterprise.frame"
    label = "frame"
