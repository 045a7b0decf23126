"""Who does not want texts is seen in the lists already, not only when a text is written."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from enterprise.hotlists.models import Hotlist
from tests.administration.rig import words_of
from tests.enterprise.builders import make_contact, make_employee
from texting import recipients, seam
from texting.models import OptOut, TextingSettings, UntextableNumber

pytestmark = pytest.mark.django_db
LISTS = ["/employees/", "/people/search/?q=Rivera"]


@pytest.fixture
def ana():
    return make_employee(sms="612-555-0134")


@pytest.fixture
def hotlist(riya, ana):
    hotlist = Hotlist.objects.create(name="Nights", owner=riya, record_type="employee")
    hotlist.members.create(record_id=ana.pk, added_by=riya)
    return hotlist.get_absolute_url()


def opt_out(number="+16125550134"):
    at = datetime(2026, 11, 3, 18, tzinfo=UTC)
    return OptOut.objects.create(number=number, source="word", word="STOP", opted_out_at=at)


def test_who_opted_out_is_shown_with_the_day_in_every_list(as_user, riya, hotlist):
    opt_out()
    client = as_user(riya)
    for address in [*LISTS, hotlist]:
        words = words_of(client.get(address))
        # Whom one cannot text any more one has to call.
        assert ("Opted out 3 Nov" in words, "(612) 555-0134" in words) == (True, True), address
    OptOut.objects.update(lifted_at=datetime(2026, 11, 4, tzinfo=UTC))
    for address in [*LISTS, hotlist]:
        assert "Opted out" not in client.get(address).text, address


def test_a_number_that_gets_no_texts_is_not_told_of(as_user, riya, ana):
    opt_out("+16125550199")
    ana.methods.create(type="home_phone", value="612-555-0199")
    assert "Opted out" not in as_user(riya).get("/employees/").text


@pytest.mark.parametrize("address", LISTS)
def test_a_wish_on_the_other_record_of_the_same_human_counts(as_user, riya, ana, address):
    contact = make_contact("Ana", "Rivera", same_person=ana)
    page = as_user(riya)
    assert "Do not text</span>" not in page.get(address).text

    type(contact).objects.update(do_not_text=True)

    shown = "Do not text</span>"
    assert page.get(address).text.count(shown) == (2 if "search" in address else 1)
    assert page.get("/employees/?textable=yes").context["table"].total == 0
    assert page.get("/employees/?textable=do_not_text").context["table"].total == 1


def test_a_hotlist_says_how_many_on_it_can_be_texted(as_user, riya, hotlist):
    nights = Hotlist.objects.get()
    people = [
        make_employee("Bo", sms="612-555-0135"),
        make_employee("Cy"),
        make_employee("Di", sms="612-555-0136", do_not_text=True),
        # Texts go to the first number, so the word from the second changes nothing.
        make_employee("Ed", sms="612-555-0137", home_phone="612-555-0134"),
    ]
    for person in people:
        nights.members.create(record_id=person.pk, added_by=riya)
    client = as_user(riya)
    assert "3 of 5 can be texted" in words_of(client.get(hotlist))
    opt_out()
    assert "2 of 5 can be texted" in words_of(client.get(hotlist))


def test_a_wish_on_a_record_that_one_does_not_see_is_told_wherever_it_counts(as_user, riya, ana, st_paul):
    """Send Text heeds it for them too."""
    make_contact("Ana", "Rivera", same_person=ana, branch=st_paul, do_not_text=True)
    client, told = as_user(riya), "noted on a record you cannot see"
    assert "Do not text</span>" in client.get("/employees/").text
    page = client.get(ana.get_absolute_url())
    assert "Do not text</span>" in page.text
    assert told in page.text
    assert "Also a contact" not in page.text

    riya.branches.add(st_paul)
    page = client.get(ana.get_absolute_url()).text
    assert ("Do not text</span>" in page, told in page, "Also a contact" in page) == (True, False, True)


def test_a_hotlist_says_of_as_many_as_send_text_that_they_can_be_texted(as_user, riya, hotlist):
    nights = Hotlist.objects.get()
    people = [
        make_employee("Bo", sms="612-555-0135"),
        make_employee("Cy", sms="612-555-0136", is_active=False),
        make_employee("Di", sms="612-555-0137", is_active=False, do_not_text=True),
        make_employee("Ed", sms="612-555-0138"),
    ]
    for person in people:
        nights.members.create(record_id=person.pk, added_by=riya)
    UntextableNumber.objects.create(number="+16125550138", told_at=datetime.now(UTC))
    UntextableNumber.objects.create(number="+16125550135", told_at=datetime(2020, 1, 1, tzinfo=UTC))
    client, keys = (
        as_user(riya),
        [seam.RecordKey("employee", pk) for pk in nights.members.values_list("record_id", flat=True)],
    )

    TextingSettings.current()
    for text_inactive, count in ((False, 2), (True, 3)):
        TextingSettings.objects.update(text_inactive=text_inactive)
        assert sum(one.will_be_texted for one in recipients.resolve(riya, keys)) == count
        assert f"{count} of 5 can be texted" in words_of(client.get(hotlist))


def test_a_hotlist_asks_for_no_numbers_by_name(as_user, riya, hotlist):
    """However many are on it: whose number is refused is found where both are stored."""
    client = as_user(riya)
    client.get(hotlist)
    for number in range(30):
        person = make_employee(f"Bo {number}", sms=f"612-555-01{60 + number}")
        Hotlist.objects.get().members.create(record_id=person.pk, added_by=riya)
    with CaptureQueriesContext(connection) as queries:
        client.get(hotlist, {"q": "nobody"})

    assert "+161255501" not in "".join(query["sql"] for query in queries)


@pytest.mark.parametrize("address", LISTS)
def test_a_list_costs_the_same_however_many_are_on_it(as_user, riya, count_queries, ana, address):
    make_contact("Luis", "Rivera", sms="612-555-0135")
    client = as_user(riya)
    one = count_queries(lambda: client.get(address))
    for number in range(6):
        make_employee(f"Ana {number}", "Rivera", sms=f"612-555-01{40 + number}")
        make_contact(f"Luis {number}", "Rivera", sms=f"612-555-01{50 + number}")

    assert count_queries(lambda: client.get(address)) == one


def test_the_filter_takes_inactive_people_for_textable_where_the_firm_texts_them(as_user, riya, ana):
    make_employee("Ina", sms="612-555-0135", is_active=False)
    TextingSettings.current()
    found = lambda value: as_user(riya).get(f"/employees/?textable={value}").context["table"].total  # noqa: E731
    assert (found("yes"), found("no")) == (1, 1)

    TextingSettings.objects.update(text_inactive=True)

    assert (found("yes"), found("no")) == (2, 0)
