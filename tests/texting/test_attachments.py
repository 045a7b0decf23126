"""Files that come with texts: kept, shown safely, and given up in the end."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from enterprise.users.models import User
from tests.texting.conftest import ANA, make_line, message, pass_time
from texting import attachments, conversations, pictures
from texting.models import Attachment, AttachmentContent, OptOut, Text, TextingSettings
from texting.vocabulary import TextStatus

pytestmark = pytest.mark.django_db
State = Attachment.State


@pytest.fixture(autouse=True)
def plain_http(settings, people, log):
    settings.SECURE_SSL_REDIRECT = False
    TextingSettings.current()
    TextingSettings.objects.update(filed_under={"person": "TEXT"})


@pytest.fixture
def browser(client, rep, line):
    client.force_login(rep)
    return client


def picture(kind="PNG", size=(40, 20), **facts) -> bytes:
    content = BytesIO()
    Image.new("RGB", size, "teal").save(content, kind, **facts)
    return content.getvalue()


@pytest.fixture
def send_file(people, provider, hear):
    """Ana sends one file with a text."""
    people.add("Ana Rivera", ANA)

    def send_file(content, name="card.png", mime="image/png"):
        provider.files = [(name, mime, content), ("0.smil", "application/smil", b"<smil/>")]
        hear("receive", **message(ANA, "look", 555, hasAttachment=True))
        fetch()
        return Text.objects.get()

    return send_file


def fetch() -> None:
    """As if the time had come for whatever waits."""
    Text.objects.update(next_fetch_at=timezone.now() - timedelta(minutes=1))
    attachments.fetch_pending()


def test_a_picture_is_kept_and_drawn_anew(send_file):
    text = send_file(picture())

    (file,) = text.attachments.all()
    assert (file.state, file.width, file.height) == (State.STORED, 40, 20)
    assert bytes(file.content.original) == picture()
    assert Image.open(BytesIO(bytes(file.content.preview))).format == "WEBP"
    assert not text.attachments_pending


def test_what_a_camera_noted_is_not_in_what_is_shown():
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter
    exif[0x010F] = "Secret Camera"

    drawn = pictures.draw_preview(picture("JPEG", (40, 20), exif=exif))

    assert (drawn.width, drawn.height) == (20, 40)
    assert b"Secret" not in drawn.content
    assert dict(Image.open(BytesIO(drawn.content)).getexif()) == {}


def test_a_large_picture_is_drawn_small():
    drawn = pictures.draw_preview(picture("JPEG", (4000, 3000)))

    assert (drawn.width, drawn.height) == (1280, 960)


@pytest.mark.parametrize(
    "content",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<html><script>alert(1)</script></html>",
        b"",
        picture("PNG")[:60],
        picture("BMP"),
        picture("PNG", (6000, 5000)),
    ],
    ids=["svg", "html", "empty", "cut", "bmp", "bomb"],
)
def test_what_is_no_picture_we_show_is_only_a_download(send_file, content):
    (file,) = send_file(content).attachments.all()

    assert (file.state, file.preview_url) == (State.STORED, "")


def test_the_original_is_only_downloaded_and_the_preview_can_do_nothing(browser, send_file):
    (file,) = send_file(picture(), name='na"me.png').attachments.all()

    shown, loaded = browser.get(file.preview_url), browser.get(file.url)

    assert (shown["Content-Type"], loaded["Content-Type"]) == ("image/webp", "application/octet-stream")
    assert loaded["Content-Disposition"].startswith("attachment")
    assert b"".join(loaded.streaming_content) == picture()
    for answer in (shown, loaded):
        assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "private" in answer["Cache-Control"]


def test_files_are_for_those_who_see_the_record_or_the_line(client, people, send_file):
    (file,) = send_file(picture()).attachments.all()
    stranger = User.objects.create_user("dan", password="a long password")

    assert client.get(file.url).status_code == 302
    client.force_login(stranger)
    assert client.get(file.url).status_code == 200  # the record is theirs to see
    people.hidden.add(1)
    assert client.get(file.url).status_code == 404
    assert client.get(file.preview_url).status_code == 404


def test_files_of_an_unmatched_text_are_for_those_of_the_line(browser, client, provider, hear, rep):
    provider.files = [("card.png", "image/png", picture())]
    hear("receive", **message("+16125550199", "look", 555, hasAttachment=True))
    hear("receive", on=make_line(number="+16515550101", owner_id=2), **message(ANA, "x", 556, hasAttachment=True))
    fetch()
    ours, theirs = Attachment.objects.order_by("text__provider_id")

    assert browser.get(ours.url).status_code == 200
    assert browser.get(theirs.url).status_code == 404


def test_a_file_that_is_too_large_or_gone_is_named_with_the_reason(send_file, provider):
    text = send_file(b"x" * (attachments.FILE_LIMIT_BYTES + 1))
    assert text.attachments.get().state == State.TOO_LARGE
    assert not text.files_lost

    provider.gone.add("card.png")
    Attachment.objects.update(state=State.WAITING, byte_count=1)
    Text.objects.update(attachments_pending=True)
    fetch()

    assert text.attachments.get().state == State.GONE
    assert not AttachmentContent.objects.exists()


def test_a_fetch_that_never_works_ends_and_lets_the_conversation_go(send_file, provider, log):
    provider.silent = True
    text = send_file(picture())
    pass_time(hours=25)
    assert conversations.close_due() == 0
    for _ in range(attachments.MAX_FETCHES):
        fetch()

    text.refresh_from_db()
    assert (text.attachments_pending, text.files_lost) == (False, True)
    assert conversations.close_due() == 1


def test_a_person_asks_again_and_gets_the_file(browser, send_file, provider):
    provider.unreachable.add("card.png")
    text = send_file(picture())
    Text.objects.update(fetch_count=attachments.MAX_FETCHES - 1)
    fetch()
    assert text.attachments.get().state == State.LOST

    provider.unreachable.clear()
    address = reverse("texting:fetch-again", args=[text.pk])
    assert browser.post(address).status_code == 302
    assert browser.get(address).status_code == 405
    fetch()

    text.refresh_from_db()
    assert (text.attachments.get().state, text.files_lost) == (State.STORED, False)


def test_nobody_asks_again_for_files_of_others(client, send_file, people):
    text = send_file(picture())
    Text.objects.update(files_lost=True)
    people.hidden.add(1)
    user = User.objects.create_user("dan", password="a long password")
    client.force_login(user)
    address = reverse("texting:fetch-again", args=[text.pk])

    assert client.post(address).status_code == 403
    user.user_permissions.add(Permission.objects.get(content_type__app_label="texting", codename="send"))
    type(text.line).objects.update(owner_id=2)
    assert client.post(address).status_code == 404
    assert Text.objects.get().files_lost


def test_the_panel_and_the_log_show_the_picture(browser, send_file, log):
    (file,) = send_file(picture()).attachments.all()

    panel = browser.get(reverse("texting:record-texts", args=["person", 1])).content.decode()
    assert f'src="{file.preview_url}"' in panel

    pass_time(hours=25)
    conversations.close_due()
    (logged,) = log.messages.values()
    assert logged.texts[0].files[0].name == "card.png"


def test_a_dead_session_is_renewed_and_the_files_are_fetched_then(send_file, provider, line):
    provider.dead_sessions.add(line.reveal("session").reveal())
    text = send_file(picture())
    assert text.attachments_pending
    assert provider.logins == 1

    fetch()

    assert text.attachments.get().state == State.STORED


def test_a_stop_that_comes_as_a_file_counts(people, provider, hear, send, line):
    batch = send(people.add("Ana Rivera", ANA))
    provider.files = [("message.txt", "text/plain", b" Stop. ")]

    hear("receive", **message(ANA, "", 555, hasAttachment=True))
    fetch()

    assert OptOut.objects.get().number == ANA
    assert batch.texts.get().status == TextStatus.BLOCKED


def test_words_of_our_own_that_come_as_a_file_opt_nobody_out(people, provider, hear):
    people.add("Ana Rivera", ANA)
    provider.files = [("message.txt", "text/plain", b"STOP")]

    hear("send", **message(ANA, "", 555, kind="ZO", hasAttachment=True))
    fetch()

    assert not OptOut.objects.exists()
