"""The audit that texting and Enterprise write to: `texting.seam.Audit`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from enterprise.administration import audit_origin
from enterprise.administration.models import AuditEntry

if TYPE_CHECKING:
    from collections.abc import Mapping


def record(*, actor_id: int | None, action: str, subject: str, facts: Mapping[str, Any]) -> None:
    """Write an entry in the caller's transaction, with the address of the request that is being answered, if any.

    `subject` is "kind:id". What is recorded needs its words in audit_words.py.
    """
    address = audit_origin.address.get()
    AuditEntry.objects.create(actor_id=actor_id, action=action, subject=subject, facts=dict(facts), ip=address)
