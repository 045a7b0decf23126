"""What a person types into Send Text, checked before anything is queued."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from texting import lines
from texting.models import Line
from texting.segments import normalise_body

if TYPE_CHECKING:
    from collections.abc import Sequence

EMPTY = _("Write a message first: this one is empty.")


class BodyField(forms.CharField):
    """A text's body: normalised first, so that a pasted control character is no error but simply not sent."""

    def to_python(self, value: Any) -> str:
        return normalise_body(str(value)) if value else ""


class ComposeForm(forms.Form):
    """Line and body. `lines` are those the user may send from; the body's limit is the line's provider's."""

    line = forms.ModelChoiceField(
        Line.objects.none(),
        label=_("From"),
        error_messages={
            "required": _("Choose the line to send from."),
            "invalid_choice": _("You may not send from this line."),
        },
    )
    body = BodyField(label=_("Message"), strip=False, error_messages={"required": EMPTY})

    def __init__(self, *args: Any, lines: Sequence[Line], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["line"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = Line.objects.filter(pk__in=[line.pk for line in lines])

    def clean_body(self) -> str:
        body: str = self.cleaned_data["body"]
        if not body.strip():
            raise forms.ValidationError(EMPTY)
        return body

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        line, body = cleaned.get("line"), cleaned.get("body")
        if line and body:
            limit = lines.provider_of(line).body_limit_bytes
            if len(body.encode()) > limit:
                self.add_error("body", too_long(body, limit))
        return cleaned


def too_long(body: str, limit: int) -> str:
    """By how many characters, the last ones; the limit is one of bytes (UTF-8), which differ from place to place."""
    over = len(body) - len(body.encode()[:limit].decode(errors="ignore"))
    words = ngettext(
        "Too long for one text by %(count)s character. Shorten it, or send it as two.",
        "Too long for one text by %(count)s characters. Shorten it, or send it as two.",
        over,
    ) % {"count": number_format(over, force_grouping=True)}
    if body.isascii():
        return words
    return f"{words} {_('Accents, emoji and curly quotes take the room of two to four characters.')}"
