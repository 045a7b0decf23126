"""What may have left: found at the provider, one to one, and never sent again after a hole in time."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

BACKFILLING = "texting/backfill.py"
EPOCH = "texting/epoch.py"
INBOUND = "texting/inbound.py"
LISTING = "texting/provider_texts.py"
BACKFILL = "tests/texting/test_backfill.py"
GUARD = "tests/texting/test_guard.py"
PROVIDER_TEXTS = "tests/texting/test_provider_texts.py"
SET_BACK = "tests/texting/test_set_back.py"
SETTLING = "tests/texting/test_settling.py"

COMPARING = (
    # The database holds a provider id once, so these two do not settle a second text: they keep others from it.
    Mutant(
        "what has settled one of our texts is taken for another as well",
        "texting/settling.py",
        "                told.remove(match)\n",
        "                pass\n",
        SETTLING,
        "test_of_two_texts_and_one_at_the_provider_one_is_settled",
    ),
    Mutant(
        "a text that has an owner is taken for another",
        "texting/settling.py",
        "text.provider_id not in owned and _has_left(text)]",
        "_has_left(text)]",
        SETTLING,
        "test_a_text_known_by_its_id_is_not_another_ones_proof",
    ),
    Mutant(
        "any text to the number settles ours",
        INBOUND,
        " and told.body.strip() == ours.body.strip()",
        "",
        SETTLING,
        "test_what_is_not_this_text_settles_nothing[other0]",
    ),
    Mutant(
        "an echo is matched while the text is being sent",
        INBOUND,
        "    if any(text.status == TextStatus.SENDING for text in fitting):\n",
        "    if False:\n",
        "tests/texting/test_receiving.py",
        "test_an_echo_waits_while_two_equal_texts_could_be_meant",
    ),
    Mutant(
        "an equal text of any day proves that ours left",
        INBOUND,
        "    return told.at >= began_at - CLOCK_SLACK and not is_late\n",
        "    return not is_late\n",
        BACKFILL,
        "test_an_equal_text_of_last_week_proves_nothing",
    ),
    Mutant(
        "an equal text written long after ours was given up settles it",
        INBOUND,
        "    return told.at >= began_at - CLOCK_SLACK and not is_late\n",
        "    return told.at >= began_at - CLOCK_SLACK\n",
        SETTLING,
        "test_what_is_written_in_the_app_later_is_not_the_text_given_up_long_ago",
    ),
    Mutant(
        "a text that is made again is younger than what left of it",
        INBOUND,
        "began_at = ours.batch.created_at if ours.batch else ours.created_at",
        "began_at = ours.created_at",
        SET_BACK,
        "test_what_is_made_again_does_not_leave_again",
    ),
    Mutant(
        "a hole in time is not noticed",
        EPOCH,
        "is_in_doubt = was_set_back or not is_same or not is_recent\n",
        "is_in_doubt = was_set_back or not is_same\n",
        BACKFILL,
        "test_a_past_in_doubt_guards_every_line_in_use[a hole in time]",
    ),
    Mutant(
        "a standby that was promoted is not noticed",
        EPOCH,
        "is_in_doubt = was_set_back or not is_same or not is_recent\n",
        "is_in_doubt = was_set_back or not is_recent\n",
        BACKFILL,
        "test_a_past_in_doubt_guards_every_line_in_use[another timeline]",
    ),
    Mutant(
        "a database set back by minutes is not noticed",
        EPOCH,
        "(bool(is_first) or beat_at < self._last_at)\n",
        "False\n",
        BACKFILL,
        "test_what_another_database_was_posting_has_its_time_before_the_comparison[set back by minutes]",
    ),
    Mutant(
        "another database is compared while the first is still posting",
        EPOCH,
        "wait = timedelta(0) if is_same and not was_set_back else conf.LEASE\n",
        "wait = timedelta(0)\n",
        BACKFILL,
        "test_what_another_database_was_posting_has_its_time_before_the_comparison[another database]",
    ),
    Mutant(
        "of two runners the slower one sets the clock back",
        EPOCH,
        "greatest(beat_at, clock_timestamp())",
        "now()",
        SET_BACK,
        "test_two_healthy_runners_doubt_nothing_though_their_beats_cross",
    ),
    Mutant(
        "the worker concludes from a database that no runner has looked at",
        "texting/tasks.py",
        "    return backfill.backfill_due() if epoch.is_known() else 0\n",
        "    return backfill.backfill_due()\n",
        BACKFILL,
        "test_the_worker_concludes_nothing_in_a_database_that_no_runner_has_looked_at[backfill_lines]",
    ),
    Mutant(
        "a line under guard is asked only for what came since it was last compared",
        BACKFILLING,
        "    return min(regular, line.guarded_since) if line.guarded_since else regular\n",
        "    return regular\n",
        SET_BACK,
        "test_a_line_under_guard_is_asked_for_all_that_left_since_the_doubt_began",
    ),
    Mutant(
        "a line under guard is compared before its batches are made",
        BACKFILLING,
        "return is_sending or guard.is_being_made(line)",
        "return is_sending",
        SET_BACK,
        "test_what_is_made_again_does_not_leave_again",
    ),
    Mutant(
        "what the provider holds is nobody's text though one in the same words waits",
        BACKFILLING,
        "        raise inbound.MayBeQueued\n",
        "        return None\n",
        SET_BACK,
        "test_who_is_quicker_than_the_runners_leaves_alone_what_may_be_ours[compare]",
    ),
    Mutant(
        "an echo that comes before the comparison owns the text it is of",
        "texting/intake.py",
        "    if text is None and inbound.queued_echoes(line, told):\n",
        "    if False:\n",
        BACKFILL,
        "test_an_echo_that_comes_before_the_comparison_owns_no_queued_text",
    ),
    Mutant(
        "what waits under guard is stopped",
        "texting/models/text.py",
        "self.queued().filter(line__guarded_since=None)",
        "self.queued()",
        SET_BACK,
        "test_nothing_under_guard_is_called_stopped_before_it_was_looked_for",
    ),
    Mutant(
        "a guard ends though another hole was found meanwhile",
        BACKFILLING,
        "Line.objects.filter(pk=line.pk, guarded_since=line.guarded_since).update(compared_at=Now())",
        "Line.objects.filter(pk=line.pk).update(compared_at=Now())",
        BACKFILL,
        "test_a_second_hole_found_meanwhile_is_looked_into_as_well",
    ),
    Mutant(
        "a guard ends though nobody knows whose a text is that left",
        BACKFILLING,
        "        if line.guarded_since and told.direction == Direction.OUT:\n            raise\n",
        "",
        BACKFILL,
        "test_while_one_that_left_cannot_be_taken_in_a_guarded_line_sends_nothing",
    ),
    Mutant(
        "a page is asked for where the last one ended, whatever was deleted between the two",
        LISTING,
        "    return next((place for place in places[-OVERLAP:] if place), len(page))\n",
        "    return len(page)\n",
        PROVIDER_TEXTS,
        "test_a_text_deleted_between_two_pages_hides_no_other[0]",
    ),
    Mutant(
        "a provider with a limit of its own is asked as if it had none",
        LISTING,
        "        start, overlap = start + step, len(page) - step\n",
        "        start, overlap = start + PAGE, 0\n",
        PROVIDER_TEXTS,
        "test_a_provider_with_a_limit_of_its_own_hides_nothing[30]",
    ),
    Mutant(
        "two pages that do not meet are taken for the whole list",
        LISTING,
        "            raise _Moved\n",
        "            pass\n",
        PROVIDER_TEXTS,
        "test_a_list_that_moved_further_than_pages_overlap_is_read_anew",
    ),
    Mutant(
        "a guard ends though a row of the provider's list cannot be read",
        LISTING,
        "    if line.guarded_since:\n",
        "    if False:\n",
        BACKFILL,
        "test_a_guard_does_not_end_while_a_row_of_the_list_cannot_be_read[False]",
    ),
    Mutant(
        "a line goes on before a STOP on another is known",
        "texting/guard.py",
        "          AND other.guarded_at > now() - %(wait)s\n",
        "          AND false\n",
        GUARD,
        "test_a_stop_that_reached_another_line_holds_before_the_first_line_goes_on",
    ),
    Mutant(
        "what may have left leaves again once a guard is ended by hand",
        "texting/guard.py",
        "    while handed_over := _hand_over_block(line):\n",
        "    while handed_over := 0:\n",
        GUARD,
        "test_what_may_have_left_is_decided_by_a_person_and_the_rest_leaves",
    ),
)
