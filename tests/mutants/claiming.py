"""What becomes a text, who may claim it, and when."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

BUILDING = "texting/building.py"
CLAIMS = "texting/claims.py"
SENDING = "tests/texting/test_sending.py"
FAULTS = "tests/texting/test_sending_faults.py"
RACES = "tests/texting/test_sending_races.py"
LONG_WORK = "tests/texting/test_long_work.py"

CLAIMING = (
    Mutant(
        "other words from a draft that was sent are lost",
        "texting/dispatch.py",
        "            if sent.content_hash == content_hash:\n",
        "            if sent:\n",
        SENDING,
        "test_the_same_draft_twice_is_one_batch",
    ),
    Mutant(
        "who may not send does",
        "texting/dispatch.py",
        "        if line not in lines.for_user(user):\n",
        "        if False:\n",
        "tests/texting/test_who_may_text.py",
        "test_another_desks_line_is_refused_though_the_request_names_it",
    ),
    Mutant(
        "who must not be texted is",
        "texting/recipients.py",
        "    if candidate.do_not_text:\n",
        "    if False:\n",
        "tests/texting/test_recipients.py",
        "test_the_questions_are_asked_in_order",
    ),
    Mutant(
        "a number that the sender never saw is texted",
        BUILDING,
        "    if shown.get(str(verdict.key)) != verdict.e164:\n",
        "    if False:\n",
        SENDING,
        "test_a_number_changed_since_it_was_shown_is_not_texted",
    ),
    Mutant(
        "a batch passes for made after its first block",
        BUILDING,
        "    batch.done_count += len(people)\n",
        "    batch.done_count = batch.people_count\n",
        LONG_WORK,
        "test_a_worker_killed_between_two_blocks_doubles_and_loses_nobody",
    ),
    Mutant(
        "a block is made twice",
        BUILDING,
        '            "done_count",\n',
        "",
        LONG_WORK,
        "test_a_worker_killed_between_two_blocks_doubles_and_loses_nobody",
    ),
    Mutant(
        "who was made a recipient late has no conversation",
        "texting/conversations.py",
        "    _complete_records(ids)\n",
        "",
        LONG_WORK,
        "test_who_is_behind_a_number_that_was_texted_already_has_the_conversation_too",
    ),
    Mutant(
        "a claim does not look whether the line is connected",
        CLAIMS,
        "f\"l.state = 'connected' AND ",
        'f"',
        SENDING,
        "test_a_paused_line_keeps_its_texts",
    ),
    Mutant(
        "a line under guard sends",
        CLAIMS,
        " AND l.guarded_since IS NULL",
        "",
        "tests/texting/test_backfill.py",
        "test_nothing_leaves_while_the_provider_cannot_be_asked",
    ),
    Mutant(
        "a claim does not heed breakers",
        CLAIMS,
        " AND {breakers.IS_CLOSED}",
        "",
        "tests/texting/test_breakers.py",
        "test_five_texts_in_a_row_that_could_not_be_handed_over_stop_the_line",
    ),
    Mutant(
        "a claim takes from a line that another holds",
        CLAIMS,
        "    LIMIT %(slots)s\n    FOR NO KEY UPDATE SKIP LOCKED\n",
        "    LIMIT %(slots)s\n",
        RACES,
        "test_a_line_that_is_being_paused_sends_nothing_more",
    ),
    Mutant(
        "a claim does not lock what it takes",
        CLAIMS,
        "AND status || '' = 'queued'\n    ORDER BY id FOR NO KEY UPDATE\n",
        "AND status || '' = 'queued'\n    ORDER BY id\n",
        RACES,
        "test_a_text_that_is_stopped_while_a_claim_waits_for_it_does_not_leave",
    ),
    Mutant(
        "a claim does not look whether the text is still queued",
        CLAIMS,
        "WHERE id IN (SELECT id FROM chosen) AND status || '' = 'queued'",
        "WHERE id IN (SELECT id FROM chosen)",
        RACES,
        "test_a_text_that_is_stopped_while_a_claim_waits_for_it_does_not_leave",
    ),
    Mutant(
        "a claim does not look for opt-outs",
        CLAIMS,
        "WHERE o.number = q.number AND o.lifted_at IS NULL",
        "WHERE o.number = q.number AND o.lifted_at IS NULL AND false",
        SENDING,
        "test_an_opt_out_before_the_claim_stops_the_text_at_no_cost_to_the_line",
    ),
    Mutant(
        "a claim does not look whether the sender is still there",
        CLAIMS,
        "(SELECT u.is_active FROM",
        "(SELECT true FROM",
        SENDING,
        "test_a_text_of_a_sender_who_left_is_not_claimed",
    ),
    Mutant(
        "a claim takes what has expired",
        CLAIMS,
        "WHEN q.expires_at + l.worked - q.line_worked <= now() THEN",
        "WHEN false THEN",
        SENDING,
        "test_a_text_that_could_not_leave_in_time_expires",
    ),
    Mutant(
        "a text expires for its line's own queue",
        CLAIMS,
        "q.expires_at + l.worked - q.line_worked <= now()",
        "q.expires_at <= now()",
        SENDING,
        "test_the_queue_of_its_own_line_makes_no_text_expire",
    ),
    Mutant(
        "a claim takes what was canceled",
        CLAIMS,
        "FROM texting_batch b WHERE b.id = q.batch_id)",
        "FROM texting_batch b WHERE b.id = q.batch_id AND false)",
        FAULTS,
        "test_a_text_of_a_canceled_batch_that_comes_back_to_the_queue_does_not_leave",
    ),
    Mutant(
        "a line is not charged its pace",
        CLAIMS,
        "next_free_at = now() + l.pace * s.text_count",
        "next_free_at = now()",
        SENDING,
        "test_a_line_with_a_pace_sends_one_text_a_slot",
    ),
    Mutant(
        "replies do not go first",
        CLAIMS,
        "        ORDER BY q.place\n        LIMIT",
        "        ORDER BY q.turn, q.id\n        LIMIT",
        SENDING,
        "test_replies_go_first_and_bulk_keeps_one_slot_in_five",
    ),
    Mutant(
        "a sender who may no longer text is not stopped",
        "texting/rights.py",
        "    if not forbidden:\n",
        "    if forbidden:\n",
        "tests/texting/test_who_may_text.py",
        "test_a_role_that_loses_texting_stops_what_is_queued_and_hands_it_over",
    ),
)
