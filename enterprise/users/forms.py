"""What an administrator types about a user, a password and a branch; and what everyone chooses for themselves."""

from __future__ import annotations

import zoneinfo
from functools import cache
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enterprise.seen import SeenForm
from enterprise.users.models import Branch, User

if TYPE_CHECKING:
    from django.db.models import QuerySet

    UserModelForm = forms.ModelForm[User]
    RolesField = forms.ModelMultipleChoiceField[Group]
else:
    UserModelForm = forms.ModelForm
    RolesField = forms.ModelMultipleChoiceField

COMMON_ZONES = {
    "America/New_York": gettext_lazy("Eastern (New York)"),
    "America/Chicago": gettext_lazy("Central (Chicago)"),
    "America/Denver": gettext_lazy("Mountain (Denver)"),
    "America/Phoenix": gettext_lazy("Mountain, no daylight saving (Phoenix)"),
    "America/Los_Angeles": gettext_lazy("Pacific (Los Angeles)"),
    "America/Anchorage": gettext_lazy("Alaska (Anchorage)"),
    "Pacific/Honolulu": gettext_lazy("Hawaii (Honolulu)"),
    "America/Puerto_Rico": gettext_lazy("Atlantic, no daylight saving (Puerto Rico)"),
    "America/St_Johns": gettext_lazy("Newfoundland (St. John’s)"),
    "America/Halifax": gettext_lazy("Atlantic (Halifax)"),
    "America/Toronto": gettext_lazy("Eastern (Toronto)"),
    "America/Winnipeg": gettext_lazy("Central (Winnipeg)"),
    "America/Regina": gettext_lazy("Central, no daylight saving (Regina)"),
    "America/Edmonton": gettext_lazy("Mountain (Edmonton)"),
    "America/Vancouver": gettext_lazy("Pacific (Vancouver)"),
}
# What a role lets people do, in the words of the page; what is not named here does not matter to a choice of roles.
PERMISSION_WORDS = {
    "change_employee": gettext_lazy("edit employees"),
    "change_contact": gettext_lazy("edit contacts"),
    "add_message": gettext_lazy("log messages"),
    "send": gettext_lazy("send texts"),
    "manage_lines": gettext_lazy("manage lines"),
    "change_textingsettings": gettext_lazy("change texting settings"),
    "import_people": gettext_lazy("import people"),
    "administer": gettext_lazy("administer Enterprise and see every branch"),
}


