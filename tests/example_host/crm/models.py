from django.db import models
from django.urls import reverse

from texting.errors import InvalidNumber
from texting.numbers import parse_number


class Customer(models.Model):
    """Of this ERP's own making: one name, one mobile number as typed, and the same number as texting knows it."""

    full_name = models.CharField(max_length=100)
    mobile = models.CharField(max_length=40, blank=True)
    mobile_e164 = models.CharField(max_length=16, blank=True, editable=False, db_index=True)
    left_on = models.DateField(null=True, blank=True)
    wants_no_texts = models.BooleanField(default=False)

    def __str__(self):
        return self.full_name

    def save(self, **options):
        try:
            self.mobile_e164 = parse_number(self.mobile)
        except InvalidNumber:
            self.mobile_e164 = ""
        super().save(**options)

    def get_absolute_url(self):
        return reverse("customer", args=[self.pk])


class Note(models.Model):
    """What happened with a customer. `texts` are the ids of the texts of a conversation."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="notes")
    subject = models.CharField(max_length=40)
    words = models.TextField()
    conversation_id = models.BigIntegerField(null=True)
    texts = models.JSONField(default=list)
    written_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["customer", "conversation_id"], name="note_once")]

    def __str__(self):
        return f"{self.subject} of {self.customer_id}"


class AuditEntry(models.Model):
    actor_id = models.IntegerField(null=True)
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=100)
    facts = models.JSONField()
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self):
        return f"{self.action} {self.subject}"
