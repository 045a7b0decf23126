"""What a person decides: once, after the last look, and of two who decide one."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

AGAIN = "texting/again.py"
DECIDING_ABOUT = "texting/decisions.py"
DECISIONS = "tests/texting/test_decisions.py"
LEAVERS = "tests/texting/test_leavers_batches.py"

DECIDING = (
    Mutant(
        '"Send again" comes before the last look',
        DECIDING_ABOUT,
        "UNCLEAR = Q(status=TextStatus.UNCONFIRMED, next_look_at__isnull=True)",
        "UNCLEAR = Q(status=TextStatus.UNCONFIRMED)",
        DECISIONS,
        "test_an_unconfirmed_text_waits_for_a_decision_only_after_the_last_look",
    ),
    Mutant(
        "a text is sent again and nobody can read who did it",
        DECIDING_ABOUT,
        "        _audit(user, text, Decision.SENT_AGAIN)\n",
        "",
        "tests/security/test_audited_actions.py",
        "test_what_somebody_does_is_audited_once_with_ids_alone[text.sent_again]",
    ),
    Mutant(
        "what arrived is sent again by who saw it waiting still",
        DECIDING_ABOUT,
        'Text.objects.filter(UNCLEAR | LEFT_BEHIND, pk=text.pk, decision="")',
        "Text.objects.filter(UNCLEAR | LEFT_BEHIND, pk=text.pk)",
        DECISIONS,
        "test_what_somebody_has_decided_nobody_decides_anew",
    ),
    Mutant(
        "who may have the text is texted again with the rest",
        AGAIN,
        "    return rows.exclude(_HAS_IT | _HAD_IT | _WAITING | _TAKEN | Q(decision=Decision.SENT_AGAIN))\n",
        "    return rows\n",
        "tests/texting/test_batch_list.py",
        "test_who_may_have_the_text_or_soon_is_not_texted_again",
    ),
    Mutant(
        "of two drafts to whom a leaver left both are sent",
        AGAIN,
        "    taken = texted_by_others(source, keys, batch)\n",
        "    taken = set()\n",
        LEAVERS,
        "test_of_two_drafts_to_the_same_people_only_the_first_is_sent",
    ),
    Mutant(
        "whom a leaver left waits on though they were texted",
        AGAIN,
        "    reached = of_records(one.key for one in rows if one.text_id or one.reason in _HANDED_ON)\n"
        "    reached |= Q(text__number__in={one.number for one in rows if one.text_id})\n",
        "    reached = of_records([])\n",
        LEAVERS,
        "test_once_it_is_sent_they_wait_no_more_and_the_old_batch_says_who_did_it",
    ),
    Mutant(
        "of two who take a leaver's people over at once both do",
        "texting/building.py",
        "    again.hold(batch.source, keys)\n",
        "",
        LEAVERS,
        "test_of_two_who_send_at_once_one_reaches_each",
    ),
)
