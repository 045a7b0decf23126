"""Days that somebody types. "0026" is a slip for 2026, and what is centuries back no clock can show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from datetime import date

FIRST_YEAR = 1990


def refuse_slip(day: date) -> None:
    if day.year < FIRST_YEAR:
        raise ValidationError(_("This is before %(year)s: check the year.") % {"year": FIRST_YEAR})


class DayField(forms.DateField):
    default_validators = [refuse_slip]
