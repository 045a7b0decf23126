from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, models, transaction
from django.db.models import ExpressionWrapper, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from enterprise.people.models import ContactMethod, Person
from enterprise.people.person import INDEXED

if TYPE_CHECKING:
    from django.db.models import QuerySet

BLOCK = 1000


class Customer(models.Model):
    """A company the firm sends people to."""

    name = models.CharField(max_length=120)

    class Meta:
        ordering = [Lower("name")]
        constraints = [
            models.UniqueConstraint(
                Lower("name"), name="customer_name_once", violation_error_message=_("There is a customer of this name.")
            )
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, **options: Any) -> None:
        """Also keep the search text of its contacts, who are found by the customer's name."""
        is_new = self._state.adding
        super().save(**options)
        if not is_new:
            contacts = list(self.contacts.with_methods())
            for contact in contacts:
                contact.index(contact.entered_methods())
            Contact.objects.bulk_update(contacts, INDEXED, batch_size=BLOCK)

    @classmethod
    def find(cls, name: str) -> Customer | None:
        """The customer of this name, whatever its case."""
        return cls.objects.filter(name__iexact=name).first()

    @classmethod
    def matching(cls, words: str) -> QuerySet[Customer]:
        """The customer of this name, or else all whose names hold these words."""
        named = cls.objects.filter(name__iexact=words)
        return named if named.exists() else cls.objects.filter(name__icontains=words)

    @classmethod
    def suggested(cls, words: str) -> QuerySet[Customer, str]:
        """The names that hold these words, those that begin with them first."""
        names = cls.objects.values_list("name", flat=True)
        if not words:
            return names
        begins = ExpressionWrapper(Q(name__istartswith=words), output_field=models.BooleanField())
        return names.filter(name__icontains=words).order_by(begins.desc(), Lower("name"))

    @classmethod
    def named(cls, name: str) -> Customer:
        """The customer of this name, whatever its case; made when there is none."""
        if found := cls.find(name):
            return found
        try:
            with transaction.atomic():
                return cls.objects.create(name=name)
        except IntegrityError:
            # Somebody else has just made it.
            return cls.objects.get(name__iexact=name)


class Contact(Person):
    """Someone who works at a customer."""

    first_ident = 500_000

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="contacts")
    department = models.CharField(max_length=120, blank=True)
    title = models.CharField(max_length=120, blank=True)
    # One to one, so that a person is at most one employee and one contact; the name is the same from either side.
    same_person = models.OneToOneField(
        "employees.Employee",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="same_person",
    )

    class Meta(Person.Meta):
        pass

    @property
    def role(self) -> str:
        return self.title

    def found_by(self) -> list[str]:
        return [self.title, self.customer.name]


class ContactContactMethod(ContactMethod):
    person = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="methods")

    class Meta(ContactMethod.Meta):
        pass
