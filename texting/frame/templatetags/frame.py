"""{% load frame %}: icon, status, avatar, when, meter. One look for each thing, on every page."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import template
from django.conf import settings
from django.contrib.humanize.templatetags.humanize import intcomma
from django.forms import BaseForm, BoundField
from django.shortcuts import resolve_url
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from texting.frame import initials as people
from texting.frame import moments
from texting.frame.icons import SPRITE, UnknownIconError, icon_names
from texting.frame.statuses import Status, counted_word, find_status
from texting.frame.words import script_url

logger = logging.getLogger(__name__)
register = template.Library()

NOTHING = SafeString("")


def is_strict() -> bool:
    """Whether a name nobody knows is an error (while developing and testing) or shows plainly (for users)."""
    return bool(getattr(settings, "FRAME_STRICT", settings.DEBUG))


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """`size`: "" (20 px), "sm" (16) or "lg" (32). Always decoration: the words stand beside it or in an aria-label."""
    if name not in icon_names():
        if is_strict():
            raise UnknownIconError(f"{name!r} is not in the sprite; texting/frame/icons.py says how to add it")
        logger.warning("icon %s is not in the sprite", name)
        return NOTHING
    css = f"icon icon-{size}" if size else "icon"
    return format_html(
        '<svg class="{}" width="20" height="20" viewBox="0 0 24 24" fill="none" stroke="currentColor" '
        'stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><use href="{}#{}"/></svg>',
        css,
        static(SPRITE),
        name,
    )


@register.simple_tag
def login_url() -> str:
    return resolve_url(settings.LOGIN_URL)


@register.simple_tag
def words_url() -> str:
    return script_url()


@register.simple_tag
def status(key: str, words: str = "", tone: str = "") -> SafeString:
    """The icon and the words of a state. `words` says more than the usual word ("Opted out 3 Nov")."""
    known = find_status(key)
    if known is None:
        if is_strict():
            raise LookupError(f"{key!r} has no icon and word in texting/frame/statuses.py")
        logger.warning("status %s is not known", key)
        known = Status("info-circle", str(key).replace("_", " ").capitalize())
    return format_html('<span class="st st-{}">{}{}</span>', tone or known.tone, icon(known.icon), words or known.word)


@register.simple_tag
def avatar(name: str, size: str = "", photo: str = "") -> SafeString:
    """A photo (its address), else initials in a tinted disc; decoration beside the name. `size`: "" or "lg"."""
    css = f"avatar avatar-{size}" if size else "avatar"
    if photo:
        return format_html('<img class="{}" src="{}" alt="" loading="lazy">', css, photo)
    letters = people.initials(str(name)) or icon("user", "sm")
    return format_html('<span class="{} tint-{}" aria-hidden="true">{}</span>', css, people.tint(str(name)), letters)


@register.simple_tag
def when(at: datetime | date | None, style: str = "short", empty: str = "") -> SafeString:
    """A <time> in the reader's zone with the exact moment in its title. `style`: a name of moments.STYLES."""
    if at is None or at == "":
        return format_html("{}", empty) if empty else NOTHING
    now = timezone.localtime()
    if not isinstance(at, datetime):
        midnight = timezone.make_aware(datetime.combine(at, datetime.min.time()))
        return format_html('<time datetime="{}">{}</time>', at.isoformat(), moments.day(midnight, now))
    local = timezone.localtime(at)
    said = moments.STYLES[style](local, now)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', local.isoformat(timespec="seconds"), moments.exact(local), said
    )


@dataclass(frozen=True)
class Share:
    css: str
    count: int
    words: str
    x: str
    width: str


Segment = tuple[str, int] | tuple[str, int, str]


@register.inclusion_tag("components/meter.html")
def meter(segments: Iterable[Segment], of: str = "") -> dict[str, Any]:
    """A bar and its key. `segments`: ("delivered", 10) or ("not_texted", 3, "people not texted"), in the order shown.

    `of` names the whole ("18 people"); without it the bar says the sum. Segments of 0 are left out.
    """
    shares = _shares([segment for segment in segments if segment[1] > 0])
    whole = of or intcomma(sum(share.count for share in shares))
    parts = ", ".join(f"{intcomma(share.count)} {share.words}" for share in shares)
    return {"shares": shares, "label": _("Of %(whole)s: %(parts)s") % {"whole": whole, "parts": parts}}


@register.inclusion_tag("components/meter_bar.html")
def meter_bar(segments: Iterable[Segment], of: str = "") -> dict[str, Any]:
    """The bar of `meter` alone, for where its words stand beside it as statuses."""
    return meter(segments, of)


GAP = 0.2  # percent of the bar between two shares


def _shares(segments: list[Segment]) -> list[Share]:
    total = sum(segment[1] for segment in segments)
    shares: list[Share] = []
    start = 0.0
    for key, count, *words in segments:
        known = find_status(key)
        width = 100 * count / total
        shares.append(
            Share(
                css=f"m-{known.meter if known else key}",
                count=count,
                words=words[0] if words else counted_word(key, count),
                x=f"{start:.2f}%",
                width=f"{max(width - GAP, 0.1):.2f}%",
            )
        )
        start += width
    return shares


@register.filter
def fields_with_errors(form: BaseForm) -> list[BoundField]:
    """The form's fields that have something to correct, in the order they stand."""
    return [form[name] for name in form.fields if name in form.errors]
