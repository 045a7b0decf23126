"""Records -> recipients: which number, or why none."""

from __future__ import annotations

import pytest
from django.utils import timezone

from tests.texting.conftest import ANA, BO, message, pass_time
from texting import claims, compliance, recipients
from texting.models import OptOut, Text, TextingSettings, UntextableNumber
from texting.seam import RecordKey, TypedNumber
from texting.vocabulary import MethodType, Reason, TextStatus

pytestmark = pytest.mark.django_db

SMS, CELL, PHONE = MethodType.SMS, MethodType.CELL_PHONE, MethodType.PHONE
OFFICE, HOME = MethodType.OFFICE_PHONE, MethodType.HOME_PHONE
VALID = {kind: f"(612) 555-01{i}0" for i, kind in enumerate(MethodType)}


def verdict(rep, key, chosen=None):
    (found,) = recipients.resolve(rep, [key], chosen)
    return found


@pytest.mark.parametrize(
    ("types", "first"),
    [
        ([HOME, OFFICE, PHONE, CELL, SMS], SMS),
        ([HOME, OFFICE, PHONE, CELL], CELL),
        ([HOME, OFFICE, PHONE], PHONE),
        ([HOME, OFFICE], OFFICE),
        ([HOME], HOME),
    ],
)
def test_the_first_number_by_type_is_used_in_whatever_order_they_were_entered(rep, people, types, first):
    ana = people.add("Ana", *[TypedNumber(kind, VALID[kind]) for kind in types])

    assert verdict(rep, ana).number.method_type == first


def test_of_two_of_a_type_the_primary_one_is_used_else_the_one_entered_first(rep, people):
    ana = people.add("Ana", TypedNumber(CELL, VALID[SMS]), TypedNumber(CELL, VALID[HOME], is_primary=True))
    bo = people.add("Bo", TypedNumber(CELL, VALID[SMS]), TypedNumber(CELL, VALID[HOME]))

    assert verdict(rep, ana).number.value == VALID[HOME]
    assert verdict(rep, bo).number.value == VALID[SMS]


def test_a_first_number_that_is_invalid_rejects_and_names_the_next_valid_one(rep, people):
    dee = people.add("Dee", TypedNumber(SMS, "555-01"), TypedNumber(PHONE, "911"), TypedNumber(HOME, ANA))

    found = verdict(rep, dee)

    assert (found.reason, found.alternative.e164) == (Reason.INVALID_NUMBER, ANA)
    assert "555-01" in found.reason_words
    assert verdict(rep, dee, {str(dee): ANA}).e164 == ANA


def test_a_chosen_number_the_record_does_not_hold_is_ignored(rep, people):
    ana = people.add("Ana", ANA)

    assert verdict(rep, ana, {str(ana): BO}).e164 == ANA


def test_a_value_without_a_digit_is_skipped(rep, people):
    ana = people.add("Ana", TypedNumber(SMS, "n/a"), TypedNumber(CELL, ANA))

    found = verdict(rep, ana)

    assert (found.e164, [skipped.value for skipped in found.skipped]) == (ANA, ["n/a"])


def test_the_questions_are_asked_in_order(rep, people):
    unseen = people.add("Una", ANA)
    people.hidden.add(unseen.record_id)
    inactive = people.add("Ina", ANA, is_active=False, do_not_text=True)
    unwilling = people.add("Dan", do_not_text=True)
    numberless = people.add("Nora")
    compliance.opt_out(BO, source=OptOut.Source.WORD, line_id=None, word="STOP")
    opted_out = people.add("Otto", BO)
    forged = RecordKey("spaceship", 1)

    reasons = [
        found.reason for found in recipients.resolve(rep, [unseen, inactive, unwilling, numberless, opted_out, forged])
    ]

    assert reasons == [
        Reason.NOT_VISIBLE,
        Reason.INACTIVE,
        Reason.DO_NOT_TEXT,
        Reason.NO_NUMBER,
        Reason.OPTED_OUT,
        Reason.NOT_VISIBLE,
    ]


def test_inactive_people_are_texted_where_the_firm_allows_it(rep, people):
    ina = people.add("Ina", ANA, is_active=False)
    TextingSettings.current()
    TextingSettings.objects.update(text_inactive=True)

    assert verdict(rep, ina).will_be_texted


def test_the_same_record_chosen_twice_is_one_recipient(rep, people):
    ana = people.add("Ana", ANA)

    assert len(recipients.resolve(rep, [ana, ana])) == 1


def test_thousands_take_one_question_to_the_host(rep, people, django_assert_max_num_queries):
    TextingSettings.current()
    keys = [people.add(f"Person {i}", f"+1612555{i:04}") for i in range(100, 2100)]

    with django_assert_max_num_queries(3):
        recipients.resolve(rep, keys)

    assert people.queries == 1


def test_a_number_that_its_carrier_refused_is_not_texted_for_a_while(rep, people, line):
    ana = people.add("Ana", TypedNumber(CELL, ANA), TypedNumber(HOME, BO))
    compliance.remember_refusal(Text(number=ANA, line=line), Reason.NOT_TEXTABLE)

    found = verdict(rep, ana)
    UntextableNumber.objects.update(told_at=timezone.now() - compliance.REMEMBERED)

    assert (found.reason, found.alternative.e164) == (Reason.NOT_TEXTABLE, BO)
    assert verdict(rep, ana).reason is None


def test_who_texts_us_can_be_texted_whatever_a_carrier_said(rep, people, line, hear):
    ana = people.add("Ana", ANA)
    compliance.remember_refusal(Text(number=ANA, line=line), Reason.NOT_TEXTABLE)

    hear("receive", **message(ANA, "It works now", "700"))

    assert verdict(rep, ana).reason is None


@pytest.mark.parametrize("how", ["refused", "told later"])
def test_a_carriers_refusal_is_remembered_on_the_number(rep, people, line, send, hear, provider, how):
    ana = people.add("Ana", ANA)
    send(ana)
    pass_time(minutes=1)
    (claim,), _ = claims.claim(1)
    if how == "refused":
        refused = claims.Outcome(claim.text_id, claim.attempt, TextStatus.FAILED, Reason.NOT_TEXTABLE)
        claims.record([refused])
    else:
        claims.record([claims.Outcome(claim.text_id, claim.attempt, TextStatus.SENT, provider_id="700")])
        hear("progress", **message(ANA, "Can you work tonight?", "700", kind="ZO", statusCode=-124))

    assert verdict(rep, ana).reason == Reason.NOT_TEXTABLE
