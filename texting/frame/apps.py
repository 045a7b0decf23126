from django.apps import AppConfig


class FrameConfig(AppConfig):
    """What every page shares: components, icons, styles, and the scripts with their contracts. Knows no host."""

    name = "texting.frame"
    label = "frame"
