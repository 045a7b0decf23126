"""The administration area: who gets in, and that it leads only to what is there and theirs."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, Permission
from django.urls import reverse
from django.utils import timezone

from enterprise.users.models import User
from enterprise.users.roles import ADMINISTRATOR, FRONT_OFFICE, ensure_roles
from texting.models import Line
from texting.vocabulary import LineState, PauseReason

pytestmark = pytest.mark.django_db

INDEX, SERVICES = "administration:index", "administration:external-services"


@pytest.fixture
def sign_in(client):
    def sign_in(role="", **facts):
        user = User.objects.create_user("someone", password="a long password", **facts)
        ensure_roles()
        user.groups.set(Group.objects.filter(name=role))
        client.force_login(user)
        return user

    return sign_in


def links(client, name):
    page = client.get(reverse(name)).content.decode()
    main = page[page.index('<main id="content"') : page.index("</main>")]
    return re.findall(r'<a [^>]*href="([^"]+)"[^>]*>([^<]+)</a>', main)


@pytest.mark.parametrize("name", [INDEX, SERVICES])
def test_anonymous_signs_in_first(client, name):
    assert client.get(reverse(name)).url.startswith(reverse("users:sign-in"))


@pytest.mark.parametrize("name", [INDEX, SERVICES])
def test_a_rep_has_no_business_here(client, sign_in, name):
    sign_in(FRONT_OFFICE)

    assert client.get(reverse(name)).status_code == 403


def test_an_administrator_finds_everything_but_the_django_admin(client, sign_in):
    sign_in(ADMINISTRATOR)

    found = [title for _, title in links(client, INDEX)]

    assert found == [
        *("External services", "Texting settings", "Account of texts", "News not taken in", "Test text"),
        *("Import", "Textable report"),
        *("Users", "Roles", "Branches", "Message action codes", "Audit log"),
    ]


@pytest.mark.parametrize(("right", "is_offered"), [("manage_lines", False), ("send", True)])
def test_the_test_text_is_offered_to_those_who_may_text(client, sign_in, right, is_offered):
    user = sign_in()
    user.user_permissions.set(Permission.objects.filter(codename__in=["import_people", right]))

    assert ("Test text" in [title for _, title in links(client, INDEX)]) is is_offered


def test_a_superuser_finds_the_django_admin_too(client, sign_in):
    sign_in(is_superuser=True, is_staff=True)

    assert (reverse("admin:index"), "Django admin") in links(client, INDEX)


def test_every_link_leads_somewhere(client, sign_in):
    sign_in(is_superuser=True, is_staff=True)

    assert {client.get(url).status_code for name in (INDEX, SERVICES) for url, _ in links(client, name)} == {200}


def test_zipwhip_is_an_external_service_with_its_lines_counted(client, sign_in):
    sign_in(ADMINISTRATOR)
    facts = {"owner_kind": "branch", "owner_id": 1, "username": "x"}
    Line.objects.create(number="+16125550100", state=LineState.CONNECTED, **facts)
    Line.objects.create(number="+16125550101", state=LineState.PAUSED, pause_reason=PauseReason.WRONG_PASSWORD, **facts)
    Line.objects.create(number="+16125550102", state=LineState.REMOVED, **facts)

    page = client.get(reverse(SERVICES)).content.decode()

    assert (reverse("texting:lines"), "ZipWhip") in links(client, SERVICES)
    assert "2 lines" in page
    assert "1 paused" in page


def test_without_a_line_the_page_says_what_that_means(client, sign_in):
    sign_in(ADMINISTRATOR)

    assert "No line yet: nobody can send a text" in client.get(reverse(SERVICES)).content.decode()


def test_the_options_are_searched_by_their_words(client, sign_in):
    sign_in(ADMINISTRATOR)

    page = client.get(reverse(INDEX), {"q": "sign in BRANCHES"}).content.decode()

    assert "Who can sign in" in page
    assert "Message action codes" not in page
    assert "No option has all these words." in client.get(reverse(INDEX), {"q": "zzz"}).content.decode()


def test_a_line_that_stopped_by_itself_is_told_on_the_way_to_it(client, sign_in):
    sign_in(ADMINISTRATOR)
    facts = {"owner_kind": "branch", "owner_id": 1, "username": "x", "state": LineState.PAUSED}
    by_hand = Line.objects.create(number="+16125550100", pause_reason=PauseReason.BY_HAND, **facts)
    stopped = Line.objects.create(number="+16125550101", pause_reason=PauseReason.SUSPENDED, **facts)

    pages = [client.get(reverse(name)).content.decode() for name in (INDEX, SERVICES)]

    assert all(reverse("texting:line", args=[stopped.pk]) in page for page in pages)
    assert not any(reverse("texting:line", args=[by_hand.pk]) in page for page in pages)
    assert '1<span class="visually-hidden"> waiting' in pages[0]


def test_the_page_tells_what_is_amiss_with_texting_and_where_to_mend_it(client, sign_in):
    sign_in(ADMINISTRATOR)
    facts = {"owner_kind": "branch", "owner_id": 1, "username": "x", "state": LineState.CONNECTED}
    long_ago = timezone.now() - timedelta(hours=1)
    guarded = Line.objects.create(number="+16125550100", guarded_since=long_ago, guarded_at=long_ago, **facts)

    page = client.get(reverse(INDEX)).content.decode()

    assert "A line does not come out of its comparison" in page
    assert reverse("texting:line", args=[guarded.pk]) in page
    assert "The runner, which sends texts and takes in answers" in page
    assert '3<span class="visually-hidden"> waiting' in page


def test_all_options_stands_in_the_account_menu_of_those_who_have_any(client, sign_in):
    sign_in(ADMINISTRATOR)
    assert "All options" in client.get(reverse("employees:list")).content.decode()

    User.objects.get().groups.set(Group.objects.filter(name=FRONT_OFFICE))
    assert "All options" not in client.get(reverse("employees:list")).content.decode()
