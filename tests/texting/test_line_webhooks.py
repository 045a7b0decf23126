"""The line's page: its webhooks as ZipWhip has them, and putting them right with one click."""

from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.db.models import Value
from django.db.models.functions import Concat
from django.urls import reverse
from django.utils import timezone

from enterprise.users.models import User
from tests.texting.line_rig import (  # noqa: F401 - fixtures
    NUMBER,
    PASSWORD,
    ada,
    credentials,
    grant,
    owners,
    sandbox,
    zipwhip,
)
from texting import backfill, findings, line_hooks, lines
from texting.line_hooks import HookState
from texting.models import Line, WebhookEvent
from texting.views import line as line_page
from texting.views.line_list import row_of
from texting.vocabulary import EventKind, LineState

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("owners", "plain_http")]


@pytest.fixture
def plain_http(settings):
    settings.SECURE_SSL_REDIRECT = False


@pytest.fixture
def line(zipwhip, ada):  # noqa: F811
    return lines.connect(ada, credentials())


@pytest.fixture
def admin_client(client, ada):  # noqa: F811
    client.force_login(ada)
    return client


def url(name, line):
    return reverse(f"texting:{name}", args=[line.pk])


def states(line):
    return {one.event: one.state for one in line_hooks.inspect_hooks(line).events if not one.is_right}


def at_zipwhip(line):
    return lines.provider_of(line), line.reveal("session").reveal()


def hooks_at_line(line):
    return lines.provider_of(line).list_hooks(at_zipwhip(line)[1])


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def move_to(settings, address):
    settings.TEXTING = {**settings.TEXTING, "PUBLIC_URL": address}


@pytest.mark.parametrize("name", ["line", "line-webhooks", "repair-line"])
def test_only_who_manages_lines_gets_in(client, line, name):
    ask = client.post if name == "repair-line" else client.get
    signed_out = ask(url(name, line))
    rep = User.objects.create_user("riya")
    grant(rep, "send", "change_textingsettings")
    client.force_login(rep)

    assert signed_out.status_code == 302
    assert ask(url(name, line)).status_code == 403


def test_a_connected_line_is_right_and_says_when_an_event_last_came(line):
    now = timezone.now()
    for age in (3, 1):
        WebhookEvent.objects.create(
            line=line, event="receive", body=b"", body_sha256=str(age), next_try_at=now,
            received_at=now - timedelta(hours=age),
        )  # fmt: skip

    assert line_hooks.inspect_hooks(line).is_right
    assert line_page.last_seen(line) == {"receive": now - timedelta(hours=1)}


def test_what_is_missing_doubled_and_outdated_is_told_apart(line):
    provider, key = at_zipwhip(line)
    hooks = {hook.event: hook for hook in provider.list_hooks(key)}
    provider.delete_hook(key, hooks[EventKind.READ].provider_id)
    provider.add_hook(key, EventKind.RECEIVE, hooks[EventKind.RECEIVE].url)
    provider.delete_hook(key, hooks[EventKind.SEND].provider_id)
    provider.add_hook(key, EventKind.SEND, hooks[EventKind.SEND].url + "-old")

    assert states(line) == {
        EventKind.READ: HookState.MISSING,
        EventKind.RECEIVE: HookState.DOUBLED,
        EventKind.SEND: HookState.ELSEWHERE,
    }


def test_repair_registers_what_is_missing_and_leaves_other_programs_alone(admin_client, line):
    provider, key = at_zipwhip(line)
    provider.delete_hook(key, provider.list_hooks(key)[0].provider_id)
    provider.add_hook(key, EventKind.RECEIVE, "https://crm.example.com/zipwhip")

    response = admin_client.post(url("repair-line", line))

    found = line_hooks.inspect_hooks(line)
    assert (found.is_right, found.foreign_count) == (True, 1)
    assert said(response) == ["The webhooks of (612) 555-0100 are right: ZipWhip tells us of everything."]


