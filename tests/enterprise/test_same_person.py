"""One human who is both employee and contact: linked, shown on both, counted once."""

import pytest

from enterprise.administration.models import AuditEntry
from enterprise.people import same_person
from enterprise.people.kinds import get_kind
from tests.enterprise.builders import make_contact, make_employee, make_method
from texting import seam
from texting.seam import RecordKey

pytestmark = pytest.mark.django_db

EMPLOYEE, CONTACT = (lambda: get_kind("employee")), (lambda: get_kind("contact"))


@pytest.fixture
def kwame():
    """The employee and the contact, not linked yet."""
    return make_employee("Kwame", "Asante", sms="651 555 0108"), make_contact(office_phone="(651) 555-0108")


@pytest.fixture
def linked(kwame, ada):
    same_person.link(ada, kwame[0], EMPLOYEE(), kwame[1])
    return kwame


def pages(employee, contact):
    return [
        (f"/employees/{employee.pk}/same-person/", "get"),
        (f"/employees/{employee.pk}/same-person/{contact.pk}/", "get"),
        (f"/employees/{employee.pk}/same-person/{contact.pk}/", "post"),
        (f"/employees/{employee.pk}/same-person/unlink/", "post"),
        (f"/contacts/{contact.pk}/same-person/", "get"),
        (f"/contacts/{contact.pk}/same-person/{employee.pk}/", "post"),
        (f"/contacts/{contact.pk}/same-person/unlink/", "post"),
    ]


def test_the_pages_are_for_those_who_may_change_both_in_their_branch(client, as_user, dan, riya, linked):
    riya.groups.clear()
    for address, method in pages(*linked):
        assert getattr(client, method)(address).status_code == 302, address
        assert getattr(as_user(dan), method)(address).status_code == 404, address
        assert getattr(as_user(riya), method)(address).status_code == 403, address
    assert same_person.linked_with(linked[0], type(linked[1]).objects.all()) == linked[1]


def test_a_contact_with_the_same_number_and_name_is_suggested_with_both_reasons(as_user, riya, kwame):
    make_contact("Kim", "Other", sms="612-555-0101")
    page = as_user(riya).get(f"/employees/{kwame[0].pk}/same-person/")
    (match,) = page.context["matches"]
    assert match == (kwame[1], ["same number (651) 555-0108", "same name"])


def test_an_equal_e_mail_is_a_reason_and_part_of_another_is_none(riya):
    ana = make_contact("Ana", "Rivera", email="ana@example.com")
    twin = make_employee("Anita", "R", email="ANA@example.com")
    make_employee("Juana", "Paz", email="juana@example.com")
    assert same_person.suggest(ana, CONTACT(), riya) == [(twin, ["same e-mail"])]


def test_another_branchs_record_and_a_linked_one_are_not_suggested(riya, st_paul, kwame, linked):
    other = make_employee("Kwame", "Asante")
    make_contact("Kwame", "Asante", branch=st_paul)
    assert same_person.suggest(other, EMPLOYEE(), riya) == []


def test_any_other_record_is_found_by_searching(as_user, riya, kwame):
    zoe = make_contact("Zoë", "White")
    page = as_user(riya).get(f"/employees/{kwame[0].pk}/same-person/", {"q": "zoe"})
    assert [match.person for match in page.context["matches"]] == [zoe]


def test_both_are_shown_side_by_side_before_they_are_linked(as_user, riya, kwame):
    employee, contact = kwame
    client, address = as_user(riya), f"/employees/{employee.pk}/same-person/{contact.pk}/"
    page = client.get(address).text
    assert f"#{employee.ident}" in page
    assert f"#{contact.ident}" in page
    contact.refresh_from_db()
    assert contact.same_person is None
    assert client.post(address).url == employee.get_absolute_url()
    contact.refresh_from_db()
    assert contact.same_person == employee


