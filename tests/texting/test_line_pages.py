"""The administrator's list of lines and the credentials form, before a ZipWhip over real sockets."""

import re
from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from enterprise.users.models import User
from tests.texting import host
from tests.texting.line_rig import (  # noqa: F401 - fixtures
    NUMBER,
    PASSWORD,
    ada,
    credentials,
    grant,
    nowhere,
    owners,
    sandbox,
    zipwhip,
)
from tests.texting.test_lines import fail_from_hook, hooks_at, queue_text
from texting import lines
from texting.forms.line import read_username
from texting.models import Line
from texting.vocabulary import EventKind, LineState, PauseReason, TextStatus

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("owners", "plain_http")]

TYPED = {
    "account_type": "branch",
    "owner_branch": "1",
    "owner_servicerep": "",
    "username": "(612) 555-0100",
    "password": PASSWORD,
}
PAGES = ["lines", "add-line", "edit-line", "remove-line"]
ACTIONS = ["check-line", "pause-line", "resume-line", "remove-line"]


@pytest.fixture
def plain_http(settings):
    settings.SECURE_SSL_REDIRECT = False


@pytest.fixture
def admin_client(client, ada):  # noqa: F811
    client.force_login(ada)
    return client


@pytest.fixture
def connected(zipwhip, ada):  # noqa: F811
    return lines.connect(ada, credentials())


def url(name, line=None):
    return reverse(f"texting:{name}", args=[line.pk] if line else [])


def address(name, line):
    return url(name, None if name in ("lines", "add-line") else line)


