from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.contrib.postgres.indexes import GinIndex
from django.db import connection, models
from django.db.models import Case, Q, Value, When
from django.db.models.functions import Length
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from enterprise.people.folding import MAX_WORDS, fold, place_text, search_text, search_words
from enterprise.people.methods import METHOD_LABELS, NumberForTexts, choose_number
from enterprise.users.models import Branch, User
from texting.vocabulary import NumberProblem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.contrib.auth.base_user import AbstractBaseUser
    from django.contrib.auth.models import AnonymousUser

    from enterprise.people.contact_method import ContactMethod
    from texting.seam import OptedOut

# Idents longer than this are no numbers to count on from.
_COUNTABLE_IDENT = r"^[0-9]{1,15}$"


# What `index` sets.
INDEXED = ("sort_name", "search", "place", "number_problem")


class PersonQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> Self:
        """The records of the branches that `user` sees: the one place that decides it."""
        if not isinstance(user, User):
            return self.none()
        if user.sees_every_branch:
            return self
        return self.filter(branch__in=user.visible_branches())

    def search(self, query: str) -> Self:
        """Those in which every word of `query` is found: name, id, e-mail, job, any part of a phone number."""
        words = search_words(query)
        if query.strip() and not words:
            return self.none()
        found = self
        for word in words:
            found = found.filter(search__contains=word)
        return found

    def namesakes_first(self, query: str) -> Self:
        """By name, those first whose names have words that begin with each of the words of `query`."""
        is_named = Q()
        for word in search_words(query):
            is_named &= Q(sort_name__startswith=word) | Q(sort_name__contains=f" {word}")
        rank = Case(When(is_named, then=0), default=1) if is_named else Value(0)
        return self.order_by(rank, "sort_name", "pk")

    def at_place(self, query: str) -> Self:
        """Those whose city, state and ZIP have words that begin with each of the words of `query`."""
        words = fold(query).split()[:MAX_WORDS]
        if query.strip() and not words:
            return self.none()
        found = self
        for word in words:
            found = found.filter(place__contains=f" {word}")
        return found

    def with_methods(self) -> Self:
        return self.prefetch_related("methods")