def test_one_that_the_worker_lists_before_its_registrar_has_stored_it_stays(line, ada, monkeypatch):  # noqa: F811
    provider, key = at_zipwhip(line)
    provider.delete_hook(key, provider.list_hooks(key)[0].provider_id)
    add = type(provider).add_hook

    def add_and_be_listed(*facts):
        hook = add(*facts)
        line_hooks.note_hooks(line)
        return hook

    monkeypatch.setattr(type(provider), "add_hook", add_and_be_listed)
    lines.repair(ada, line)

    assert line_hooks.inspect_hooks(line).is_right


def test_one_that_another_click_has_registered_meanwhile_stays_the_only_one(line, ada, monkeypatch):  # noqa: F811
    provider, key = at_zipwhip(line)
    provider.delete_hook(key, provider.list_hooks(key)[0].provider_id)
    add = type(provider).add_hook

    def be_late(self, *facts):
        add(self, *facts)
        line_hooks.note_hooks(line)
        return add(self, *facts)

    monkeypatch.setattr(type(provider), "add_hook", be_late)
    lines.repair(ada, line)

    assert line_hooks.inspect_hooks(line).is_right


def test_what_we_registered_under_another_address_is_told_and_taken_down_by_repair_alone(line, ada, settings):  # noqa: F811
    move_to(settings, "https://moved.example.com")
    before = states(line)

    lines.repair(ada, line)

    assert set(before.values()) == {HookState.ELSEWHERE}
    assert {
        hook.url.startswith("https://moved.") for hook in lines.provider_of(line).list_hooks(at_zipwhip(line)[1])
    } == {True}


def test_a_copy_of_this_installation_does_not_cut_off_the_one_at_work(line, settings):
    move_to(settings, "https://copy.example.com")

    lines.finish_connecting(line)

    assert len(hooks_at_line(line)) == 2 * len(EventKind)


def test_the_page_opens_without_asking_and_then_shows_what_zipwhip_says(admin_client, line):
    page = admin_client.get(url("line", line)).content.decode()
    part = admin_client.get(url("line-webhooks", line), HTTP_HX_REQUEST="true").content.decode()
    whole = admin_client.get(url("line-webhooks", line)).content.decode()

    assert f'hx-get="{url("line-webhooks", line)}"' in page
    assert part.count("Registered") == len(EventKind)
    assert "<html" not in part
    assert "<html" in whole
    assert "ZipWhip tells us of everything" in whole


def test_a_zipwhip_that_is_gone_is_said_and_nothing_breaks(admin_client, line, settings):
    urls = {"zipwhip": {"url": "http://127.0.0.1:1", "app_url": "https://app.example.com"}}
    settings.TEXTING = {**settings.TEXTING, "PROVIDERS": urls}

    page = admin_client.get(url("line-webhooks", line)).content.decode()

    assert "ZipWhip cannot be reached right now." in page


# --- lost keys


def lose_keys(line, *fields):
    Line.objects.filter(pk=line.pk).update(**{f"{field}_token": "v1.gone.AAAA" for field in fields})
    line.refresh_from_db()


@pytest.mark.parametrize("name", ["check-line", "resume-line", "repair-line"])
def test_a_password_nobody_can_read_is_said_in_words(admin_client, line, name):
    lose_keys(line, *Line.SECRETS)
    if name == "resume-line":
        Line.objects.update(state=LineState.PAUSED, pause_reason="by_hand")

    response = admin_client.post(url(name, line))

    assert response.status_code == 302
    assert "The stored password cannot be read any more" in said(response)[0]


def test_a_line_with_lost_keys_still_opens_and_is_removed(admin_client, line):
    lose_keys(line, *Line.SECRETS)

    assert admin_client.get(url("line-webhooks", line)).status_code == 200
    assert admin_client.post(url("remove-line", line)).status_code == 302
    assert Line.objects.get().state == LineState.REMOVED


def test_another_username_without_the_password_asks_for_it(admin_client, line):
    lose_keys(line, "password")
    typed = {"account_type": "branch", "owner_branch": "1", "username": f"dan@{NUMBER}", "password": ""}

    response = admin_client.post(url("edit-line", line), typed)

    assert response.status_code == 422
    assert "cannot be read any more" in response.context["form"].errors["password"][0]


