"""What is between a claim and its outcome: the lease, the POST, and what an answer proves."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

CLAIMS = "texting/claims.py"
RUNNER = "texting/runner.py"
TRANSPORT = "texting/providers/zipwhip/transport.py"
SENDING = "tests/texting/test_sending.py"
RACES = "tests/texting/test_sending_races.py"
CLIENT = "tests/texting/providers/test_zipwhip_client.py"
SOCKETS = "tests/texting/providers/test_zipwhip_sockets.py"

POSTING = (
    Mutant(
        "POST before commit",
        RUNNER,
        "            claimed, stopped_count = claims.claim(free)\n",
        "            claimed, stopped_count = claims.claim(free)\n"
        "            [self._outcomes.put(send(claim)) for claim in claimed]\n"
        "            self._in_flight += len(claimed)\n"
        "            stopped_count += len(claimed)\n"
        "            claimed = []\n",
        RACES,
        "test_that_a_text_is_being_sent_is_committed_before_it_is_posted",
    ),
    Mutant(
        "a slot does not look whether its lease is over",
        RUNNER,
        "        if not claims.is_ours(claim):\n",
        "        if False:\n",
        SENDING,
        "test_a_slow_slot_does_not_post_when_its_lease_is_nearly_over",
    ),
    Mutant(
        "a slot begins to post at the very end of its lease",
        CLAIMS,
        "Now() + conf.LEASE_RESERVE",
        "Now()",
        SENDING,
        "test_a_slow_slot_does_not_post_when_its_lease_is_nearly_over",
    ),
    Mutant(
        "a slot posts what another has claimed since",
        CLAIMS,
        "pk=claim.text_id, attempt=claim.attempt, status=TextStatus.SENDING",
        "pk=claim.text_id, status=TextStatus.SENDING",
        RACES,
        "test_a_slot_that_slept_does_not_post_what_another_has_claimed_since",
    ),
    Mutant(
        "a slot does not look for an opt-out once more",
        RUNNER,
        "        if compliance.opted_out([claim.number]):\n",
        "        if False:\n",
        "tests/texting/test_sending_faults.py",
        "test_an_opt_out_after_the_claim_still_stops_the_text",
    ),
    Mutant(
        "a slot does not ask whether the person may still be texted",
        RUNNER,
        "        if wish := recipients.stopped_for(claim.text_id):\n",
        "        if wish := None:\n",
        "tests/texting/test_wishes_since.py",
        "test_a_wish_noted_after_send_stops_that_text_alone",
    ),
    Mutant(
        "a line whose texts are refused goes on",
        RUNNER,
        "        if is_refused:\n            breakers.pause_where_refused()\n",
        "",
        "tests/texting/test_refusals.py",
        "test_a_batch_that_is_taken_for_spam_pauses_the_line",
    ),
    Mutant(
        "a POST without an answer is made again",
        RUNNER,
        "        unclear = _unclear(claim, Reason.NO_ANSWER, error.provider_code)\n",
        "        unclear = _back(claim, Reason.TRY_AGAIN, NotSent())\n",
        SENDING,
        "test_what_may_have_left_is_never_sent_again",
    ),
    Mutant(
        "a slot that breaks puts its text back",
        RUNNER,
        "            outcome = _unclear(claim, Reason.NO_ANSWER)\n",
        "            outcome = _back(claim, Reason.TRY_AGAIN, NotSent())\n",
        SENDING,
        "test_an_answer_becomes_a_status[answer3-unconfirmed-no_answer]",
    ),
    Mutant(
        "what a dead runner held is queued again",
        CLAIMS,
        "TextStatus.UNCONFIRMED, Reason.STOPPED_WHILE_SENDING",
        "TextStatus.QUEUED, Reason.TRY_AGAIN",
        SENDING,
        "test_a_claim_whose_lease_is_over_becomes_unconfirmed",
    ),
    Mutant(
        "an outcome is written whatever attempt it is of",
        CLAIMS,
        "  AND t.attempt = v.attempt::uuid\n",
        "",
        SENDING,
        "test_an_outcome_of_an_earlier_attempt_changes_nothing",
    ),
    Mutant(
        "an outcome is written whatever the status is",
        CLAIMS,
        "  AND (t.status = 'sending' OR (t.status = 'unconfirmed' AND v.status IN ('sent', 'failed')))\n",
        "",
        RACES,
        "test_a_text_given_up_as_unconfirmed_is_not_queued_again_by_its_frozen_slot",
    ),
    Mutant(
        "a text that was answered with another's provider id is sent again",
        CLAIMS,
        "status=TextStatus.UNCONFIRMED, reason=Reason.NO_ANSWER, provider_id=None)",
        "status=TextStatus.QUEUED, reason=Reason.TRY_AGAIN, provider_id=None)",
        SENDING,
        "test_a_provider_id_of_another_text_proves_nothing",
    ),
    Mutant(
        "a number that ZipWhip calls opted out is texted again",
        CLAIMS,
        "    _remember_refusals([outcome.text_id for outcome in outcomes if outcome.status == TextStatus.FAILED])\n",
        "",
        RACES,
        "test_a_refusal_because_the_number_opted_out_is_an_opt_out",
    ),
    Mutant(
        "a runner that is told to stop claims on",
        RUNNER,
        "may_claim=not (is_held or is_refused or self._stopping.is_set())",
        "may_claim=not (is_held or is_refused)",
        SENDING,
        "test_a_runner_that_is_told_to_stop_finishes_what_it_posts",
    ),
    Mutant(
        "a runner that is told to stop leaves what it is posting",
        RUNNER,
        "            while not (self._stopping.is_set() and self._is_quiet()):\n",
        "            while not self._stopping.is_set():\n",
        SENDING,
        "test_a_runner_that_is_told_to_stop_finishes_what_it_posts",
    ),
    Mutant(
        "a runner claims before it has taken in what came while PostgreSQL was away",
        RUNNER,
        "may_claim=not (is_held or is_refused or self._stopping.is_set())",
        "may_claim=not (is_refused or self._stopping.is_set())",
        "tests/texting/test_spool.py",
        "test_a_stop_that_waited_on_disk_is_heeded_before_a_starting_runner_sends",
    ),
    Mutant(
        "two who find a session dead both log in",
        "texting/line_sessions.py",
        "Line.objects.filter(pk=line_id, session_version=session_version, state=LineState.CONNECTED)",
        "Line.objects.filter(pk=line_id, state=LineState.CONNECTED)",
        RACES,
        "test_who_finds_a_session_dead_while_another_logs_in_does_not_log_in_too",
    ),
    Mutant(
        "a request that was written counts as not sent",
        TRANSPORT,
        "def _nothing_left(error: Exception) -> bool:\n",
        "def _nothing_left(error: Exception) -> bool:\n    return True\n\n\ndef _unused(error: Exception) -> bool:\n",
        SOCKETS,
        "test_what_happens_after_the_request_leaves_it_open_whether_the_text_left",
    ),
    Mutant(
        "a request without an answer is made again by the library",
        TRANSPORT,
        "urllib3.Retry(0, read=False)",
        "urllib3.Retry(3, allowed_methods=None)",
        SOCKETS,
        "test_what_happens_after_the_request_leaves_it_open_whether_the_text_left",
    ),
    Mutant(
        "any 503 proves that nothing left",
        "texting/providers/zipwhip/answers.py",
        ' or (status == 503 and "Retry-After" in reply.headers)',
        " or status == 503",
        CLIENT,
        "test_answers_that_leave_it_open_whether_the_text_left",
    ),
    Mutant(
        "what was accepted without an id counts as not sent",
        "texting/providers/zipwhip/client.py",
        'raise OutcomeUnknown(detail="message/send: accepted without an id")',
        'raise NotSent(detail="message/send: accepted without an id")',
        CLIENT,
        "test_answers_that_leave_it_open_whether_the_text_left",
    ),
)
