"""Why somebody cannot text: each condition, who sees the answer, and who is named to put it right."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from enterprise.users.models import User
from tests.texting.conftest import make_line
from texting import findings, heartbeats, seam_help
from texting.models import Breaker, Heartbeat, LineWebhook, TextingSettings
from texting.vocabulary import EventKind, LineState, PauseReason, Tone

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("people", "provider", "bare_host")]


@pytest.fixture
def bare_host(monkeypatch, settings):
    """A host that tells nothing of access."""
    monkeypatch.setattr(seam_help, "_access", [])
    settings.SECURE_SSL_REDIRECT = False


@pytest.fixture
def well(rep):
    """Everything that texting needs."""
    line = make_line(last_contact_at=timezone.now())
    for event in EventKind:
        LineWebhook.objects.create(line=line, event=event, provider_hook_id=f"1{event}")
    TextingSettings.objects.update_or_create(pk=1, defaults={"filed_under": {"person": "TEXT"}})
    heartbeats.beat(Heartbeat.Kind.RUNNER)
    heartbeats.beat(Heartbeat.Kind.WORKER)
    return line


def tones(user):
    return {finding.key: finding.tone for finding in findings.of_user(user) if finding.tone != Tone.OK}


def ask(user, about=None):
    client = Client()
    client.force_login(user)
    return client.get(reverse("texting:why"), {"user": about.pk} if about else {})


def administrator(*codenames):
    ada = User.objects.create_user("ada", first_name="Ada", last_name="Berg")
    ada.user_permissions.set(Permission.objects.filter(codename__in=codenames, content_type__app_label="texting"))
    return ada


def test_nothing_is_wrong_where_all_is_there(rep, well):
    assert tones(rep) == {}


def test_nobody_without_the_permission(rep, well):
    rep.user_permissions.clear()

    assert tones(User.objects.get(pk=rep.pk)) == {"permission": Tone.BAD}


def test_without_a_line_the_one_finding_names_it(rep, well):
    well.delete()

    assert tones(rep) == {"line": Tone.BAD}


@pytest.mark.parametrize("reason", PauseReason)
def test_a_paused_line_says_why_how_many_wait_and_what_to_do(rep, well, reason):
    type(well).objects.update(state=LineState.PAUSED, pause_reason=reason)

    finding = next(one for one in findings.of_user(rep) if one.key == f"line_{well.pk}")

    assert finding.tone == Tone.BAD
    assert str(reason.label) in finding.words
    assert "No text waits" in finding.words
    assert finding.fix


def test_sending_that_stopped_by_itself_is_told(rep, well):
    Breaker.objects.create(provider="zipwhip", cause="failures", next_probe_at="2026-11-22T14:00Z")

    assert tones(rep) == {f"line_{well.pk}": Tone.WARN}


def test_a_missing_webhook_is_found(rep, well):
    well.webhooks.first().delete()

    assert tones(rep) == {f"webhooks_{well.pk}": Tone.BAD}


@pytest.mark.parametrize(
    ("minutes", "tone"), [(29, Tone.OK), (31, Tone.WARN), (4 * 60, Tone.BAD), (3 * 7 * 24 * 60, Tone.BAD)]
)
def test_a_line_that_zipwhip_has_long_not_answered_is_told(rep, well, minutes, tone):
    type(well).objects.update(last_contact_at=timezone.now() - timedelta(minutes=minutes))

    finding = next(one for one in findings.of_user(rep) if one.key == f"contact_{well.pk}")

    assert finding.tone == tone


def test_of_a_paused_line_only_the_pause_is_told(rep, well):
    long_ago = timezone.now() - timedelta(days=9)
    type(well).objects.update(state=LineState.PAUSED, pause_reason=PauseReason.BY_HAND, last_contact_at=long_ago)

    assert tones(rep) == {f"line_{well.pk}": Tone.BAD}


def test_nothing_to_log_under_is_found(rep, well):
    TextingSettings.objects.update(filed_under={"person": "OLD"})

    assert tones(rep) == {"filing_person": Tone.WARN}


def test_a_runner_that_is_gone_or_of_another_version_is_found(rep, well):
    Heartbeat.objects.filter(kind="runner").update(version="0.0.9")
    other = tones(rep)
    Heartbeat.objects.filter(kind="runner").delete()

    assert (other, tones(rep)) == ({"runner": Tone.WARN}, {"runner": Tone.BAD})


def test_one_sees_ones_own_and_is_told_whom_to_ask(rep, well):
    administrator("manage_lines")
    well.delete()

    page = ask(rep).content.decode()

    assert "Why can’t I text?" in page
    assert "Who can do it: Ada Berg." in page
    assert reverse("texting:add-line") not in page


def test_whoever_manages_lines_asks_about_others_and_finds_the_way(rep, well):
    well.delete()

    page = ask(administrator("manage_lines"), rep).content.decode()

    assert "Why can’t Riya Shah text?" in page
    assert f'href="{reverse("texting:add-line")}"' in page


def test_a_rep_may_not_ask_about_others(rep, well):
    assert ask(rep, administrator()).status_code == 403


@pytest.mark.parametrize("asked", ["404", "x", "1 OR 1=1"])
def test_nobody_of_that_name_is_not_found(asked):
    client = Client()
    client.force_login(administrator("manage_lines"))

    assert client.get(reverse("texting:why"), {"user": asked}).status_code == 404


def test_nobody_signs_in_first(client):
    assert client.get(reverse("texting:why")).url.startswith(reverse("users:sign-in"))


def test_a_refused_page_of_texting_leads_here(rep):
    rep.user_permissions.clear()
    client = Client()
    client.force_login(rep)

    response = client.get(reverse("texting:inbox"))

    assert response.status_code == 403
    assert reverse("texting:why") in response.content.decode()