@pytest.mark.parametrize("first", [0, 1])
def test_each_record_shows_the_other_from_whichever_side_they_were_linked(as_user, riya, ada, kwame, first):
    kinds = [EMPLOYEE(), CONTACT()]
    same_person.link(ada, kwame[first], kinds[first], kwame[1 - first])
    client = as_user(riya)
    for one, other in (kwame, kwame[::-1]):
        assert f'href="{other.get_absolute_url()}"' in client.get(one.get_absolute_url()).text


def test_a_linked_record_of_another_branch_is_not_shown(as_user, dan, ada, st_paul, kwame):
    elsewhere = make_contact("Kwame", "Asante", branch=st_paul)
    same_person.link(ada, kwame[0], EMPLOYEE(), elsewhere)
    client = as_user(dan)
    assert kwame[0].get_absolute_url() not in client.get(elsewhere.get_absolute_url()).text
    page = client.get(f"/contacts/{elsewhere.pk}/same-person/").text
    assert "a branch you do not see" in page
    assert kwame[0].ident not in page


def test_nobody_is_linked_twice(ada, linked):
    second_contact, second_employee = make_contact("Another", "One"), make_employee("Another", "One")
    for one, kind, other in [
        (linked[0], EMPLOYEE(), second_contact),
        (second_employee, EMPLOYEE(), linked[1]),
        (linked[1], CONTACT(), second_employee),
    ]:
        with pytest.raises(same_person.AlreadyLinked):
            same_person.link(ada, one, kind, other)
    assert AuditEntry.objects.filter(action="person.linked").count() == 2


def test_linking_one_who_is_linked_meanwhile_is_said(as_user, riya, linked):
    page = as_user(riya).post(f"/employees/{make_employee().pk}/same-person/{linked[1].pk}/", follow=True)
    assert "linked with another record already" in page.text


def test_unlinking_makes_two_people_of_them_again(as_user, riya, linked):
    contact = linked[1]
    page = as_user(riya).post(f"/contacts/{contact.pk}/same-person/unlink/", follow=True)
    assert "two people again" in page.text
    contact.refresh_from_db()
    assert contact.same_person is None


def test_linking_and_unlinking_are_in_the_history_of_both(ada, linked):
    employee, contact = linked
    same_person.unlink(ada, contact, CONTACT(), employee)
    entries = AuditEntry.objects.values_list("action", "subject", "facts__same_person")
    names = {f"employee:{employee.pk}", f"contact:{contact.pk}"}
    for action in ("person.linked", "person.unlinked"):
        assert {(subject, other) for done, subject, other in entries if done == action} == {
            tuple(sorted(names)),
            tuple(sorted(names, reverse=True)),
        }


def test_texting_is_told_of_the_other_record_without_another_query(riya, count_queries, linked):
    employee, contact = linked
    (told,) = seam.match_number("+16515550108")[:1]
    assert told.same_person_as == {RecordKey("contact", contact.pk)}
    employees = seam.find_record_type("employee")
    others = [make_employee(sms="612-555-0134").pk for _ in range(10)]
    one = count_queries(lambda: employees.candidates(riya, [employee.pk]))
    assert count_queries(lambda: employees.candidates(riya, [employee.pk, *others])) == one


def test_the_wish_not_to_be_texted_is_the_humans_whichever_record_it_is_on(ada, riya, linked):
    employee, contact = linked
    type(employee).objects.filter(pk=employee.pk).update(do_not_text=True)

    told = [
        seam.find_record_type(key).candidates(riya, [person.pk])[0].do_not_text
        for key, person in (("employee", employee), ("contact", contact))
    ]

    assert told == [True, True]


def test_suggesting_costs_the_same_for_one_and_for_ten(as_user, riya, count_queries, kwame):
    client, address = as_user(riya), f"/employees/{kwame[0].pk}/same-person/"
    one = count_queries(lambda: client.get(address))
    for _ in range(9):
        make_method(make_contact("Kwame", "Asante"), "phone", "651-555-0108")
    assert count_queries(lambda: client.get(address)) == one
