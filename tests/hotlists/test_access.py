"""Who sees a hotlist, who may change it, and who on it is shown."""

import pytest
from django.urls import reverse

from enterprise.hotlists.models import Hotlist
from tests.enterprise.builders import make_branch, make_employee, make_user
from tests.hotlists.builders import ids_on, make_hotlist, put_on

pytestmark = pytest.mark.django_db

OF_ONE = ["detail", "edit", "delete", "remove"]
OF_NONE = ["list", "create", "add"]


def address(page, hotlist):
    return reverse(f"hotlists:{page}", args=[hotlist.pk] if page in OF_ONE else [])


def ask(client, page, hotlist):
    return client.post(address(page, hotlist)) if page == "remove" else client.get(address(page, hotlist))


@pytest.mark.parametrize("page", [*OF_NONE, *OF_ONE])
def test_a_stranger_is_sent_to_sign_in(client, nights, page):
    assert ask(client, page, nights).url.startswith(reverse("users:sign-in"))


@pytest.mark.parametrize("page", [*OF_NONE, *OF_ONE])
def test_somebody_without_a_role_may_not_look(as_user, riya, nights, page):
    riya.groups.clear()
    assert ask(as_user(riya), page, nights).status_code == 403


@pytest.mark.parametrize("page", OF_ONE)
def test_a_private_list_of_somebody_else_is_not_there(as_user, ada, minneapolis, private, page):
    colleague = make_user("mei", branch=minneapolis)
    assert ask(as_user(colleague), page, private).status_code == 404
    assert ask(as_user(ada), page, private).status_code == 404
    assert Hotlist.objects.filter(pk=private.pk).exists()


@pytest.mark.parametrize("page", OF_ONE)
def test_a_list_shared_with_another_branch_is_not_there(as_user, dan, nights, page):
    assert ask(as_user(dan), page, nights).status_code == 404


def test_each_sees_their_own_and_those_of_their_branches(as_user, riya, dan, ada, minneapolis, nights, private):
    def seen(user):
        return {row.record.name for row in as_user(user).get("/hotlists/").context["table"].rows}

    assert seen(riya) == {"Nights forklift", "Only mine"}
    assert seen(make_user("mei", branch=minneapolis)) == {"Nights forklift"}
    assert seen(dan) == set()
    assert seen(ada) == {"Nights forklift"}


def test_a_granted_branch_shows_its_lists(as_user, dan, minneapolis, nights):
    dan.branches.add(minneapolis)
    assert as_user(dan).get(nights.get_absolute_url()).status_code == 200


def test_whoever_may_not_look_at_contacts_sees_no_list_of_contacts(as_user, riya, ada):
    contacts = make_hotlist("Managers", owner=riya, record_type="contact")
    group = riya.groups.get()
    group.permissions.remove(*group.permissions.filter(codename="view_contact"))
    client = as_user(riya)
    assert client.get(contacts.get_absolute_url()).status_code == 404
    assert "Managers" not in client.get("/hotlists/").text


@pytest.mark.parametrize("page", ["edit", "delete"])
def test_a_colleague_may_not_rename_share_or_delete_and_an_administrator_may(as_user, ada, minneapolis, nights, page):
    colleague = as_user(make_user("mei", branch=minneapolis))
    assert colleague.get(address(page, nights)).status_code == 403
    assert colleague.post(address(page, nights), {"name": "Theirs"}).status_code == 403
    assert "Rename or share" not in colleague.get(nights.get_absolute_url()).text
    assert as_user(ada).get(address(page, nights)).status_code == 200
    nights.refresh_from_db()
    assert nights.name == "Nights forklift"


def test_a_colleague_adds_and_removes(as_user, minneapolis, nights):
    ana = make_employee("Ana", branch=minneapolis)
    colleague = as_user(make_user("mei", branch=minneapolis))
    colleague.post("/hotlists/add/", {"keys": f"employee:{ana.pk}", "hotlist": nights.pk, "action": "add"})
    assert ids_on(nights) == {ana.pk}
    colleague.post(address("remove", nights), {"keys": f"employee:{ana.pk}"})
    assert ids_on(nights) == set()


def test_people_of_other_branches_are_counted_and_not_named(as_user, riya, minneapolis, st_paul, nights):
    here, there = make_employee("Ana", branch=minneapolis), make_employee("Zelda", branch=st_paul)
    put_on(nights, here, there, make_employee("Zora", branch=st_paul))
    page = as_user(riya).get(nights.get_absolute_url()).text
    assert "Ana Rivera" in page
    assert "Zelda" not in page
    assert "2 more you cannot see" in page
    assert "+ 2 you cannot see" in as_user(riya).get("/hotlists/").text


def test_a_list_of_people_one_cannot_see_offers_no_text(as_user, riya, st_paul, nights):
    put_on(nights, make_employee("Zelda", branch=st_paul))
    client = as_user(riya)
    page = client.get(nights.get_absolute_url()).text
    assert "Nobody you can see" in page
    assert "Text this hotlist" not in page
    assert "Text Nights forklift" not in client.get("/hotlists/").text


def test_a_person_of_another_branch_is_neither_added_nor_removed(as_user, riya, dan, st_paul, minneapolis, nights):
    there = make_employee("Zelda", branch=st_paul)
    client = as_user(riya)
    given = {"keys": f"employee:{there.pk}", "hotlist": nights.pk, "action": "add"}
    page = client.post("/hotlists/add/", given, follow=True).text
    assert "1 was left out" in page
    assert ids_on(nights) == set()
    put_on(nights, there)
    client.post(address("remove", nights), {"keys": f"employee:{there.pk}"})
    assert ids_on(nights) == {there.pk}


def test_a_list_can_be_shared_only_with_branches_one_sees(as_user, riya, st_paul, private):
    given = {"name": "Only mine", "branch": st_paul.pk}
    assert as_user(riya).post(address("edit", private), given).status_code == 422
    private.refresh_from_db()
    assert private.branch is None


def test_without_the_right_to_text_a_list_is_kept_and_not_texted(as_user, minneapolis, nights):
    from enterprise.users.roles import FRONT_OFFICE_WITHOUT_TEXTING

    ana = make_employee("Ana", branch=minneapolis)
    put_on(nights, ana)
    client = as_user(make_user("sofia", branch=make_branch(), role=FRONT_OFFICE_WITHOUT_TEXTING))
    page = client.get(nights.get_absolute_url()).text
    assert "Text this hotlist" not in page
    assert "Text Ana Rivera" not in page
    assert f'name="keys" value="employee:{ana.pk}"' in page
    assert "Remove from this hotlist" in page
    assert "Text Nights forklift" not in client.get("/hotlists/").text


def test_renaming_keeps_it_shared_with_a_branch_its_owner_does_not_see_any_more(as_user, riya, st_paul, nights):
    riya.home_branch = st_paul
    riya.save()
    client = as_user(riya)

    page = client.get(address("edit", nights)).text
    assert f'<option value="{nights.branch_id}" selected>' in page
    client.post(address("edit", nights), {"name": "Nights", "branch": nights.branch_id})

    nights.refresh_from_db()
    assert (nights.name, nights.branch.name) == ("Nights", "Minneapolis")