@cache
def _other_zones() -> list[tuple[str, str]]:
    places = ("Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
    found = (name for name in zoneinfo.available_timezones() if name.startswith(places) and "/" in name)
    return [(name, name.replace("_", " ")) for name in sorted(found) if name not in COMMON_ZONES]


def zone_words(name: str) -> str:
    return str(COMMON_ZONES.get(name, name.replace("_", " ")))


class ZoneField(forms.TypedChoiceField):
    """A drop-down of time zones, those of the United States and Canada first. `stored` is offered whatever it is."""

    def __init__(self, *, stored: str, nothing: str = "", **options: Any) -> None:
        others = _other_zones()
        is_listed = not stored or stored in COMMON_ZONES or stored in dict(others)
        choices: list[Any] = [
            *([("", nothing)] if nothing else []),
            (gettext_lazy("United States and Canada"), list(COMMON_ZONES.items())),
            (gettext_lazy("Elsewhere"), others if is_listed else [(stored, zone_words(stored)), *others]),
        ]
        super().__init__(label=gettext_lazy("Time zone"), choices=choices, initial=stored, **options)


def role_words(role: Group) -> str:
    """What a role lets people do: "edit employees, send texts"; "" when nothing of that."""
    given = {permission.codename for permission in role.permissions.all()}
    return ", ".join(str(words) for codename, words in PERMISSION_WORDS.items() if codename in given)


class RoleField(RolesField):
    """`Group`s to tick, each with what it lets people do."""

    def label_from_instance(self, obj: Group) -> str:
        words = role_words(obj)
        return (
            format_html('{}<span class="d-block text-secondary small">{}</span>', obj.name, words)
            if words
            else obj.name
        )


class UserForm(SeenForm):
    groups = RoleField(
        label=gettext_lazy("Roles"),
        queryset=Group.objects.prefetch_related("permissions").order_by("name"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    use_required_attribute = False

    class Meta:
        model = User
        fields = ["first_name", "last_name", "username", "email", "home_branch", "branches", "time_zone", "groups"]
        labels = {
            "first_name": gettext_lazy("First name"),
            "last_name": gettext_lazy("Last name"),
            "email": gettext_lazy("E-mail"),
        }
        help_texts = {
            "username": gettext_lazy("What they sign in with."),
            "home_branch": gettext_lazy("With a home branch they are a service rep: people and lines can be theirs."),
            "branches": gettext_lazy("Whose people and lines they may use besides the home branch."),
        }
        widgets = {
            "username": forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}),
            "branches": forms.CheckboxSelectMultiple,
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        user = self.instance
        self.fields["first_name"].required = True
        self.fields["first_name"].error_messages["required"] = _("Enter the name that colleagues and records show.")
        self.fields["username"].error_messages["required"] = _("Enter the name they sign in with, such as rshah.")
        self.fields["time_zone"] = ZoneField(stored=user.time_zone, nothing=_("As the home branch"), required=False)
        granted = user.branches.values_list("pk", flat=True) if user.pk else []
        self._offer("home_branch", _usable([user.home_branch_id]), nothing=_("None: no service rep"))
        self._offer("branches", _usable(granted))

    def _offer(self, name: str, branches: QuerySet[Branch], *, nothing: str | None = None) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = branches
            field.empty_label = nothing

    def clean_username(self) -> str:
        username: str = self.cleaned_data["username"]
        taken = User.objects.filter(username__iexact=username).exclude(pk=self.instance.pk).first()
        if taken:
            words = _("%(username)s is the username of %(user)s. Choose another.")
            raise ValidationError(words % {"username": taken.username, "user": taken})
        return username


class AccountForm(UserModelForm):
    """What a user chooses for themselves."""

    use_required_attribute = False

    class Meta:
        model = User
        fields = ["language", "time_zone"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        choices = [("", _("As the browser asks")), *settings.LANGUAGES]
        self.fields["language"] = forms.ChoiceField(label=_("Language"), choices=choices, required=False)
        branch = self.instance.home_branch
        usual = (
            _("As the home branch: %(zone)s") % {"zone": zone_words(branch.time_zone)} if branch else _("As the firm")
        )
        zone = ZoneField(stored=self.instance.time_zone, nothing=usual, required=False)
        zone.help_text = _("Every time on your pages is shown in it.")
        self.fields["time_zone"] = zone


def _usable(kept: Any) -> QuerySet[Branch]:
    """The active branches, and those that were chosen before."""
    return Branch.objects.filter(Q(is_active=True) | Q(pk__in=[pk for pk in kept if pk]))


def password_field() -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("Password"),
        required=False,
        strip=False,
        max_length=128,
        help_text=gettext_lazy("At least 10 characters. Leave it empty to have one generated, which is shown once."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class NewUserForm(UserForm):
    password = password_field()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        about = {name: cleaned.get(name) or "" for name in ("username", "first_name", "last_name", "email")}
        _check_password(self, User(**about))
        return cleaned


class PasswordForm(forms.Form):
    """A new password for `user`."""

    password = password_field()

    use_required_attribute = False

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        self.user = user

    def clean(self) -> dict[str, Any]:
        _check_password(self, self.user)
        return self.cleaned_data


def _check_password(form: forms.BaseForm, user: User) -> None:
    password = form.cleaned_data.get("password")
    if not password:
        return
    if password.isspace():
        form.add_error("password", _("A password of nothing but spaces is none."))
        return
    try:
        validate_password(password, user)
    except ValidationError as error:
        form.add_error("password", error)


class BranchForm(SeenForm):
    use_required_attribute = False

    class Meta:
        model = Branch
        fields = ["name", "region", "time_zone"]
        labels = {"region": gettext_lazy("Country")}
        help_texts = {"region": gettext_lazy("Phone numbers that name no country are read as numbers of this one.")}
        error_messages = {"name": {"required": gettext_lazy("Enter the name that people know the branch by.")}}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["time_zone"] = ZoneField(stored=self.instance.time_zone)

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        taken = Branch.objects.filter(name__iexact=name).exclude(pk=self.instance.pk).first()
        if taken:
            if taken.is_active:
                raise ValidationError(_("There is a branch %(name)s already.") % {"name": taken.name})
            words = _("There is a branch %(name)s already, and it is inactive: reactivate it instead.")
            raise ValidationError(words % {"name": taken.name})
        return name