class Person(models.Model):
    """What employees and contacts share. Never deleted: deactivated, so that history stands."""

    first_ident = 1

    ident = models.CharField(
        "id", max_length=40, unique=True, help_text=_("The id people know this record by, and imports find it by.")
    )
    first_name = models.CharField(max_length=80)
    last_name = models.CharField(max_length=80, blank=True)
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT)
    service_rep = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True)
    is_active = models.BooleanField("active", default=True)
    do_not_text = models.BooleanField(
        _("do not text"), default=False, help_text=_("This person asked not to be texted.")
    )
    address = models.CharField(max_length=200, blank=True)
    city = models.CharField(max_length=80, blank=True)
    state = models.CharField(max_length=40, blank=True)
    zip = models.CharField("ZIP or postal code", max_length=20, blank=True)
    note = models.TextField(blank=True, max_length=4000)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    photo = models.OneToOneField(
        "people.Photo", on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    sort_name = models.CharField(max_length=200, editable=False)
    search = models.TextField(editable=False)
    # " minneapolis mn 55401": folded, a space before every word.
    place = models.CharField(max_length=200, editable=False, default="")
    # NumberForTexts.problem, kept so that searches need not choose a number for everyone.
    number_problem = models.CharField(max_length=20, editable=False, default=NumberProblem.MISSING)
    # Of the form that added it, so that a double click adds one.
    form_key = models.UUIDField(null=True, unique=True, editable=False)
    # Kept by triggers on the log of messages, whoever writes there; never by `save`.
    last_message_at = models.DateTimeField(null=True, editable=False)

    objects = PersonQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["sort_name", "pk"]
        indexes = [
            GinIndex(fields=["search"], opclasses=["gin_trgm_ops"], name="%(class)s_search"),
            GinIndex(fields=["place"], opclasses=["gin_trgm_ops"], name="%(class)s_place"),
            models.Index(fields=["sort_name", "id"], name="%(class)s_by_name"),
            models.Index(fields=["branch", "sort_name", "id"], name="%(class)s_by_branch"),
        ]

    # Filled from wishes, where people are shown.
    opted_out: OptedOut | None = None
    asked_elsewhere = False

    if TYPE_CHECKING:
        photo_id: int | None
        methods: Any  # the manager of each kind's own contact methods

    def __str__(self) -> str:
        return f"{self.name} #{self.ident}"

    def save(self, **options: Any) -> None:
        """Also keep what the record is found and sorted by; an empty ident becomes the next free one."""
        if not self.ident:
            self.ident = self.next_ident()
        self.index(self.entered_methods() if self.pk else [])
        if options.get("update_fields") is not None:
            options["update_fields"] = {*options["update_fields"], *INDEXED, "updated_at"}
        elif not self._state.adding:
            options["update_fields"] = self._saved_columns()
        super().save(**options)

    def get_absolute_url(self) -> str:
        return reverse(f"{self._meta.app_label}:detail", args=[self.pk])

    @property
    def small_photo_url(self) -> str:
        """ "" without a photo; another photo has another address."""
        return self._photo_url("small")

    @property
    def large_photo_url(self) -> str:
        return self._photo_url("large")

    def _photo_url(self, size: str) -> str:
        if self.photo_id is None:
            return ""
        return reverse(f"{self._meta.app_label}:photo-{size}", args=[self.pk, self.photo_id])

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def role(self) -> str:
        """What this person does, in a few words."""
        raise NotImplementedError

    @property
    def number_for_texts(self) -> NumberForTexts:
        return choose_number(self.entered_methods())

    @property
    def methods_to_correct(self) -> list[str]:
        """The types whose values are numbers that cannot be texted."""
        wrong = [method for method in self.entered_methods() if method.is_wrong]
        return list(dict.fromkeys(str(METHOD_LABELS[method.type]) for method in wrong))

    def entered_methods(self) -> list[ContactMethod]:
        """The contact methods in the order in which they were entered; without a query when prefetched."""
        return list(self.methods.all())

    def index(self, methods: Iterable[ContactMethod]) -> None:
        """Set what the record is found and sorted by, without saving it."""
        listed = list(methods)
        self.sort_name = fold(f"{self.last_name} {self.first_name}")[:200]
        emails = [method.value for method in listed if not method.is_phone]
        numbers = [(method.value, method.e164) for method in listed if method.is_phone]
        self.search = search_text([self.name, self.ident, *self.found_by(), *emails], numbers)
        self.place = place_text(self.city, self.state, self.zip)[:200]
        self.number_problem = choose_number(listed).problem

    def found_by(self) -> list[str]:
        """Values, besides name, id and contact methods, that a search finds this record by."""
        return []

    def refresh_search(self) -> None:
        """Bring what the record is found by in line with contact methods saved since."""
        self.index(self.methods.order_by("pk"))
        type(self)._base_manager.filter(pk=self.pk).update(**{name: getattr(self, name) for name in INDEXED})

    def _saved_columns(self) -> set[str]:
        """All that were read, but for the one that is kept elsewhere: what was read of it may be old by now."""
        columns = {field.attname for field in self._meta.concrete_fields if not field.primary_key}
        return columns - self.get_deferred_fields() - {"last_message_at"}

    @classmethod
    def next_ident(cls) -> str:
        """Return the number after the highest ident; two who ask at once wait for each other's commit."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"{cls._meta.db_table}.ident"])
        counted = cls._base_manager.filter(ident__regex=_COUNTABLE_IDENT).order_by(Length("ident").desc(), "-ident")
        highest = counted.values_list("ident", flat=True).first()
        return str(int(highest) + 1 if highest else cls.first_ident)