def save(client, **typed):
    return client.post(url("add-line"), {**TYPED, **typed})


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def words_of(response):
    """What a page says, tags and all the white space aside."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).replace("&#x27;", "'").split())


# --- who may


@pytest.mark.parametrize("name", [*PAGES, *ACTIONS])
def test_anonymous_signs_in_first(client, connected, name):
    response = client.post(address(name, connected)) if name in ACTIONS else client.get(address(name, connected))

    assert response.status_code == 302
    assert response.url.startswith(reverse("users:sign-in"))


@pytest.mark.parametrize("name", [*PAGES, *ACTIONS])
def test_a_rep_who_may_text_may_not_manage_lines(client, connected, name):
    rep = User.objects.create_user("riya", password="a long password")
    grant(rep, "send", "change_textingsettings")
    client.force_login(rep)

    response = client.post(address(name, connected)) if name in ACTIONS else client.get(address(name, connected))

    assert response.status_code == 403
    assert Line.objects.get().state == LineState.CONNECTED


@pytest.mark.parametrize("name", ["check-line", "pause-line", "resume-line"])
def test_looking_at_an_action_does_nothing(admin_client, connected, name):
    assert admin_client.get(url(name, connected)).status_code == 405


def test_a_line_that_never_was_is_not_found(admin_client):
    assert admin_client.get(reverse("texting:edit-line", args=[404])).status_code == 404


# --- adding


def test_saving_connects_the_line_and_says_what_worked(admin_client, zipwhip):  # noqa: F811
    response = save(admin_client)

    assert response.url == url("lines")
    assert said(response) == ["Connected (612) 555-0100 for Minneapolis. 6 of 6 webhooks are registered."]
    line = Line.objects.get()
    assert (line.number, line.username, line.owner) == (NUMBER, "16125550100", ("branch", 1))


def test_a_second_line_belongs_to_a_service_rep(admin_client, connected):
    response = save(
        admin_client, account_type="servicerep", owner_servicerep="7", username="763-555-0155", password="any"
    )

    assert said(response) == ["Connected (763) 555-0155 for Dan Larsen. 6 of 6 webhooks are registered."]
    assert Line.objects.get(number="+17635550155").owner == ("servicerep", 7)


def test_of_the_two_fields_the_one_of_the_account_type_counts(admin_client, zipwhip):  # noqa: F811
    save(admin_client, account_type="servicerep", owner_branch="2", owner_servicerep="8")

    assert Line.objects.get().owner == ("servicerep", 8)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"owner_branch": ""}, "Choose the branch this line belongs to."),
        ({"owner_branch": "99"}, "This one is gone or inactive: choose another."),
        ({"owner_branch": "1; DROP"}, "This one is gone or inactive: choose another."),
        ({"account_type": "firm"}, "firm is not one of the available choices"),
        ({"username": ""}, "Enter the line’s number"),
        ({"username": "507-555-01"}, "507-555-01 has 8 of 10 digits."),
        ({"username": "612-555-HELP"}, "has “H” in it"),
        ({"username": "@6125550100"}, "Write the operator’s name before the @"),
        ({"username": "dan l@6125550100"}, "An operator’s name has no space in it."),
        ({"username": "dan@"}, "Enter the line’s number"),
        ({"username": "+44 20 7946 0018"}, "a country with +44"),
        ({"username": "6" * 81}, "at most 80 characters"),
        ({"password": ""}, "Enter the password that goes with this username."),
    ],
)
def test_what_cannot_be_saved_is_said_beside_the_field(admin_client, nowhere, typed, words):  # noqa: F811
    response = save(admin_client, **typed)

    assert response.status_code == 422
    assert words_of(response).count(words) == 2  # in the summary and at the field
    assert not Line.objects.exists()


@pytest.mark.parametrize(
    ("typed", "number", "username"),
    [
        ("6125550100", "+16125550100", "16125550100"),
        ("+1 (612) 555-0100", "+16125550100", "16125550100"),
        ("1.612.555.0100", "+16125550100", "16125550100"),
        ("\u202a612\u2011555\u20110100\u202c", "+16125550100", "16125550100"),
        ("\u00a0612\u00a0555 0100", "+16125550100", "16125550100"),
        ("800-555-0100", "+18005550100", "18005550100"),
        ("dan@(612) 555-0100", "+16125550100", "dan@16125550100"),
        ("dan@firm.com@6125550100", "+16125550100", "dan@firm.com@16125550100"),
    ],
)
def test_a_username_is_read_however_it_is_written(typed, number, username):
    assert read_username(typed) == (number, username)


@pytest.mark.parametrize("typed", ["", "@", "12345", "612555010x", "６１２５５５０１００", "a\x00b@6125550100"])
def test_a_username_that_is_none_is_an_error(typed):
    with pytest.raises(ValidationError):
        read_username(typed)


def test_a_wrong_password_is_told_from_an_unreachable_zipwhip(admin_client, zipwhip):  # noqa: F811
    response = save(admin_client, password="a wrong secret")

    assert response.status_code == 422
    assert response.context["form"].errors == {
        "password": ["ZipWhip refused this username and password. Check both in ZipWhip’s own app. Nothing was saved."]
    }
    assert not Line.objects.exists()


def test_an_unreachable_zipwhip_is_told_from_a_wrong_password(admin_client, nowhere):  # noqa: F811
    response = save(admin_client)

    assert response.status_code == 422
    assert "ZipWhip cannot be reached right now. Try again in a few minutes. Nothing was saved." in words_of(response)
    assert not Line.objects.exists()


def test_what_was_typed_is_kept_but_for_the_password(admin_client, nowhere):  # noqa: F811
    response = save(admin_client, account_type="servicerep", owner_servicerep="8", password="a wrong secret")

    page = response.content.decode()
    assert 'value="(612) 555-0100"' in page
    assert '<option value="8" selected>' in page
    assert '<option value="servicerep" selected>' in page
    assert "a wrong secret" not in page


def test_webhooks_that_fail_midway_are_said_and_can_be_finished(admin_client, zipwhip, monkeypatch):  # noqa: F811
    mend = fail_from_hook(monkeypatch, 3)
    response = save(admin_client)
    assert "only 2 of 6 webhooks are registered" in said(response)[0]
    page = words_of(admin_client.get(url("lines")))
    assert "is not connected yet. 2 of 6 webhooks are set" in page
    assert "Finish connecting" in page
    mend()

    response = admin_client.post(url("check-line", Line.objects.get()))

    assert said(response)[-1] == "Connected (612) 555-0100 for Minneapolis. 6 of 6 webhooks are registered."
    assert len(hooks_at(zipwhip)) == len(EventKind)


def test_a_number_of_another_owner_names_whose_it_is(admin_client, connected):
    response = save(admin_client, owner_branch="2")

    assert response.status_code == 422
    assert "(612) 555-0100 is connected already: it is the line of Minneapolis." in words_of(response)
    assert f'href="{url("edit-line", connected)}">Edit (612) 555-0100</a>' in response.content.decode()
    assert Line.objects.get().owner_id == 1


def test_a_second_click_on_save_makes_no_second_line_and_is_no_error(admin_client, zipwhip):  # noqa: F811
    save(admin_client)

    response = save(admin_client)

    assert response.url == url("lines")
    assert said(response)[-1] == "(612) 555-0100 is connected for Minneapolis. It was added once."
    assert Line.objects.count() == 1
    assert [entry["action"] for entry in host.audited] == ["line.connected"]


def test_adding_again_begins_with_what_is_known(admin_client, connected, ada):  # noqa: F811
    lines.remove(ada, connected, now=timezone.now())

    page = admin_client.get(url("add-line") + f"?again={connected.pk}").content.decode()
    save(admin_client)

    assert 'value="(612) 555-0100"' in page
    assert '<option value="1" selected>' in page
    assert Line.objects.get().state == LineState.CONNECTED


# --- editing


def test_the_form_of_a_line_never_shows_its_password(admin_client, connected):
    page = admin_client.get(url("edit-line", connected)).content.decode()

    assert PASSWORD not in page
    assert connected.password_token not in page
    assert 'autocomplete="new-password"' in page


def test_an_empty_password_keeps_the_stored_one(admin_client, connected):
    response = admin_client.post(url("edit-line", connected), {**TYPED, "owner_branch": "2", "password": ""})

    connected.refresh_from_db()
    assert said(response) == ["Saved. (612) 555-0100 is the line of St. Paul now."]
    assert connected.owner_id == 2
    assert connected.reveal("password").reveal() == PASSWORD


def test_a_new_password_is_tried_before_anything_changes(admin_client, connected):
    typed = {**TYPED, "owner_branch": "2", "password": "a wrong secret"}

    response = admin_client.post(url("edit-line", connected), typed)

    connected.refresh_from_db()
    assert response.status_code == 422
    assert "Nothing was changed." in words_of(response)
    assert (connected.owner_id, connected.reveal("password").reveal()) == (1, PASSWORD)
    assert "a wrong secret" not in response.content.decode()


def test_a_new_username_is_tried_with_the_stored_password(admin_client, connected):
    admin_client.post(url("edit-line", connected), {**TYPED, "username": "dan@6125550100", "password": ""})

    connected.refresh_from_db()
    assert connected.username == "dan@16125550100"


def test_a_line_keeps_its_number(admin_client, connected):
    response = admin_client.post(url("edit-line", connected), {**TYPED, "username": "6515550101"})

    assert response.status_code == 422
    assert "This line is (612) 555-0100, and that does not change." in words_of(response)


def test_an_owner_who_is_gone_keeps_the_line(admin_client, connected, owners):  # noqa: F811
    owners["branch"].gone.add(1)

    response = admin_client.post(url("edit-line", connected), {**TYPED, "password": ""})

    assert said(response) == ["Nothing was changed."]


def test_saving_nothing_new_asks_zipwhip_nothing(admin_client, connected, settings):
    settings.TEXTING = {
        **settings.TEXTING,
        "PROVIDERS": {"zipwhip": {"url": "http://127.0.0.1:1", "app_url": "https://a.b"}},
    }

    response = admin_client.post(url("edit-line", connected), {**TYPED, "password": ""})

    assert said(response) == ["Nothing was changed."]


@pytest.mark.parametrize("name", ["edit-line", "remove-line"])
def test_a_line_that_was_removed_leads_back_to_the_list(admin_client, connected, ada, name):  # noqa: F811
    lines.remove(ada, connected, now=timezone.now())

    response = admin_client.get(url(name, connected))

    assert response.url == url("lines")
    assert said(response) == ["(612) 555-0100 was removed. Add it again to use it."]


# --- the row's actions


def test_a_test_says_what_it_found(admin_client, connected):
    response = admin_client.post(url("check-line", connected))

    assert said(response) == ["(612) 555-0100 works: ZipWhip answered, and 6 of 6 webhooks are registered."]


def test_a_test_registers_a_webhook_that_is_gone(admin_client, connected, zipwhip):  # noqa: F811
    zipwhip.login(password=PASSWORD)
    zipwhip.call("webhook/delete", webhookId=hooks_at(zipwhip)[0]["id"])

    admin_client.post(url("check-line", connected))

    assert len(hooks_at(zipwhip)) == len(EventKind)


def test_a_test_without_zipwhip_says_so(admin_client, connected, settings):
    settings.TEXTING = {
        **settings.TEXTING,
        "PROVIDERS": {"zipwhip": {"url": "http://127.0.0.1:1", "app_url": "https://a.b"}},
    }

    response = admin_client.post(url("check-line", connected))

    assert said(response) == ["(612) 555-0100: ZipWhip cannot be reached right now. Try again in a few minutes."]
    assert Line.objects.get().state == LineState.CONNECTED


def test_pausing_twice_is_recorded_once(admin_client, connected):
    admin_client.post(url("pause-line", connected))
    response = admin_client.post(url("pause-line", connected))

    assert said(response)[-1] == "(612) 555-0100 was paused already."
    assert Line.objects.get().pause_reason == PauseReason.BY_HAND
    assert [entry["action"] for entry in host.audited].count("line.paused") == 1


def test_resuming_lets_it_send_again(admin_client, connected):
    admin_client.post(url("pause-line", connected))

    response = admin_client.post(url("resume-line", connected))

    assert said(response)[-1] == "(612) 555-0100 sends again."
    assert Line.objects.get().state == LineState.CONNECTED


def test_a_line_that_is_still_refused_stays_paused_and_says_why(admin_client, connected, zipwhip):  # noqa: F811
    Line.pause(connected.pk, PauseReason.WRONG_PASSWORD, now=timezone.now())
    zipwhip.box("lines", line=NUMBER, password="changed in ZipWhip")
    zipwhip.box("expire-session")

    response = admin_client.post(url("resume-line", connected))

    assert said(response)[0].startswith("(612) 555-0100 stays paused. ZipWhip refused this username and password.")
    assert Line.objects.get().state == LineState.PAUSED


def test_removing_asks_first_and_counts_what_would_be_blocked(admin_client, connected):
    text = queue_text(connected)

    page = words_of(admin_client.get(url("remove-line", connected)))
    text.refresh_from_db()

    assert "Remove (612) 555-0100?" in page
    assert "1 queued text will be blocked" in page
    assert (text.status, Line.objects.get().state) == (TextStatus.QUEUED, LineState.CONNECTED)


def test_the_question_comes_alone_into_a_dialog(admin_client, connected):
    page = admin_client.get(url("remove-line", connected), headers={"HX-Request": "true"}).content.decode()

    assert "<html" not in page
    assert 'id="dialog-title"' in page


def test_removing_says_what_was_blocked(admin_client, connected):
    queue_text(connected)
    queue_text(connected, "+16515550117")

    response = admin_client.post(url("remove-line", connected))

    assert said(response) == ["Removed (612) 555-0100. 2 queued texts were blocked. Its history is kept."]
    assert Line.objects.get().state == LineState.REMOVED


# --- the list


def test_an_empty_list_says_how_to_begin(admin_client):
    page = admin_client.get(url("lines")).content.decode()

    assert "No lines yet" in page
    assert f'<a class="btn btn-primary" href="{url("add-line")}">Add credentials</a>' in page
    assert 'aria-label="Add credentials"' in page


def test_each_state_stands_with_its_words(admin_client, connected, ada):  # noqa: F811
    removed = lines.connect(ada, credentials("+15075550163", owner=("branch", 2)))
    lines.remove(ada, removed, now=timezone.now())
    Line.pause(connected.pk, PauseReason.WRONG_PASSWORD, now=timezone.now())
    queue_text(connected)
    lines.connect(ada, credentials("+17635550155", owner=("servicerep", 7)))

    page = words_of(admin_client.get(url("lines")))

    assert "Minneapolis’s line, (612) 555-0100, is paused. ZipWhip refused the password, today" in page
    assert "1 text waits in the queue and leaves when it is back" in page
    assert "Enter new password" in page
    assert "Removed Since today" in page
    assert "Connected Last contact today" in page
    assert page.index("(612) 555-0100 Minneapolis") < page.index("(507) 555-0163 St. Paul")


def test_a_line_whose_key_was_put_back_is_resumed_without_entering_the_password(admin_client, connected):
    Line.pause(connected.pk, PauseReason.KEYS_LOST, now=timezone.now())

    page = admin_client.get(url("lines")).content.decode()
    assert "Enter new password" in page
    resume = url("resume-line", connected)
    assert f'formaction="{resume}"' in page
    admin_client.post(resume)

    connected.refresh_from_db()
    assert connected.state == LineState.CONNECTED


def test_texts_of_today_are_counted(admin_client, connected):
    now = timezone.now()
    for number, left_at in (("+16125550111", now), ("+16125550112", now), ("+16125550113", now - timedelta(days=2))):
        text = queue_text(connected, number)
        text.status, text.provider_id, text.left_at = TextStatus.SENT, number, left_at
        text.save()

    (row,) = admin_client.get(url("lines")).context["rows"]

    assert (row.today_count, row.queued_count) == (2, 0)


def test_the_list_is_filtered_by_kind_of_owner(admin_client, connected):
    page = words_of(admin_client.get(url("lines") + "?owner=servicerep"))
    nonsense = admin_client.get(url("lines") + "?owner=nonsense")

    assert "No line belongs to such an owner." in page
    assert len(nonsense.context["rows"]) == 1


def test_a_longer_list_takes_no_more_queries(admin_client, connected, ada):  # noqa: F811
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as few:
        admin_client.get(url("lines"))
    for number in range(1, 9):
        lines.connect(ada, credentials(f"+1612555011{number}"))
    with CaptureQueriesContext(connection) as many:
        admin_client.get(url("lines"))

    assert len(many) == len(few)


def test_no_page_holds_a_secret(admin_client, connected):
    secrets = [PASSWORD, *(connected.reveal(name).reveal() for name in ("session", "webhook"))]

    pages = "".join(admin_client.get(address(name, connected)).content.decode() for name in PAGES)

    assert not [secret for secret in secrets if secret in pages]
