"""Edit forms that post what their reader saw, so that nobody undoes what another changed since the page was opened."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.http import QueryDict
from django.utils.choices import flatten_choices
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

if TYPE_CHECKING:
    from django.forms.boundfield import BoundField

    AnyModelForm = forms.ModelForm[Any]
else:
    AnyModelForm = forms.ModelForm


class SeenChoices(forms.HiddenInput):
    """Several choices in one hidden field, which is there even when nothing is chosen."""

    def format_value(self, value: Any) -> str:
        return _plain(value)

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        return _choices(data.get(name, ""))


class SeenForm(AnyModelForm):
    """A field left alone keeps what is stored by now; one that two people changed is asked about.

    The row has to be locked, and read after that, while the form is checked and saved.
    """

    def __getitem__(self, name: str) -> BoundField:
        # Only when a field is asked for: a form may put other fields in place after `__init__`.
        field = self.fields.get(name)
        if field and self.instance.pk:
            field.show_hidden_initial = not self.is_bound or self.add_initial_prefix(name) in self.data
            if isinstance(field, forms.ModelMultipleChoiceField):
                field.hidden_widget = SeenChoices
        return super().__getitem__(name)

    def full_clean(self) -> None:
        changed_twice = self._take_over_changes() if self.is_bound else {}
        super().full_clean()
        for name, words in changed_twice.items():
            self.add_error(name, words)

    def _take_over_changes(self) -> dict[str, str]:
        """Put into the posted data what others stored since; return what to ask about fields that both changed."""
        data = QueryDict(mutable=True)
        data.update(self.data)
        self.data = data
        self.__dict__.pop("changed_data", None)
        changed_twice = {}
        for bound in [each for each in self if each.field.show_hidden_initial]:
            seen = _plain(bound.field.hidden_widget().value_from_datadict(data, self.files, bound.html_initial_name))
            stored, posted = _plain(bound.field.prepare_value(bound.initial)), _plain(bound.data)
            if seen == stored:
                continue
            data[bound.html_initial_name] = stored
            if posted == seen:
                data.setlist(bound.html_name, _choices(stored) if _is_many(bound.field) else [stored])
            elif posted != stored:
                changed_twice[bound.name] = _words(bound, stored)
        return changed_twice


def _is_many(field: forms.Field) -> bool:
    return isinstance(field, forms.ModelMultipleChoiceField)


def _choices(plain: str) -> list[str]:
    return [choice for choice in plain.split(",") if choice]


def _plain(value: Any) -> str:
    """The value as a form posts it, but for the line ends, which a browser changes; several are sorted."""
    if isinstance(value, list | tuple):
        return ",".join(sorted(str(each) for each in value))
    return "" if value is None else str(value).replace("\r\n", "\n").strip()


def _words(bound: BoundField, stored: str) -> str:
    if not stored:
        return _("Somebody emptied this since you opened the page. Save again to put yours in.")
    words = _("Since you opened the page, somebody changed this to “%(stored)s”. Save again to put yours in its place.")
    return words % {"stored": _stored_words(bound, stored)}


def _stored_words(bound: BoundField, stored: str) -> str:
    if isinstance(bound.initial, date):
        return date_format(bound.initial, pgettext("date format", "j M Y"))
    if isinstance(bound.field, forms.ModelChoiceField):
        chosen = bound.field.queryset.filter(pk__in=_choices(stored)) if bound.field.queryset is not None else []
        return ", ".join(str(each) for each in chosen) or stored
    choices: list[tuple[Any, Any]] = list(flatten_choices(getattr(bound.field, "choices", ())))
    return next((str(label) for key, label in choices if str(key) == stored), stored)
