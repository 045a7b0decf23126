"""The credentials of a line, as an administrator types them."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from texting import numbers, seam
from texting.errors import InvalidNumber
from texting.lines import ConnectionFailed, Credentials, stored_password
from texting.numbers import format_number, parse_number
from texting.vocabulary import NumberProblem

if TYPE_CHECKING:
    from texting.models import Line

_SEPARATORS = frozenset("()-.+ \u2010\u2011\u2012\u2013\u2212")
_DIGITS = frozenset("0123456789")


def read_username(typed: str) -> tuple[str, str]:
    """Return the line's number in E.164 and the username as ZipWhip's client takes it.

    "(612) 555-0100" gives "16125550100", and an operator's "dan@(612) 555-0100" gives "dan@16125550100". Raises
    ValidationError that says what is wrong.
    """
    # Invisible marks come along when a number is copied from a phone's contacts.
    visible = "".join(one for one in typed if unicodedata.category(one) != "Cf")
    operator, at, written = visible.strip().rpartition("@")
    if at and not operator:
        raise forms.ValidationError(_("Write the operator’s name before the @, as in dan@6125550100."))
    if any(one.isspace() or not one.isprintable() for one in operator):
        raise forms.ValidationError(_("An operator’s name has no space in it."))
    number = _read_number(" ".join(written.split()))
    return number, f"{operator}{at}{number.removeprefix('+')}"


def _read_number(written: str) -> str:
    odd = next((one for one in written if one not in _DIGITS | _SEPARATORS), "")
    if odd:
        words = _("%(written)s has “%(odd)s” in it; a number has only digits, spaces and ( ) - . +")
        raise forms.ValidationError(words % {"written": written, "odd": odd})
    try:
        return parse_number(written)
    except InvalidNumber as error:
        if error.problem == NumberProblem.TOLL_FREE:
            # Toll-free numbers cannot be texted, but they can be lines: ZipWhip text-enables them.
            return "+1" + numbers.digits_of(written)[-10:]
        if error.problem == NumberProblem.MISSING:
            raise forms.ValidationError(_("Enter the line’s number, such as 6125550100.")) from error
        raise forms.ValidationError(_("%(problem)s.") % {"problem": error.words}) from error


class CredentialsForm(forms.Form):
    """Who a line belongs to, and the account behind it; `line` when it is one that exists.

    Which one it belongs to is asked by one field a kind of owner; that of the account type chosen counts. The password
    is never shown again; an empty one keeps that of the `line`.
    """

    username = forms.CharField(
        label=gettext_lazy("Username"),
        max_length=80,
        help_text=gettext_lazy("The line’s own number, or name@number for an operator: as one signs in to ZipWhip."),
        error_messages={"required": gettext_lazy("Enter the line’s number, such as 6125550100.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "class": "num"}),
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        max_length=200,
        strip=False,
        help_text=gettext_lazy("Kept encrypted. Nobody can read it back here."),
        error_messages={"required": gettext_lazy("Enter the password that goes with this username.")},
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    use_required_attribute = False

    def __init__(self, *args: Any, line: Line | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.line = line
        self.number = ""
        self.kinds = sorted(seam.owner_kinds(), key=lambda kind: kind.label)
        self.fields["account_type"] = forms.ChoiceField(
            label=_("Account type"),
            choices=[(kind.key, kind.label) for kind in self.kinds],
            widget=forms.Select(attrs={"autofocus": True}),
        )
        for kind in self.kinds:
            self.fields[_owner_field(kind.key)] = self._owner_choice(kind)
        self.order_fields(["account_type", *(_owner_field(kind.key) for kind in self.kinds), "username", "password"])
        if line and line.password_token:
            self.fields["password"].required = False
            self.fields["password"].help_text = _("Leave it empty to keep the stored one, which nobody can read here.")

    def _owner_choice(self, kind: seam.OwnerKind) -> forms.TypedChoiceField:
        choices = kind.choices()
        current = self.line.owner_id if self.line and self.line.owner_kind == kind.key else None
        if current and current not in dict(choices):
            # One that may own no new line keeps the one it has.
            choices = [*choices, *kind.names([current]).items()]
        return forms.TypedChoiceField(
            label=seam.kind_words(kind),
            choices=[("", _("Choose…")), *choices],
            coerce=int,
            required=False,
            error_messages={"invalid_choice": _("This one is gone or inactive: choose another.")},
        )

    @property
    def owner_fields(self) -> list[tuple[str, forms.BoundField, bool]]:
        """Key of the kind, its field, and whether it is the one to be filled in."""
        chosen = self["account_type"].value() or (self.kinds[0].key if self.kinds else "")
        return [(kind.key, self[_owner_field(kind.key)], kind.key == chosen) for kind in self.kinds]

    def clean_username(self) -> str:
        self.number, username = read_username(self.cleaned_data["username"])
        if self.line and self.number != self.line.number:
            words = _("This line is %(number)s, and that does not change. Add credentials for another number.")
            raise forms.ValidationError(words % {"number": format_number(self.line.number)})
        return username

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "username" in cleaned and self.line and self.is_new_login and not cleaned.get("password"):
            self._require_stored_password(self.line)
        chosen = cleaned.get("account_type", "")
        for kind in self.kinds:
            name = _owner_field(kind.key)
            if kind.key != chosen:
                self.errors.pop(name, None)
            elif not cleaned.get(name) and name not in self.errors:
                words = _("Choose the %(kind)s this line belongs to.")
                self.add_error(name, words % {"kind": seam.kind_words(kind).lower()})
        return cleaned

    def _require_stored_password(self, line: Line) -> None:
        try:
            stored_password(line)
        except ConnectionFailed as failure:
            self.add_error("password", failure.words)

    @property
    def owner(self) -> seam.Owner:
        """Of a valid form."""
        kind = self.cleaned_data["account_type"]
        return seam.Owner(kind, self.cleaned_data[_owner_field(kind)])

    @property
    def credentials(self) -> Credentials:
        """Of a valid form. A password that was left empty is the stored one."""
        password = self.cleaned_data["password"]
        if not password and self.line:
            password = stored_password(self.line)
        return Credentials(self.owner, self.number, self.cleaned_data["username"], password)

    @property
    def is_new_login(self) -> bool:
        """Whether there is anything to try at ZipWhip; of a valid form of an existing line."""
        changed_username = self.line is not None and self.cleaned_data["username"] != self.line.username
        return changed_username or bool(self.cleaned_data.get("password"))


def initial_of(line: Line) -> dict[str, Any]:
    """What the form shows of a line; never the password."""
    operator, at, digits = line.username.rpartition("@")
    return {
        "account_type": line.owner_kind,
        _owner_field(line.owner_kind): line.owner_id,
        "username": f"{operator}{at}{format_number('+' + digits)}",
    }


def _owner_field(kind: str) -> str:
    return f"owner_{kind}"
