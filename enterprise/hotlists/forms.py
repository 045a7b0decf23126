from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enterprise.hotlists.models import Hotlist
from enterprise.people.kinds import get_kind, kinds
from enterprise.seen import SeenForm
from enterprise.users.models import Branch

if TYPE_CHECKING:
    from enterprise.people.kinds import PersonKind
    from enterprise.users.models import User

TAKEN = gettext_lazy("There is a hotlist of yours of this name. Choose another name.")
TAKEN_BY_OWNER = gettext_lazy("Its owner has a hotlist of this name. Choose another name.")


class HotlistForm(SeenForm):
    """Name and share one. Its kind is chosen once, when it is new; `user` narrows the branches to those they see."""

    class Meta:
        model = Hotlist
        fields = ["name", "record_type", "branch"]
        widgets = {"record_type": forms.RadioSelect}
        labels = {"name": gettext_lazy("Name"), "branch": gettext_lazy("Shared with")}

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        self.user = user
        if self.instance.pk:
            del self.fields["record_type"]
        else:
            usable = [(kind.key, kind.label_plural) for kind in kinds() if user.has_perm(kind.permission("view"))]
            self._field("record_type").choices = usable
            self.initial["record_type"] = usable[0][0] if usable else ""
        branch = self._field("branch")
        # The one it is shared with stays a choice, though `user` does not see it: renaming must not unshare.
        offered = Q(pk__in=user.visible_branches(), is_active=True) | Q(pk=self.instance.branch_id)
        branch.queryset = Branch.objects.filter(offered)
        branch.empty_label = _("Nobody else")
        branch.help_text = _("Everybody of this branch sees it, texts it, adds and removes people.")
        self.fields["name"].widget.attrs.update(placeholder=_("Forklift, nights"), autocomplete="off")

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        owner_id = self.instance.owner_id or self.user.pk
        if Hotlist.is_name_taken(name, owner_id=owner_id, but_by=self.instance.pk):
            raise ValidationError(TAKEN if owner_id == self.user.pk else TAKEN_BY_OWNER)
        return name

    def _field(self, name: str) -> Any:
        return self.fields[name]


class AddForm(forms.Form):
    """Where to put people of one kind: on a hotlist there is, or on a new one."""

    hotlist = forms.ModelChoiceField(Hotlist.objects.none(), required=False, label=gettext_lazy("Hotlist"))
    name = forms.CharField(
        max_length=80,
        required=False,
        label=gettext_lazy("New hotlist"),
        help_text=gettext_lazy("Only you see it until you share it."),
        widget=forms.TextInput(attrs={"placeholder": gettext_lazy("Name of the new hotlist"), "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, user: User, kind: PersonKind, **options: Any) -> None:
        # Ids of its own: the dialog stands over a search, whose filter is called hotlist too.
        super().__init__(*args, **options | {"auto_id": "add_%s"})
        self.user = user
        self.kind = kind
        # One of another kind is found here, so that it can be refused with the reason.
        visible = Hotlist.objects.visible_to(user).select_related("owner", "branch")
        offered = [each for each in visible if each.record_type == kind.key]
        field: Any = self.fields["hotlist"]
        field.queryset = visible
        may_name = user.has_perm("hotlists.add_hotlist")
        if not may_name:
            del self.fields["name"]
        none = _("A new one, named below") if may_name else _("Choose one")
        field.widget.choices = [("", none), *((each.pk, _named(each, user)) for each in offered)]
        if not offered:
            field.widget = forms.HiddenInput()

    def clean_hotlist(self) -> Hotlist | None:
        hotlist: Hotlist | None = self.cleaned_data["hotlist"]
        if hotlist and hotlist.record_type != self.kind.key:
            words = _("“%(hotlist)s” is a hotlist of %(theirs)s, and cannot hold %(ours)s. Choose another.")
            theirs, ours = get_kind(hotlist.record_type).label_plural.lower(), self.kind.label_plural.lower()
            raise ValidationError(words % {"hotlist": hotlist, "theirs": theirs, "ours": ours})
        return hotlist

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if name and Hotlist.is_name_taken(name, owner_id=self.user.pk):
            raise ValidationError(TAKEN)
        return name

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        if cleaned.get("hotlist") and cleaned.get("name"):
            self.add_error("name", _("Choose a hotlist or name a new one, not both."))
        elif not cleaned.get("hotlist") and not cleaned.get("name"):
            self.add_error("name" if "name" in self.fields else "hotlist", self._what_is_missing())
        return cleaned

    def _what_is_missing(self) -> str:
        return _("Choose a hotlist, or name a new one.") if "name" in self.fields else _("Choose a hotlist.")


def _named(hotlist: Hotlist, user: User) -> str:
    """The name, with whose it is where it is somebody else's."""
    return hotlist.name if hotlist.owner_id == user.pk else f"{hotlist.name} ({hotlist.owner})"