def test_entering_the_password_again_makes_everything_anew(admin_client, line):
    lose_keys(line, *Line.SECRETS)
    typed = {"account_type": "branch", "owner_branch": "1", "username": NUMBER, "password": PASSWORD}

    response = admin_client.post(url("edit-line", line), typed)

    line.refresh_from_db()
    assert response.status_code == 302
    assert line_hooks.inspect_hooks(line).is_right
    assert line.reveal("password").reveal() == PASSWORD


def test_a_session_nobody_can_read_is_a_new_login(admin_client, line):
    lose_keys(line, "session", "webhook")

    response = admin_client.post(url("check-line", line))

    line.refresh_from_db()
    assert "6 of 6 webhooks are registered" in said(response)[0]
    assert len(hooks_at_line(line)) == len(EventKind)


def registered(line):
    """How the page of a rep who cannot text, and the list of lines, speak of a line's webhooks."""
    finding = next(one for one in findings.of_line(line) if one.key.startswith("webhooks"))
    return finding.words, row_of(line, midnight=timezone.now()).hook_count


def compare(line):
    Line.objects.filter(pk=line.pk).update(next_backfill_at=timezone.now() - timedelta(hours=1))
    backfill.backfill_due()


def test_what_somebody_took_down_at_zipwhip_is_known_after_a_look_at_the_page(admin_client, line):
    take_down_first(line)

    admin_client.get(url("line-webhooks", line))

    assert registered(line) == ("5 of 6 are registered.", 5)


@pytest.mark.parametrize("state", [LineState.CONNECTED, LineState.PAUSED])
def test_what_somebody_took_down_at_zipwhip_is_registered_again_by_the_comparison(line, state):
    take_down_first(line)
    Line.objects.update(state=state, pause_reason="by_hand" if state == LineState.PAUSED else "")

    compare(line)

    assert (registered(line), states(line)) == (("6 of 6 are registered.", 6), {})
    assert Line.objects.get().state == state


def test_what_leads_here_with_an_old_secret_is_replaced_by_the_comparison(line):
    provider, key = at_zipwhip(line)
    hook = take_down_first(line)
    provider.add_hook(key, hook.event, hook.url + "-old")

    compare(line)

    assert states(line) == {}
    assert len(hooks_at_line(line)) == len(EventKind)


def test_a_copy_of_this_installation_registers_nothing_by_itself(line, settings):
    move_to(settings, "https://copy.example.com")
    take_down_first(line)

    compare(line)

    assert len(hooks_at_line(line)) == len(EventKind) - 1


def test_a_copy_that_does_not_know_the_webhooks_of_the_one_at_work_registers_nothing_either(line, settings):
    """It was restored from a backup older than they are."""
    provider, key = at_zipwhip(line)
    move_to(settings, "https://copy.example.com")
    line.webhooks.update(provider_hook_id=Concat(Value("of-before-"), "provider_hook_id"))
    provider.add_hook(key, EventKind.RECEIVE, "https://crm.example.com/zipwhip")

    compare(line)

    assert len(hooks_at_line(line)) == len(EventKind) + 1
    assert set(states(line).values()) == {HookState.ELSEWHERE}
    assert (line_hooks.inspect_hooks(line).foreign_count, registered(line)) == (1, ("0 of 6 are registered.", 0))


def take_down_first(line):
    provider, key = at_zipwhip(line)
    hook = provider.list_hooks(key)[0]
    provider.delete_hook(key, hook.provider_id)
    return hook


def test_webhooks_that_lead_elsewhere_count_as_missing_until_they_are_repaired(line, ada, settings):  # noqa: F811
    move_to(settings, "https://moved.example.com")

    compare(line)
    before = registered(line)
    lines.repair(ada, line)

    assert (before, registered(line)) == (("0 of 6 are registered.", 0), ("6 of 6 are registered.", 6))
    assert len(hooks_at_line(line)) == len(EventKind)


def test_who_still_holds_a_line_of_before_it_was_added_again_changes_nothing(line, ada):  # noqa: F811
    before = Line.objects.get()
    lines.remove(ada, line, now=timezone.now())
    added = lines.connect(ada, credentials())
    before.session_token = added.session_token

    line_hooks.register_hooks(before)

    assert line_hooks.inspect_hooks(added).is_right
