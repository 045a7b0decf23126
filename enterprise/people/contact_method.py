from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext_lazy

from enterprise.people.methods import (
    EMAIL,
    EMAIL_WORDS,
    METHOD_TYPES,
    SKIPPED,
    SKIPPED_WORDS,
    MethodState,
    email_state,
    judge,
)
from texting.vocabulary import NumberProblem

if TYPE_CHECKING:
    from enterprise.people.person import Person

PROBLEMS = [*NumberProblem.choices, (SKIPPED, SKIPPED_WORDS)]


class ContactMethod(models.Model):
    """A value with a type. The value stays exactly as entered; `e164` and `problem` are what it amounts to."""

    type = models.CharField(max_length=20, choices=METHOD_TYPES)
    value = models.CharField(max_length=200)
    is_primary = models.BooleanField("primary", default=False)
    e164 = models.CharField("number", max_length=20, blank=True, editable=False)
    problem = models.CharField(max_length=20, choices=PROBLEMS, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "type"],
                condition=models.Q(is_primary=True),
                name="%(app_label)s_one_primary_a_type",
                violation_error_message=gettext_lazy("Only one contact method of a type can be the primary one."),
            )
        ]
        indexes = [
            models.Index(fields=["e164"], condition=~models.Q(e164=""), name="%(app_label)s_by_number"),
        ]

    if TYPE_CHECKING:
        person: models.ForeignKey[Person, Person]
        person_id: int

    def __str__(self) -> str:
        """Without the number: the Django admin writes this into its history, which outlives it."""
        return f"{self.get_type_display()} {self.pk}"

    def save(self, **options: Any) -> None:
        """Also keep the verdict on the value, and the person's search text."""
        self.judge(self.person.branch.region)
        if options.get("update_fields") is not None:
            options["update_fields"] = {*options["update_fields"], "e164", "problem", "updated_at"}
        super().save(**options)
        self.person.refresh_search()

    def delete(self, using: str | None = None, keep_parents: bool = False) -> tuple[int, dict[str, int]]:
        deleted = super().delete(using=using, keep_parents=keep_parents)
        self.person.refresh_search()
        return deleted

    @classmethod
    def stored(cls) -> models.QuerySet[Any]:
        """All rows of a concrete type of contact method."""
        return cls._base_manager.all()

    @property
    def is_phone(self) -> bool:
        return self.type != EMAIL

    @property
    def is_wrong(self) -> bool:
        """Whether someone meant this as a number and it is none that can be texted."""
        return self.problem not in ("", SKIPPED)

    @property
    def state(self) -> MethodState:
        if not self.is_phone:
            return email_state(self.value)
        if self.problem == SKIPPED:
            return MethodState.SKIPPED
        return MethodState.INVALID if self.problem else MethodState.VALID

    @property
    def problem_words(self) -> str:
        """What is wrong with the value, for a person to read; "" for nothing."""
        if not self.is_phone:
            return str(EMAIL_WORDS.get(self.state, ""))
        if not self.problem:
            return ""
        return judge(self.type, self.value, region=self.person.branch.region).words or self.get_problem_display()

    def judge(self, region: str) -> None:
        """Set what the value amounts to, without saving it."""
        verdict = judge(self.type, self.value, region=region)
        self.e164, self.problem = verdict.e164, verdict.problem
