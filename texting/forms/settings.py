"""What the firm decides about texting, and whether it may."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.http import QueryDict
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from texting import conf, seam
from texting.models import TextingSettings
from texting.models.settings import LONGEST_IDLE_WINDOW, SHORTEST_IDLE_WINDOW

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.contrib.auth.models import AbstractUser

    from texting.seam import FilingChoice

UNITS = {"minutes": timedelta(minutes=1), "hours": timedelta(hours=1), "days": timedelta(days=1)}
UNIT_LABELS = {"minutes": gettext_lazy("minutes"), "hours": gettext_lazy("hours"), "days": gettext_lazy("days")}
# More digits than this are no number of anything; they would only overflow.
_LARGEST_AMOUNT = 1_000_000


class FilingSelect(forms.Select):
    """A drop-down in which what cannot be chosen is there, disabled, with the reason in words."""

    def __init__(self, choices: Mapping[str, FilingChoice]) -> None:
        super().__init__()
        self.filing_choices = choices

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        choice = self.filing_choices.get(str(value))
        if choice and choice.why_not:
            option["attrs"]["disabled"] = True
            option["label"] = _("%(choice)s: %(reason)s") % {
                "choice": choice.label,
                "reason": _lower_first(choice.why_not),
            }
        return option


class SettingsForm(forms.Form):
    """`settings` are those in force, and locked while the form is checked and saved.

    `seen` are those that were in force when the page was opened: what somebody changed since is not undone unasked.
    """

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    idle_amount = forms.IntegerField(
        label=gettext_lazy("Log a conversation after"),
        error_messages={
            "required": gettext_lazy("Enter how long nobody must have written, such as 24."),
            "invalid": gettext_lazy("Write a whole number in digits, such as 24."),
        },
        widget=forms.NumberInput(attrs={"min": 1, "step": 1, "inputmode": "numeric", "class": "num"}),
    )
    idle_unit = forms.ChoiceField(label=gettext_lazy("Unit"), choices=list(UNIT_LABELS.items()))
    text_inactive = forms.BooleanField(label=gettext_lazy("Text inactive people too"), required=False)

    use_required_attribute = False

    def __init__(self, data: QueryDict | None = None, *, settings: TextingSettings) -> None:
        super().__init__(data, initial=_initial_of(settings))
        self.settings = settings
        self.record_types = seam.record_types()
        self.filing = {
            kind.key: {choice.value: choice for choice in kind.filing_choices()} for kind in self.record_types
        }
        for kind in self.record_types:
            self.fields[_filing_field(kind.key)] = self._filing_field(kind, settings.filed_under.get(kind.key, ""))

    def _filing_field(self, kind: seam.RecordType, current: str) -> forms.ChoiceField:
        choices = self.filing[kind.key]
        problem = choices[current].why_not if current in choices else ""
        return forms.ChoiceField(
            label=_("%(records)s are logged under") % {"records": kind.label_plural},
            choices=[("", _("Choose…")), *((choice.value, choice.label) for choice in choices.values())],
            widget=FilingSelect(choices),
            # A firm that has none to choose must still be able to change the rest.
            required=any(not choice.why_not for choice in choices.values()),
            help_text=_("%(choice)s cannot be used any more: %(reason)s")
            % {"choice": choices[current].label, "reason": _lower_first(problem)}
            if problem
            else "",
            error_messages={
                "required": _("Choose one: without it, conversations with %(records)s are not logged.")
                % {"records": kind.label_plural.lower()},
                "invalid_choice": _("This one is gone: choose another."),
            },
        )

    @property
    def filing_fields(self) -> list[forms.BoundField]:
        return [self[_filing_field(kind.key)] for kind in self.record_types]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for kind in self.record_types:
            choice = self.filing[kind.key].get(cleaned.get(_filing_field(kind.key), ""))
            if choice and choice.why_not:
                facts = {"choice": choice.label, "reason": _lower_first(choice.why_not)}
                self.add_error(_filing_field(kind.key), _("%(choice)s cannot be used: %(reason)s") % facts)
        amount, unit = cleaned.get("idle_amount"), cleaned.get("idle_unit")
        if amount is not None and unit:
            self._check_window(amount, unit)
        self._check_seen(cleaned.get("seen", ""))
        return cleaned

    def _check_seen(self, seen: str) -> None:
        """What the page shows once more is seen."""
        now = _seen(self.settings)
        if not seen or seen == now:
            return
        shown = QueryDict(mutable=True)
        shown.update(self.data)
        shown["seen"] = now
        self.data = shown
        words = _(
            "Since you opened the page, somebody changed these settings. In force now: %(settings)s. "
            "Save again to put yours in their place."
        )
        self.add_error(None, words % {"settings": "; ".join(self._words())})

    def _words(self) -> list[str]:
        """The settings in force, as the form names them."""
        stored = _initial_of(self.settings)
        values = {
            "idle_amount": _written(stored["idle_amount"], stored["idle_unit"]),
            "text_inactive": _("yes") if stored["text_inactive"] else _("no"),
        }
        for kind in self.record_types:
            name = _filing_field(kind.key)
            choice = self.filing[kind.key].get(stored.get(name, ""))
            values[name] = str(choice.label) if choice else _("not chosen")
        return [f"{self.fields[name].label}: {value}" for name, value in values.items()]

    def _check_window(self, amount: int, unit: str) -> None:
        written = _written(amount, unit)
        if amount < 1:
            self.add_error(
                "idle_amount", _("%(written)s is too short: the shortest is 1 minute.") % {"written": written}
            )
        elif amount > _LARGEST_AMOUNT or amount * UNITS[unit] > LONGEST_IDLE_WINDOW:
            self.add_error("idle_amount", _("%(written)s is too long: the longest is 30 days.") % {"written": written})

    def save(self, user: AbstractUser) -> bool:
        """Keep what a valid form says; False when it says nothing new."""
        settings = self.settings
        before = _facts(settings)
        settings.idle_window = self.idle_window
        settings.text_inactive = self.cleaned_data["text_inactive"]
        settings.filed_under = self._filed_under(settings.filed_under)
        after = _facts(settings)
        if after == before:
            return False
        settings.save(update_fields=["idle_window", "text_inactive", "filed_under"])
        facts = {"before": before, "after": after}
        conf.audit()(actor_id=user.pk, action="settings.changed", subject="texting:settings", facts=facts)
        return True

    @property
    def idle_window(self) -> timedelta:
        """Of a valid form."""
        amount: int = self.cleaned_data["idle_amount"]
        return max(amount * UNITS[self.cleaned_data["idle_unit"]], SHORTEST_IDLE_WINDOW)

    def _filed_under(self, before: dict[str, str]) -> dict[str, str]:
        chosen = {kind.key: self.cleaned_data[_filing_field(kind.key)] for kind in self.record_types}
        # What is kept for a kind of record that is not there just now is none of this form's business.
        return {key: value for key, value in {**before, **chosen}.items() if value}


def _facts(settings: TextingSettings) -> dict[str, Any]:
    return {
        "idle_window_seconds": int(settings.idle_window.total_seconds()),
        "text_inactive": settings.text_inactive,
        "filed_under": settings.filed_under,
    }


def _seen(settings: TextingSettings) -> str:
    return json.dumps(_facts(settings), sort_keys=True)


def _initial_of(settings: TextingSettings) -> dict[str, Any]:
    unit = _unit_of(settings.idle_window)
    filing = {_filing_field(key): value for key, value in settings.filed_under.items()}
    # Rounded up, should someone have set seconds elsewhere.
    amount = -(-settings.idle_window // UNITS[unit])
    shown = {"idle_amount": amount, "idle_unit": unit, "text_inactive": settings.text_inactive, **filing}
    return {**shown, "seen": _seen(settings)}


def _unit_of(window: timedelta) -> str:
    """The largest unit that goes into `window` whole; a day is "24 hours", as people say."""
    if window > UNITS["days"] and not window % UNITS["days"]:
        return "days"
    return "hours" if not window % UNITS["hours"] else "minutes"


def _written(amount: int, unit: str) -> str:
    """ "30 minutes", "1 day"."""
    words = {
        "minutes": ngettext("%(count)s minute", "%(count)s minutes", amount),
        "hours": ngettext("%(count)s hour", "%(count)s hours", amount),
        "days": ngettext("%(count)s day", "%(count)s days", amount),
    }
    return words[unit] % {"count": number_format(amount, force_grouping=True)}


def _filing_field(key: str) -> str:
    return f"filed_under_{key}"


def _lower_first(words: str) -> str:
    return words[:1].lower() + words[1:]
