"""A batch to a hotlist says which: `texting.seam_help.register_source_words`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from enterprise.hotlists.models import Hotlist

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser


def source_words(source: str, reader: AbstractUser) -> str:
    """By its name of today, to those who see it; "" for what is no hotlist."""
    kind, _colon, pk = source.partition(":")
    if kind != "hotlist" or not pk.isdecimal() or len(pk) > 18:
        return ""
    hotlist = Hotlist.objects.visible_to(reader).filter(pk=pk).first()
    return _("Hotlist: %(hotlist)s") % {"hotlist": hotlist} if hotlist else _("A hotlist")
