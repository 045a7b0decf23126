"""Edit forms that post what their reader saw, so that nobody undoes what another changed since the page was opened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from django.forms.boundfield import BoundField

    AnyModelForm = forms.ModelForm[Any]
else:
    AnyModelForm = forms.ModelForm


class SeenForm(AnyModelForm):
    """A field left alone keeps what is stored by now; one that two people changed is asked about.

    The row has to be locked while the form is checked and saved.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.instance.pk:
            for name, field in self.fields.items():
                field.show_hidden_initial = not self.is_bound or self.add_initial_prefix(name) in self.data

    def full_clean(self) -> None:
        changed_twice = self._take_over_changes() if self.is_bound else {}
        super().full_clean()
        for name, words in changed_twice.items():
            self.add_error(name, words)

    def _take_over_changes(self) -> dict[str, str]:
        """Put into the posted data what others stored since; return what to ask about fields that both changed."""
        self.data = data = {name: self.data[name] for name in self.data}
        self.__dict__.pop("changed_data", None)
        changed_twice = {}
        for bound in [self[name] for name, field in self.fields.items() if field.show_hidden_initial]:
            seen, stored = _posted(bound, bound.html_initial_name), _plain(bound.initial)
            posted = _posted(bound, bound.html_name)
            if seen == stored:
                continue
            data[bound.html_initial_name] = stored
            if posted == seen:
                data[bound.html_name] = stored
            elif posted != stored:
                changed_twice[bound.name] = _words(bound, stored)
        return changed_twice


def _posted(bound: BoundField, name: str) -> str:
    return _plain(bound.field.widget.value_from_datadict(bound.form.data, {}, name))


def _plain(value: object) -> str:
    """The value as a form posts it, but for the line ends, which a browser changes."""
    return "" if value is None else str(value).replace("\r\n", "\n").strip()


def _words(bound: BoundField, stored: str) -> str:
    if not stored:
        return _("Somebody emptied this since you opened the page. Save again to put yours in.")
    labels = {str(key): str(label) for key, label in getattr(bound.field, "choices", ())}
    words = _("Since you opened the page, somebody changed this to “%(stored)s”. Save again to put yours in its place.")
    return words % {"stored": labels.get(stored, stored)}
