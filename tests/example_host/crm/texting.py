"""All that texting asks of this ERP: whom it can text, whose its lines are, where conversations and audits go."""

from crm.models import AuditEntry, Customer, Note
from django.db.models import Case, When

from texting import seam
from texting.seam import Candidate, FilingChoice, Found, LogResult, RecordKey, TypedNumber
from texting.vocabulary import MethodType

KIND = "customer"


class Customers:
    key = KIND
    label = "Customer"
    label_plural = "Customers"

    def candidates(self, user, ids):
        """Everybody who may text may text everybody, here."""
        return self.describe(ids)

    def matching_ids(self, user, query):
        return list(Customer.objects.filter(full_name__icontains=query.get("q", "")).values_list("pk", flat=True))

    def look_up(self, user, words, most):
        found = Customer.objects.filter(full_name__icontains=words)
        is_named = Case(When(full_name__istartswith=words, then=0), default=1)
        return Found(list(found.order_by(is_named, "full_name").values_list("pk", flat=True)[:most]), found.count())

    def match_numbers(self, numbers):
        holders = {}
        for customer in Customer.objects.filter(mobile_e164__in=numbers).order_by("-left_on"):
            holders.setdefault(customer.mobile_e164, []).append(candidate(customer))
        return holders

    def describe(self, ids):
        found = Customer.objects.in_bulk(list(ids))
        return [candidate(found[pk]) for pk in ids if pk in found]

    def new_record_url(self, user, e164, made_for):
        """Customers are made elsewhere."""
        return ""

    def filing_choices(self):
        return [FilingChoice("sms", "SMS")]


def candidate(customer):
    return Candidate(
        key=RecordKey(KIND, customer.pk),
        name=customer.full_name,
        ident=str(customer.pk),
        url=customer.get_absolute_url(),
        edit_url=customer.get_absolute_url(),
        is_active=customer.left_on is None,
        do_not_text=customer.wants_no_texts,
        numbers=[TypedNumber(MethodType.CELL_PHONE, customer.mobile)] if customer.mobile else [],
        merge_values={"first_name": customer.full_name.split()[0]},
    )


class Office:
    """The one owner of lines: everybody sends from the office's."""

    key = "office"
    label = "Office"
    is_personal = False

    def choices(self):
        return [(1, "Main")]

    def names(self, ids):
        return {pk: name for pk, name in self.choices() if pk in ids}

    def owners_for(self, user):
        return [1]


def log_conversations(conversations):
    """One note a customer and conversation: a second time nothing happens."""
    there = set(Customer.objects.values_list("pk", flat=True))
    results = []
    for conversation in conversations:
        dialogue = "\n".join(f"{text.author}: {text.body}" for text in conversation.texts)
        texts = [text.text_id for text in conversation.texts]
        for record in conversation.records:
            if is_there := record.record_id in there:
                Note.objects.get_or_create(
                    customer_id=record.record_id,
                    conversation_id=conversation.conversation_id,
                    defaults={"subject": "SMS", "words": dialogue, "texts": texts},
                )
            results.append(LogResult(conversation.conversation_id, record, logged=is_there, vanished=not is_there))
    return results


def read_log(conversation_ids):
    notes = Note.objects.filter(conversation_id__in=conversation_ids)
    return {(note.conversation_id, RecordKey(KIND, note.customer_id)): note.texts for note in notes}


def record_audit(*, actor_id, action, subject, facts):
    AuditEntry.objects.create(actor_id=actor_id, action=action, subject=subject, facts=dict(facts))


def register():
    seam.register_record_type(Customers())
    seam.register_owner_kind(Office())
