"""A logged conversation as its record page opens it."""

from __future__ import annotations

import re

import pytest
from django.utils import translation

from enterprise.messagelog.models import Message
from enterprise.messagelog.texting import log_conversations
from tests.enterprise.builders import make_code, make_employee
from tests.enterprise.test_log_sink import NOON, conversation, key, text
from texting import seam
from texting.seam import FileNow, LoggedFile, TextNow
from texting.vocabulary import Direction, Reason, TextStatus

pytestmark = pytest.mark.django_db
PICTURE = FileNow("card.jpg, 12 KB", "/texting/attachments/1/", "/texting/attachments/1/preview/", 640, 480, "")
GONE = FileNow("form.pdf, 1 KB", "", "", None, None, "ZipWhip no longer has it.")


@pytest.fixture
def ana(minneapolis):
    return make_employee(branch=minneapolis)


@pytest.fixture
def open_page(client, riya, settings, monkeypatch):
    settings.SECURE_SSL_REDIRECT = False
    client.force_login(riya)

    def open_page(person, **known_now):
        found = {int(name.removeprefix("text_")): now for name, now in known_now.items()}
        monkeypatch.setattr(seam, "_find_texts_now", lambda ids: {one: found[one] for one in ids if one in found})
        return client.get(person.get_absolute_url()).content.decode()

    return open_page


def words_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_it_says_who_when_what_how_it_arrived_and_on_which_line(open_page, ana):
    log_conversations([conversation(key(ana), employee=make_code())])

    page = words_of(open_page(ana))

    assert "19 Nov 12:00 Riya Shah Are you free tonight? (Delivered)" in page
    assert "Line Minneapolis, with (612) 555-0134. Times in CST." in page


def test_a_text_that_was_unclear_when_it_was_logged_says_what_is_known_now(open_page, ana):
    unclear = text("Hello?", direction=Direction.OUT, status=TextStatus.UNCONFIRMED, reason=Reason.NO_ANSWER)
    log_conversations([conversation(key(ana), texts=[unclear], employee=make_code())])

    page = words_of(open_page(ana, text_1=TextNow(TextStatus.DELIVERED, None, NOON, [])))

    assert "(Delivered since 19 Nov 12:00 ; when it was logged: Unconfirmed: ZipWhip did not answer" in page
    assert Message.objects.get().dialogue[0]["status"] == TextStatus.UNCONFIRMED


def test_a_picture_is_shown_while_it_is_stored_and_named_after_that(open_page, ana):
    files = [LoggedFile(1, "card.jpg", 12_000), LoggedFile(2, "form.pdf", 1000)]
    log_conversations([conversation(key(ana), texts=[text("Look", files=files)], employee=make_code())])

    page = open_page(ana, text_1=TextNow(TextStatus.RECEIVED, None, NOON, [PICTURE, GONE]))
    assert 'src="/texting/attachments/1/preview/"' in page
    assert "form.pdf, 1 KB. ZipWhip no longer has it." in page
    assert "card.jpg" in open_page(ana)


def test_a_late_conversation_and_the_first_lead_to_each_other(open_page, ana):
    code = make_code()
    log_conversations([conversation(key(ana), number=1, employee=code)])
    log_conversations([conversation(key(ana), number=2, follows=1, employee=code)])
    late, first = Message.objects.on_record("employee", ana.pk)

    page = open_page(ana)

    assert f'href="?log=all#message-{first.pk}"' in page
    assert f'href="?log=all#message-{late.pk}"' in page
    assert f'id="message-{first.pk}"' in page


def test_a_strangers_words_and_names_of_files_are_no_markup(open_page, ana):
    files = [LoggedFile(1, "<b>card</b>.png", 1)]
    nasty = text("<script>alert(1)</script>", author="<i>Ana</i>", files=files)
    log_conversations([conversation(key(ana), texts=[nasty], employee=make_code())])

    page = open_page(ana)

    assert not any(tag in page for tag in ("<script>alert", "<b>card", "<i>Ana"))


def test_old_entries_without_codes_still_open(open_page, ana):
    old = {"at": NOON.isoformat(), "author": "Texting", "direction": "out", "body": "Hi", "status": "sent"}
    Message.objects.create(
        record_type="employee", record_id=ana.pk, action_code=make_code(), author_name="Texting", dialogue=[old]
    )

    with translation.override("en"):
        assert "Hi (Sent)" in words_of(open_page(ana))
