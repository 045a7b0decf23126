"""Running conversations whose rep can text no more: somebody is told, and can go through all of them."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from enterprise.users.models import User
from tests.texting import host
from tests.texting.conftest import ANA, BO, STRANGER, make_line, message, run_until_quiet
from tests.texting.test_decisions import make_rep
from tests.texting.test_leavers_batches import look
from texting import conversations, seam
from texting.models import Conversation
from texting.runner import Runner

pytestmark = pytest.mark.django_db(transaction=True)
OWN = "+16515550101"


class Reps:
    """Owner kind "rep": each of them has a line alone."""

    key, label, is_personal = "rep", "Rep", True

    def names(self, ids):
        return {user.pk: str(user) for user in User.objects.filter(pk__in=ids)}

    def owners_for(self, user):
        return [user.pk] if user.is_active else []


@pytest.fixture(autouse=True)
def owners(settings, monkeypatch, people):
    settings.SECURE_SSL_REDIRECT = False
    monkeypatch.setattr(seam, "_owner_kinds", {"rep": Reps(), "desk": host.Desks()})


@pytest.fixture
def own_line(rep):
    """Riya's, and nobody else's."""
    return make_line(number=OWN, owner_kind="rep", owner_id=rep.pk)


@pytest.fixture
def ada(rep):
    return make_rep("ada", "manage_lines")


def deactivate(user):
    User.objects.filter(pk=user.pk).update(is_active=False)


def take_right(user):
    user.user_permissions.clear()


def badge(user):
    return seam.waiting_count("texting:undecided", User.objects.get(pk=user.pk))


@pytest.mark.parametrize("lose", [deactivate, take_right])
def test_an_answer_to_a_line_that_was_one_persons_is_somebodys_to_see(
    client, people, rep, ada, own_line, line, hear, lose
):
    people.add("Ana Rivera", ANA)
    hear("receive", on=own_line, **message(ANA, "Are you there?", 11, line_number=OWN))
    assert "Ana Rivera" not in look(client, ada)
    assert badge(ada) == 0

    lose(rep)

    page = look(client, ada)
    assert ("Ana Rivera" in page, "Riya Shah" in page, "To decide 1" in page) == (True, True, True)
    assert badge(ada) == 1
    assert "Ana Rivera" not in look(client, make_rep("dan"))


def test_once_it_was_read_it_is_new_no_more(client, people, rep, ada, own_line, hear):
    ana = people.add("Ana Rivera", ANA)
    hear("receive", on=own_line, **message(ANA, "Are you there?", 11, line_number=OWN))
    client.force_login(ada)
    client.get(f"/texting/records/{ana.record_type}/{ana.record_id}/")
    assert Conversation.objects.get().unseen_since

    deactivate(rep)
    assert badge(ada) == 1
    client.get(f"/texting/records/{ana.record_type}/{ana.record_id}/")

    assert badge(ada) == 0
    assert "Ana Rivera" in look(client, ada)


@pytest.fixture
def closed(people, rep, own_line, hear):
    """One that closed on Riya's line with an answer that nobody had seen when she left, and so did one of before it."""
    for n, number in enumerate([BO, ANA]):
        people.add(f"Number {n}", number)
        hear("receive", on=own_line, **message(number, "Are you there?", 11 + n, line_number=OWN))
        conversations.close(list(Conversation.objects.values_list("pk", flat=True)))
    first, latest = Conversation.objects.order_by("pk")
    Conversation.objects.filter(pk=first.pk).update(unseen_since=None)
    deactivate(rep)
    return latest


def test_an_answer_that_nobody_has_seen_is_somebodys_to_see_after_its_conversation_has_closed(client, closed, ada):
    page = look(client, ada)

    assert ("Number 1" in page, "Number 0" in page, "To decide 1" in page) == (True, False, True)
    assert badge(ada) == 1
    assert "Number" not in look(client, make_rep("dan"))
    record = closed.records.get()
    client.force_login(ada)
    client.get(f"/texting/records/{record.record_type}/{record.record_id}/")
    assert badge(ada) == 0
    assert "Number 1" not in look(client, ada)


