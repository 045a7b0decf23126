"""The filters of a search of people: the page, its chips and "all that match" share them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import django_filters
from django import forms
from django.db.models import Func, Q, TextField
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enterprise.people.folding import MAX_WORDS, fold
from enterprise.people.models import Person, PersonQuerySet
from enterprise.users.models import Branch, User
from texting import seam_help
from texting.vocabulary import NumberProblem

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser
    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise

MISSING = NumberProblem.MISSING.value
ACTIVE_CHOICES = [("yes", _("Active")), ("no", _("Inactive"))]
_DO_NOT_TEXT = Q(do_not_text=True) | Q(same_person__do_not_text=True)


def can_be_texted() -> Q:
    """Who can be texted by the records and the firm's setting; the numbers that get no texts are texting's."""
    has_number = Q(number_problem="") & ~_DO_NOT_TEXT
    return has_number if seam_help.refusals().texts_inactive else Q(is_active=True) & has_number


TEXTABLE = {
    "yes": (_("Can be texted, opt-outs aside"), can_be_texted),
    "no": (_("Cannot be texted, opt-outs aside"), lambda: ~can_be_texted()),
    "missing": (_("No phone number"), lambda: Q(number_problem=MISSING)),
    "invalid": (_("Number is not valid"), lambda: ~Q(number_problem__in=["", MISSING])),
    "do_not_text": (_("Do not text"), lambda: _DO_NOT_TEXT),
}


class Folded(Func):
    """A column as `folding.fold` folds it, but for the spaces."""

    template = (
        "replace(replace(regexp_replace(normalize("
        "translate(lower(%(expressions)s), 'øłđðħı’‘ʼ`´''', 'olddhi'), NFKD), "
        "'[\\u0300-\\u036f]', '', 'g'), 'æ', 'ae'), 'œ', 'oe')"
    )
    output_field = TextField()
    arity = 1


def select(label: StrOrPromise) -> forms.Select:
    return forms.Select(attrs={"aria-label": label})


def text_box(label: StrOrPromise, **attrs: StrOrPromise) -> forms.TextInput:
    return forms.TextInput(attrs={"placeholder": label, "aria-label": label, **attrs})


class PersonFilter(django_filters.FilterSet):  # type: ignore[misc]  # the library has no types
    """`user` narrows the choices to what they see; the queryset has to be narrowed already.

    `first` are the filters that are always in sight; the others are under "More".
    """

    searched: StrOrPromise = _("Name, id, phone, e-mail or job")
    first: tuple[str, ...] = ("q", "branch", "active", "service_rep")
    # The field that says what a person does.
    job_field = ""

    q = django_filters.CharFilter(label=_("Search"), method="search", max_length=200)
    branch = django_filters.ModelMultipleChoiceFilter(
        queryset=Branch.objects.none(), label=_("Branch"), widget=forms.CheckboxSelectMultiple, distinct=False
    )
    active = django_filters.ChoiceFilter(
        choices=ACTIVE_CHOICES,
        label=pgettext_lazy("of a person", "Status"),
        empty_label=_("Any status"),
        method="of_status",
        widget=select(pgettext_lazy("of a person", "Status")),
    )
    service_rep = django_filters.ModelChoiceFilter(
        queryset=User.objects.none(),
        label=_("Service rep"),
        empty_label=_("Any service rep"),
        widget=select(_("Service rep")),
    )
    job = django_filters.CharFilter(label=_("Job"), method="with_job", max_length=120, widget=text_box(_("Job")))
    place = django_filters.CharFilter(
        label=_("City, state or ZIP"), method="at_place", max_length=120, widget=text_box(_("City, state or ZIP"))
    )
    textable = django_filters.ChoiceFilter(
        choices=[(key, label) for key, (label, _condition) in TEXTABLE.items()],
        label=_("Texting"),
        empty_label=_("Textable or not"),
        method="of_textable",
        widget=select(_("Texting")),
    )

    class Meta:
        model: type[Person] | None = None
        fields: list[str] = []

    def __init__(self, *args: Any, user: AbstractUser, **options: Any) -> None:
        super().__init__(*args, **options)
        branches = user.visible_branches() if isinstance(user, User) else Branch.objects.none()
        self.filters["q"].extra["widget"] = text_box(self.searched, type="search")
        self.filters["branch"].queryset = branches
        self.filters["service_rep"].queryset = reps_in(branches)

    @property
    def more(self) -> list[forms.BoundField]:
        """The fields under "More" that have anything to choose."""
        fields = [self.form[name] for name in self.filters if name not in self.first]
        return [field for field in fields if not _has_no_choice(field)]

    @property
    def more_count(self) -> int:
        """How many filters under "More" are in force."""
        return sum(bool(self.form.cleaned_data.get(field.name)) for field in self.more) if self.is_valid() else 0

    def search(self, people: PersonQuerySet, name: str, value: str) -> PersonQuerySet:
        return people.search(value)

    def of_status(self, people: PersonQuerySet, name: str, value: str) -> PersonQuerySet:
        return people.filter(is_active=value == "yes")

    def with_job(self, people: PersonQuerySet, name: str, value: str) -> PersonQuerySet:
        words = fold(value).split()[:MAX_WORDS]
        if not words:
            return people.none()
        for word in words:
            # The search text holds the job, folded, and has the index; the field itself decides.
            people = people.alias(job=Folded(self.job_field)).filter(search__contains=word, job__contains=word)
        return people

    def at_place(self, people: PersonQuerySet, name: str, value: str) -> PersonQuerySet:
        return people.at_place(value)

    def of_textable(self, people: PersonQuerySet, name: str, value: str) -> PersonQuerySet:
        return people.filter(TEXTABLE[value][1]())


def _has_no_choice(field: forms.BoundField) -> bool:
    choices = field.field.queryset if isinstance(field.field, forms.ModelChoiceField) else None
    return choices is not None and not choices.exists()


def reps_in(branches: QuerySet[Branch]) -> QuerySet[User]:
    """The service reps who belong to `branches`, by name."""
    return User.objects.filter(home_branch__in=branches).order_by("first_name", "last_name", "username")
