"""What is told to us: stored before it is answered, heeded once, and logged when nobody writes any more."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

ARRIVALS = "texting/arrivals.py"
CONVERSATIONS = "texting/conversations.py"
RECEIVING = "tests/texting/test_receiving.py"
WEBHOOKS = "tests/texting/test_webhooks.py"
TEXT_EVENTS = "texting/migrations/0002_text_events.py"
SENDING = "tests/texting/test_sending.py"

HEARING = (
    Mutant(
        "a webhook that was not stored is answered 200",
        "texting/webhooks.py",
        "status=503",
        "status=200",
        WEBHOOKS,
        "test_what_cannot_be_stored_is_never_answered_200",
    ),
    Mutant(
        "anybody may tell us things",
        ARRIVALS,
        '    return hmac.compare_digest(_sha256(line.reveal("webhook").reveal().encode()), secret_sha256)\n',
        "    return True\n",
        WEBHOOKS,
        "test_a_wrong_secret_is_404_and_stores_nothing",
    ),
    Mutant(
        "an event is stored as often as it comes",
        ARRIVALS,
        "[line_id, event, body, _sha256(body), received_at]",
        "[line_id, event, body, uuid.uuid4().hex, received_at]",
        WEBHOOKS,
        "test_the_same_event_twice_is_stored_once_and_answered_200_twice",
    ),
    Mutant(
        "delivery news go backward",
        "texting/delivery.py",
        "        delivery_rank__lt=news.rank,\n",
        "",
        RECEIVING,
        "test_delivery_news_only_move_forward",
    ),
    Mutant(
        "STOP is not heeded",
        "texting/inbound.py",
        "    heed_words(line.pk, told.number, told.body, told.at)\n    compliance.note_heard",
        "    compliance.note_heard",
        RECEIVING,
        "test_an_opt_out_word_stops_what_waits_and_what_comes",
    ),
    Mutant(
        "STOP does not stop what waits",
        "texting/compliance.py",
        "        return Text.objects.filter(number=number).stop(TextStatus.BLOCKED, Reason.OPTED_OUT)\n",
        "        return 0\n",
        RECEIVING,
        "test_an_opt_out_word_stops_what_waits_and_what_comes",
    ),
    Mutant(
        "an older START lifts a newer STOP",
        "texting/compliance.py",
        "          AND said_at <= least(coalesce(%(said_at)s, now()), now())\n",
        "",
        "tests/texting/test_receiving_faults.py",
        "test_the_last_word_counts_and_not_the_last_delivery",
    ),
    Mutant(
        "a conversation is closed while a text of it is being sent",
        CONVERSATIONS,
        "AND t.status = 'sending')\nAND",
        "AND false)\nAND",
        "tests/texting/test_conversations.py",
        "test_a_conversation_waits_while_a_text_to_its_number_is_being_sent",
    ),
    Mutant(
        "a conversation is closed while a file of it is on its way",
        CONVERSATIONS,
        "AND t.attachments_pending)",
        "AND false)",
        "tests/texting/test_settling.py",
        "test_a_conversation_waits_for_its_attachments",
    ),
    Mutant(
        "a new text does not start the idle window again",
        CONVERSATIONS,
        "last_text_at = greatest(c.last_text_at, now())",
        "last_text_at = c.last_text_at",
        "tests/texting/test_conversations.py",
        "test_each_new_text_starts_the_window_again",
    ),
    Mutant(
        "a failed message closes its conversation",
        CONVERSATIONS,
        "    if failures:\n        raise LogFailed(failures)\n    logged =",
        "    logged =",
        "tests/texting/test_conversations.py",
        "test_one_that_cannot_be_logged_waits_and_holds_up_nobody",
    ),
    Mutant(
        "a conversation is logged as often as it is handed over",
        "enterprise/messagelog/texting.py",
        "        conversation_id=conversation.conversation_id,\n",
        "        conversation_id=None,\n",
        "tests/enterprise/test_log_sink.py",
        "test_logging_it_twice_leaves_one_message",
    ),
    Mutant(
        "a change of a text's status leaves no event",
        TEXT_EVENTS,
        "    WHERE n.status <> o.status;\n",
        "    WHERE false;\n",
        SENDING,
        "test_every_transition_leaves_an_event",
    ),
    Mutant(
        "events of texts can be deleted",
        TEXT_EVENTS,
        "BEFORE UPDATE OR DELETE ON",
        "BEFORE UPDATE ON",
        SENDING,
        "test_events_cannot_be_changed_nor_taken_away",
    ),
    Mutant(
        "events of texts can be changed",
        TEXT_EVENTS,
        "BEFORE UPDATE OR DELETE ON",
        "BEFORE DELETE ON",
        SENDING,
        "test_events_cannot_be_changed_nor_taken_away",
    ),
)
