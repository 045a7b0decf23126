"""Records -> recipients: each with the number that will be texted, or the reason why none."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from texting import compliance, seam
from texting.errors import InvalidNumber
from texting.models import NumberLink, Recipient, TextingSettings
from texting.numbers import format_number, is_phone_like, parse_number
from texting.reasons import reason_words
from texting.seam import Candidate, RecordKey, TypedNumber
from texting.vocabulary import MethodType, Reason

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.contrib.auth.models import AbstractUser

    from texting.models import DraftRecipient, OptOut

_RANK = {method_type: rank for rank, method_type in enumerate(MethodType)}


@dataclass(frozen=True, slots=True)
class ChosenNumber:
    """A number of a record: its type, the value as stored, and E.164 or what is wrong with it in words."""

    method_type: MethodType
    value: str
    e164: str = ""
    problem: str = ""

    @property
    def words(self) -> str:
        return format_number(self.e164) if self.e164 else self.value


@dataclass(frozen=True, slots=True)
class ResolvedRecipient:
    """A chosen record and the verdict on it: `reason` is None for one who will be texted.

    `alternative` is the next valid number of a record whose first number is not. `skipped` are values that hold no
    digit. `reason_facts` are what the words of the reason need, `merge_values` what fills placeholders. `human` is the
    first key of the records that are the same human, and so the same on each of them.
    """

    key: RecordKey
    name: str
    ident: str
    url: str
    edit_url: str
    number: ChosenNumber | None
    reason: Reason | None = None
    reason_facts: Mapping[str, Any] = field(default_factory=dict)
    alternative: ChosenNumber | None = None
    skipped: tuple[TypedNumber, ...] = ()
    merge_values: Mapping[str, str] = field(default_factory=dict)
    human: RecordKey | None = None
    is_on_several: bool = False

    @property
    def e164(self) -> str:
        return self.number.e164 if self.number else ""

    @property
    def reason_words(self) -> str:
        number = self.number
        return reason_words(
            self.reason or "", number.method_type if number else "", number.value if number else "", self.reason_facts
        )

    @property
    def will_be_texted(self) -> bool:
        return self.reason is None


def resolve(
    user: AbstractUser, keys: Sequence[RecordKey], chosen_numbers: Mapping[str, str] | None = None
) -> list[ResolvedRecipient]:
    """Decide for every key, in the order of `keys`; one the user may not see is among them, as not visible.

    Order of the questions: visible, active, do not text, a number, a valid one, opted out, refused by its carrier.
    `chosen_numbers` maps str(key) to a number (E.164) of that record to use instead of the first found; one that the
    record no longer holds, and that nobody has linked to it, is ignored.
    """
    unique_keys = list(dict.fromkeys(keys))
    return resolve_known(unique_keys, seam.visible(user, unique_keys), chosen_numbers or {})


def resolve_known(
    keys: Sequence[RecordKey], visible: Mapping[RecordKey, Candidate], chosen: Mapping[str, str]
) -> list[ResolvedRecipient]:
    """As `resolve`, where those whom the user may see have been read already."""
    candidates = _with_linked(visible, set(chosen.values()))
    text_inactive = TextingSettings.current().text_inactive
    verdicts = [_judge(key, candidates.get(key), text_inactive, chosen.get(str(key), "")) for key in keys]
    numbers = {verdict.e164 for verdict in verdicts if verdict.e164}
    opt_outs, untextable = compliance.opted_out(numbers), compliance.untextable(numbers)
    heeded = [_check_opt_out(verdict, opt_outs.get(verdict.e164)) for verdict in verdicts]
    return [
        _refused_by_carrier(verdict, candidates[verdict.key]) if verdict.e164 in untextable else verdict
        for verdict in heeded
    ]


def _with_linked(candidates: Mapping[RecordKey, Candidate], chosen: set[str]) -> dict[RecordKey, Candidate]:
    """With those of the `chosen` numbers that a person has said are theirs."""
    found = dict(candidates)
    for link in NumberLink.objects.filter(number__in=chosen) if chosen else []:
        if link.key in found:
            one = found[link.key]
            found[link.key] = replace(one, numbers=[*one.numbers, TypedNumber(MethodType.PHONE, link.number)])
    return found


def choose_number(numbers: Sequence[TypedNumber], region: str) -> ChosenNumber | None:
    """The first number found by type priority, valid or not; None where no value holds a digit."""
    ordered = in_priority(numbers)
    return read_number(ordered[0], region) if ordered else None


def in_priority(numbers: Sequence[TypedNumber]) -> list[TypedNumber]:
    """By type, then the primary one, then the one entered first; values without a digit are left out."""
    phone_like = [number for number in numbers if is_phone_like(number.value)]
    return sorted(phone_like, key=lambda number: (_RANK[number.method_type], not number.is_primary))


def read_number(number: TypedNumber, region: str) -> ChosenNumber:
    try:
        e164 = parse_number(number.value, region=region)
    except InvalidNumber as error:
        return ChosenNumber(number.method_type, number.value, problem=error.words)
    return ChosenNumber(number.method_type, number.value, e164=e164)


def stopped_for(text_id: int) -> Reason | None:
    """Why a text that waits may not leave any more; None while one of those it was written to may be texted.

    Asked when its turn has come: whoever noted the wish, and however, an import for one, has changed the record.
    """
    keys = [recipient.key for recipient in Recipient.objects.filter(text_id=text_id).order_by("pk")]
    found = seam.describe(keys)
    text_inactive = TextingSettings.current().text_inactive
    wishes = [_wish(found.get(key), text_inactive) for key in keys]
    return wishes[0] if wishes and all(wishes) else None


def _wish(candidate: Candidate | None, text_inactive: bool) -> Reason | None:
    """Why a record is not texted, whatever its numbers."""
    if candidate is None:
        return Reason.NOT_VISIBLE
    if not candidate.is_active and not text_inactive:
        return Reason.INACTIVE
    return Reason.DO_NOT_TEXT if candidate.do_not_text else None


def _judge(key: RecordKey, candidate: Candidate | None, text_inactive: bool, chosen: str) -> ResolvedRecipient:
    if candidate is None:
        return ResolvedRecipient(key, "", "", "", "", None, Reason.NOT_VISIBLE)
    ordered = in_priority(candidate.numbers)
    number = read_number(ordered[0], candidate.region) if ordered else None
    verdict = ResolvedRecipient(
        key,
        candidate.name,
        candidate.ident,
        candidate.url,
        candidate.edit_url,
        number,
        skipped=tuple(n for n in candidate.numbers if n.value.strip() and not is_phone_like(n.value)),
        merge_values=candidate.merge_values,
        human=min([key, *candidate.same_person_as]),
        is_on_several=bool(candidate.same_person_as),
    )
    if wish := _wish(candidate, text_inactive):
        return replace(verdict, reason=wish)
    if number is None:
        return replace(verdict, reason=Reason.NO_NUMBER)
    if chosen and chosen != number.e164:
        verdict = _with_chosen(verdict, ordered, candidate.region, chosen)
    if verdict.number and not verdict.number.e164:
        return replace(
            verdict,
            reason=Reason.INVALID_NUMBER,
            reason_facts={} if candidate.region == "US" else {"region": candidate.region},
            alternative=_next_valid(ordered, candidate.region),
        )
    return verdict


def _with_chosen(
    verdict: ResolvedRecipient, ordered: Sequence[TypedNumber], region: str, chosen: str
) -> ResolvedRecipient:
    for number in ordered:
        read = read_number(number, region)
        if read.e164 == chosen:
            return replace(verdict, number=read)
    return verdict


def _next_valid(ordered: Sequence[TypedNumber], region: str) -> ChosenNumber | None:
    for number in ordered[1:]:
        read = read_number(number, region)
        if read.e164:
            return read
    return None


def _check_opt_out(verdict: ResolvedRecipient, opt_out: OptOut | None) -> ResolvedRecipient:
    if opt_out is None or not verdict.will_be_texted:
        return verdict
    facts = {"word": opt_out.word, "on": timezone.localdate(opt_out.opted_out_at).isoformat()}
    return replace(verdict, reason=Reason.OPTED_OUT, reason_facts=facts)


def _refused_by_carrier(verdict: ResolvedRecipient, candidate: Candidate) -> ResolvedRecipient:
    if not verdict.will_be_texted:
        return verdict
    others = [number for number in candidate.numbers if read_number(number, candidate.region).e164 != verdict.e164]
    alternative = next((n for n in (read_number(one, candidate.region) for one in in_priority(others)) if n.e164), None)
    return replace(verdict, reason=Reason.NOT_TEXTABLE, alternative=alternative)


def stored(verdict: ResolvedRecipient) -> dict[str, Any]:
    """The fields of a ChosenRecord, but its reason, cut to what they hold."""
    number = verdict.number
    return {
        "record_type": verdict.key.record_type,
        "record_id": verdict.key.record_id,
        "name": verdict.name[:200],
        "ident": verdict.ident[:40],
        "url": verdict.url[:300],
        "number": verdict.e164,
        "number_type": number.method_type if number else "",
        "number_as_entered": number.value[:200] if number else "",
        "reason_facts": dict(verdict.reason_facts),
    }


def as_stored(row: DraftRecipient, *, is_on_several: bool) -> ResolvedRecipient:
    """The verdict that a person of a draft was stored with, as far as a batch needs it."""
    number = ChosenNumber(MethodType(row.number_type), row.number_as_entered, row.number) if row.number_type else None
    return ResolvedRecipient(
        row.key,
        row.name,
        row.ident,
        row.url,
        row.edit_url,
        number,
        Reason(row.reason) if row.reason else None,
        row.reason_facts,
        human=RecordKey.parse(row.human),
        is_on_several=is_on_several,
    )
