"""What could not be ended at ZipWhip when a line was removed is ended later."""

import pytest
from django.utils import timezone

from tests.texting.line_rig import NUMBER, ada, credentials, owners, sandbox, use, zipwhip  # noqa: F401 - fixtures
from tests.texting.test_lines import hooks_at, queue_text
from texting import line_hooks, lines, tasks
from texting.errors import SessionLost
from texting.line_hooks import provider_of
from texting.models import Line, Text
from texting.providers.zipwhip.client import ZipWhip
from texting.vocabulary import EventKind, LineState, Reason, TextStatus

OTHER = "+16515550101"

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("owners")]


@pytest.fixture
def line(zipwhip, ada):  # noqa: F811
    return lines.connect(ada, credentials())


def test_the_session_ends_once_nothing_is_to_be_asked(line, ada):  # noqa: F811
    queue_text(line)
    Text.objects.update(status=TextStatus.UNCONFIRMED, reason=Reason.NO_ANSWER, next_look_at=timezone.now())
    lines.remove(ada, line, now=timezone.now())

    tasks.end_removed_lines()
    kept = Line.objects.get().stored_secrets
    Text.objects.update(next_look_at=None)
    tasks.end_removed_lines()

    assert (kept, Line.objects.get().stored_secrets) == (["password", "session", "webhook"], ["password", "webhook"])
    with pytest.raises(SessionLost):
        provider_of(line).get_account(line.reveal("session").reveal())


def test_what_was_removed_while_zipwhip_was_away_is_ended_when_it_is_back(line, ada, sandbox, zipwhip, settings):  # noqa: F811
    use(settings, "http://127.0.0.1:1")
    lines.remove(ada, line, now=timezone.now())
    use(settings, sandbox.url)

    tasks.end_removed_lines()

    assert (hooks_at(zipwhip), Line.objects.get().stored_secrets) == ([], ["password", "webhook"])


def test_a_line_in_use_keeps_its_session_and_its_webhooks(line, zipwhip):  # noqa: F811
    tasks.end_removed_lines()

    assert provider_of(line).get_account(line.reveal("session").reveal())
    assert len(hooks_at(zipwhip)) == len(EventKind)


@pytest.mark.parametrize("again", [NUMBER, OTHER])
def test_a_line_added_again_meanwhile_keeps_its_new_webhooks(line, ada, sandbox, settings, monkeypatch, again):  # noqa: F811
    lines.connect(ada, credentials(OTHER, owner=("branch", 2)))
    use(settings, "http://127.0.0.1:1")
    for one in Line.objects.all():
        lines.remove(ada, one, now=timezone.now())
    use(settings, sandbox.url)
    do_before_first_take_down(monkeypatch, lambda: lines.connect(ada, credentials(again)))

    tasks.end_removed_lines()

    added = Line.objects.get(number=again)
    assert (added.state, added.webhooks.filter(leads_here=True).count()) == (LineState.CONNECTED, len(EventKind))
    assert line_hooks.inspect_hooks(added).is_right


def test_a_line_added_again_while_it_is_being_removed_keeps_its_new_webhooks(line, ada, monkeypatch):  # noqa: F811
    do_before_first_take_down(monkeypatch, lambda: lines.connect(ada, credentials()))

    lines.remove(ada, line, now=timezone.now())

    added = Line.objects.get()
    assert (added.state, added.webhooks.filter(leads_here=True).count()) == (LineState.CONNECTED, len(EventKind))
    assert line_hooks.inspect_hooks(added).is_right


def do_before_first_take_down(monkeypatch, step):
    delete_hook, steps = ZipWhip.delete_hook, [step]

    def delete(self, *facts):
        if steps:
            steps.pop()()
        return delete_hook(self, *facts)

    monkeypatch.setattr(ZipWhip, "delete_hook", delete)