def test_where_the_record_is_hidden_the_list_leads_to_the_conversation_which_is_read_there(client, closed, people, ada):
    people.hidden.add(closed.records.get().record_id)
    client.force_login(ada)
    url = reverse("texting:conversation", args=[closed.pk])
    assert f'href="{url}"' in client.get(reverse("texting:undecided")).content.decode()

    client.get(url)

    assert badge(ada) == 0


def test_an_answer_that_nobody_has_seen_stands_before_what_came_later(client, closed, people, own_line, hear, ada):
    people.add("Late", STRANGER)
    hear("receive", on=own_line, **message(STRANGER, "Hello?", 19, line_number=OWN))
    Conversation.objects.filter(closed_at__isnull=True).update(unseen_since=None)

    page = look(client, ada)

    assert page.index("Number 1") < page.index("Late")


@pytest.mark.parametrize("lose", [deactivate, take_right])
def test_what_somebody_wrote_last_who_may_no_longer_text_is_listed_and_gone_through_page_by_page(
    client, people, send, rep, provider, monkeypatch, lose
):
    monkeypatch.setattr("texting.views.decisions.ROWS", 2)
    runner = Runner(2)
    send(*[people.add(name, number) for name, number in [("Ana", ANA), ("Bo", BO), ("Cy", STRANGER)]])
    run_until_quiet(runner)
    runner.close()
    lose(rep)
    dan = make_rep("dan")

    first, second = look(client, dan), look(client, dan, "/texting/undecided/?left=2")

    assert ("may no longer text 3" in first, "1–2 of 3" in first, "3–3 of 3" in second) == (True, True, True)
    listed = [page.split("may no longer text 3")[1] for page in (first, second)]
    shown = [[name in page for name in ("Ana", "Bo", "Cy")] for page in listed]
    assert sorted(map(sum, shown)) == [1, 2]
    assert [sum(seen) for seen in zip(*shown, strict=True)] == [1, 1, 1]


def test_whose_line_is_still_used_hands_nothing_over(client, people, rep, ada, own_line, hear):
    people.add("Ana Rivera", ANA)
    hear("receive", on=own_line, **message(ANA, "Are you there?", 11, line_number=OWN))
    rep.user_permissions.add(Permission.objects.get(codename="manage_lines"))

    assert "Ana Rivera" not in look(client, ada)


def test_one_from_nobody_we_know_is_named_by_its_number(client, people, rep, ada, own_line, hear):
    hear("receive", on=own_line, **message(ANA, "Are you there?", 11, line_number=OWN))
    deactivate(rep)

    page = look(client, ada)

    assert ("(612) 555-0134 Riya Shah" in page, "A record you cannot see" in page) == (True, False)
    assert badge(ada) == 0  # it waits in the tray


def test_the_badge_costs_a_few_queries_however_much_waits(closed, ada, django_assert_max_num_queries):
    for n in range(4):
        former = make_rep(f"former{n}")
        make_line(number=f"+1612555012{n}", owner_kind="rep", owner_id=former.pk)
        take_right(former)
    user = User.objects.get(pk=ada.pk)
    user.has_perm("texting.manage_lines")

    with django_assert_max_num_queries(6):
        assert seam.waiting_count("texting:undecided", user) == 1


class Granted:
    """A host that grants the right to text in its own way, and by no table."""

    def has_perm(self, user, permission, obj=None):
        return user.is_active and permission == "texting.send"

    def authenticate(self, request):
        return None


def test_whoever_may_text_by_the_hosts_own_way_has_not_left(
    client, people, send, rep, ada, own_line, hear, provider, settings
):
    people.add("Ana Rivera", ANA)
    hear("receive", on=own_line, **message(ANA, "Are you there?", 11, line_number=OWN))
    runner = Runner(2)
    send(people.add("Bo Chen", BO))
    run_until_quiet(runner)
    runner.close()
    settings.AUTHENTICATION_BACKENDS = [*settings.AUTHENTICATION_BACKENDS, f"{__name__}.Granted"]
    take_right(rep)

    page = look(client, ada)

    assert ("Ana Rivera" in page, "Bo Chen" in page, badge(ada)) == (False, False, 0)
    deactivate(rep)
    page = look(client, ada)
    assert ("Ana Rivera" in page, "Bo Chen" in page, badge(ada)) == (True, True, 1)
