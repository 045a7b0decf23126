"""What texting may file a conversation under."""

from __future__ import annotations

from enterprise.messagelog.models import ActionCode
from texting.seam import FilingChoice


def filing_choices(kind: str) -> list[FilingChoice]:
    """Every action code for `kind` of records; those that can't be chosen say why."""
    return [
        FilingChoice(str(code.pk), f"{code.name} – {code.description}" if code.description else code.name, why_not)
        for code in ActionCode.objects.all()
        for why_not in [code.why_not(kind)]
    ]
