from datetime import UTC, datetime

import pytest
from django.urls import reverse

from enterprise.administration.models import AuditEntry
from enterprise.contacts.models import Contact, Customer
from enterprise.employees.models import Employee
from enterprise.messagelog.models import Message
from enterprise.users.roles import FRONT_OFFICE_WITHOUT_TEXTING
from tests.enterprise.builders import make_code, make_contact, make_customer, make_employee, make_method, make_user
from texting.models import OptOut

pytestmark = pytest.mark.django_db

ACTIONS = ["", "edit/", "deactivate/", "reactivate/"]


def person_fields(branch, *methods, initial=0, **fields):
    """What the form posts; `methods` are dicts of a row each, the first `initial` of them stored already."""
    posted = {"first_name": "Ana", "last_name": "Rivera", "branch": branch.pk, **fields}
    posted |= {"methods-TOTAL_FORMS": len(methods), "methods-INITIAL_FORMS": initial}
    for number, method in enumerate(methods):
        posted |= {f"methods-{number}-{name}": value for name, value in method.items()}
    return posted


@pytest.mark.parametrize("action", ACTIONS)
def test_a_stranger_is_sent_to_sign_in(client, action):
    person = make_employee()
    assert client.get(f"/employees/{person.pk}/{action}").url.startswith(reverse("users:sign-in"))


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("make", [make_employee, make_contact])
def test_another_branchs_record_is_not_there(as_user, dan, minneapolis, make, action):
    person = make(branch=minneapolis)
    address = f"{person.get_absolute_url()}{action}"
    assert as_user(dan).get(address).status_code == 404
    if action:
        assert as_user(dan).post(address, person_fields(minneapolis)).status_code == 404


@pytest.mark.parametrize("action", ACTIONS)
def test_somebody_without_a_role_may_not(as_user, riya, action):
    person = make_employee()
    riya.groups.clear()
    assert as_user(riya).get(f"/employees/{person.pk}/{action}").status_code == 403


def test_a_record_that_never_was_is_not_there(as_user, riya):
    assert as_user(riya).get("/employees/999999/").status_code == 404


def test_the_record_shows_each_method_with_its_verdict(as_user, riya):
    person = make_employee(sms="612.555.0134", cell_phone="612-555-01", office_phone="n/a", email="ana@example.com")
    page = as_user(riya).get(person.get_absolute_url()).text
    for words in (
        "(612) 555-0134", "Texts go to this number.", "Entered as 612.555.0134", "8 of 10 digits", "Skipped",
        "ana@example.com", "Cell Phone needs correcting",
    ):  # fmt: skip
        assert words in page


def test_who_may_text_has_send_text_and_who_may_not_has_not(as_user, riya, minneapolis):
    person = make_employee(sms="612-555-0134")
    page = as_user(riya).get(person.get_absolute_url()).text
    assert f'value="employee:{person.pk}"' in page
    assert page.count("Send Text") >= 2
    sofia = make_user("sofia", branch=minneapolis, role=FRONT_OFFICE_WITHOUT_TEXTING)
    assert 'form="send-text"' not in as_user(sofia).get(person.get_absolute_url()).text


def test_the_log_shows_the_latest_first_and_can_be_narrowed(as_user, riya):
    person, text, note = make_employee(), make_code("TEXT"), make_code("NOTE")
    for number in range(12):
        code = note if number == 3 else text
        Message.objects.create(
            record_type="employee", record_id=person.pk, action_code=code, author_name="Riya", body=f"Entry {number}."
        )
    client = as_user(riya)
    page = client.get(person.get_absolute_url())
    assert [message.body for message in page.context["log"].messages][:2] == ["Entry 11.", "Entry 10."]
    assert "All 12 messages" in page.text
    assert "Entry 0." in client.get(person.get_absolute_url(), {"log": "all"}).text
    narrowed = client.get(person.get_absolute_url(), {"code": note.pk})
    assert [message.body for message in narrowed.context["log"].messages] == ["Entry 3."]
    assert client.get(person.get_absolute_url(), {"code": "x' OR 1=1"}).context["log"].total == 12


def test_the_record_costs_the_same_for_one_and_for_fifty_messages(as_user, riya, count_queries):
    person, code, client = make_employee(sms="612-555-0134"), make_code(), as_user(riya)
    entry = {"record_type": "employee", "record_id": person.pk, "action_code": code, "author_name": "R", "body": "x"}
    Message.objects.create(**entry)
    address = f"{person.get_absolute_url()}?log=all"
    one = count_queries(lambda: client.get(address))
    Message.objects.bulk_create(Message(**entry) for _ in range(50))
    for number in range(5):
        make_method(person, "phone", f"612-555-01{number}9")
    assert count_queries(lambda: client.get(address)) == one


def test_an_employee_is_added_with_contact_methods_and_the_next_id(as_user, riya, minneapolis):
    posted = person_fields(
        minneapolis,
        {"type": "sms", "value": "612 555 0134", "is_primary": "on"},
        {"type": "email", "value": "ana@example.com"},
        {"type": "", "value": ""},
        job_title="Welder",
    )
    page = as_user(riya).post("/employees/add/", posted, follow=True)
    person = Employee.objects.get()
    assert page.redirect_chain[0][0] == person.get_absolute_url()
    assert (person.ident, person.number_for_texts.e164) == ("100000", "+16125550134")
    assert Employee.objects.search("welder 0134 ana@example").get() == person


def test_a_new_record_begins_in_the_reps_own_branch(as_user, riya, minneapolis):
    form = as_user(riya).get("/employees/add/").context["form"]
    assert (form["branch"].value(), form["service_rep"].value()) == (minneapolis.pk, riya.pk)
    assert list(form.fields["branch"].queryset) == [minneapolis]


def test_a_number_that_cannot_be_texted_is_saved_and_marked(as_user, riya, minneapolis):
    posted = person_fields(minneapolis, {"type": "sms", "value": "555-01"})
    page = as_user(riya).post("/employees/add/", posted, follow=True)
    assert "cannot be texted" in page.text
    assert Employee.objects.get().methods.get().problem == "malformed"


def test_the_primary_mark_can_move_and_stays_where_it_was_not_touched(as_user, riya, minneapolis):
    person = make_employee(email="a@example.com")
    email = person.methods.get()
    email.is_primary = True
    email.save()
    one = make_method(person, "sms", "612-555-0101", is_primary=True)
    two = make_method(person, "sms", "612-555-0102")
    posted = person_fields(
        minneapolis,
        {"id": email.pk, "type": "email", "value": "a@example.com", "is_primary": "on"},
        {"id": one.pk, "type": "sms", "value": "612-555-0101"},
        {"id": two.pk, "type": "sms", "value": "612-555-0102", "is_primary": "on"},
        initial=3,
    )
    assert as_user(riya).post(f"/employees/{person.pk}/edit/", posted).status_code == 302
    assert list(person.methods.filter(is_primary=True)) == [email, two]


def test_two_primary_ones_of_a_type_are_refused_and_what_was_typed_is_kept(as_user, riya, minneapolis):
    posted = person_fields(
        minneapolis,
        {"type": "sms", "value": "612-555-0101", "is_primary": "on"},
        {"type": "sms", "value": "612-555-0102", "is_primary": "on"},
        note="typed",
    )
    page = as_user(riya).post("/employees/add/", posted)
    assert page.status_code == 422
    assert "tick only one" in page.text
    assert "typed" in page.text
    assert not Employee.objects.exists()


def test_a_method_can_be_removed(as_user, riya, minneapolis):
    person = make_employee(sms="612-555-0101")
    row = {"id": person.methods.get().pk, "type": "sms", "value": "612-555-0101", "DELETE": "on"}
    as_user(riya).post(f"/employees/{person.pk}/edit/", person_fields(minneapolis, row, initial=1))
    assert not person.methods.exists()
    assert not Employee.objects.search("0101").exists()


def test_another_persons_method_cannot_be_changed_through_the_form(as_user, riya, minneapolis):
    mine, other = make_employee("Ana"), make_employee("Bo", sms="612-555-0199")
    row = {"id": other.methods.get().pk, "type": "sms", "value": "612-555-0100"}
    as_user(riya).post(f"/employees/{mine.pk}/edit/", person_fields(minneapolis, row, initial=1))
    assert other.methods.get().value == "612-555-0199"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"first_name": ""}, "This field is required."),
        ({"first_name": "x" * 81}, "at most 80 characters"),
        ({"first_name": "a\x00b"}, "Null characters are not allowed."),
        ({"branch": "99999"}, "Select a valid choice."),
    ],
)
def test_what_cannot_be_saved_is_said_in_words(as_user, riya, minneapolis, fields, words):
    page = as_user(riya).post("/employees/add/", person_fields(minneapolis) | fields)
    assert page.status_code == 422
    assert words in page.text


def test_a_record_cannot_be_put_into_a_branch_one_does_not_see(as_user, riya, st_paul):
    page = as_user(riya).post("/employees/add/", person_fields(st_paul))
    assert page.status_code == 422
    assert not Employee.objects.exists()


@pytest.mark.parametrize("junk", [{}, {"methods-TOTAL_FORMS": "x"}, {"methods-TOTAL_FORMS": "99999"}])
def test_a_form_without_its_rows_is_an_error_and_no_crash(as_user, riya, minneapolis, junk):
    posted = {"first_name": "Ana", "branch": minneapolis.pk, **junk}
    assert as_user(riya).post("/employees/add/", posted).status_code == 422


def test_a_contact_belongs_to_a_known_customer_or_to_a_new_one(as_user, riya, minneapolis):
    acme, client = make_customer("Acme Foods"), as_user(riya)
    client.post("/contacts/add/", person_fields(minneapolis, customer_name="  ACME foods "))
    assert Contact.objects.get().customer == acme
    client.post("/contacts/add/", person_fields(minneapolis, customer_name="Zebra Works"))
    assert {customer.name for customer in Customer.objects.all()} == {"Acme Foods", "Zebra Works"}
    assert Contact.objects.search("zebra").exists()


def test_deactivating_asks_by_name_and_keeps_everything(as_user, riya):
    person = make_employee("Ana", "Rivera", sms="612-555-0134")
    client = as_user(riya)
    assert "Deactivate Ana Rivera?" in client.get(f"/employees/{person.pk}/deactivate/").text
    person.refresh_from_db()
    assert person.is_active
    client.post(f"/employees/{person.pk}/deactivate/")
    person.refresh_from_db()
    assert (person.is_active, person.methods.count()) == (False, 1)
    client.post(f"/employees/{person.pk}/reactivate/")
    person.refresh_from_db()
    assert person.is_active


def opt_out(number, word="STOP"):
    OptOut.objects.create(number=number, source="word", word=word, opted_out_at=datetime(2026, 11, 3, 18, tzinfo=UTC))


def test_a_number_that_opted_out_says_since_when_and_who_can_undo_it(as_user, riya):
    person = make_employee(sms="612-555-0134", home_phone="612-555-0135")
    opt_out("+16125550134")
    page = " ".join(as_user(riya).get(person.get_absolute_url()).text.split())
    assert page.count("Opted out") == 2
    assert ">3 Nov" in page
    assert page.count("Only Ana can undo it, by texting UNSTOP.") == 2


def test_an_opt_out_of_a_number_that_is_not_texted_is_said_beside_it_alone(as_user, riya):
    person = make_employee(sms="612-555-0134", home_phone="612-555-0135")
    opt_out("+16125550135", word="")
    page = as_user(riya).get(person.get_absolute_url())
    assert page.context["opted_out"] is None
    assert "Switched off at ZipWhip on" in page.text


def test_a_lifted_opt_out_is_not_shown(as_user, riya):
    person = make_employee(sms="612-555-0134")
    opt_out("+16125550134")
    OptOut.objects.update(lifted_at=datetime(2026, 11, 4, tzinfo=UTC))
    assert "Opted out" not in as_user(riya).get(person.get_absolute_url()).text


def test_methods_stand_in_the_order_in_which_a_number_is_chosen(as_user, riya):
    person = make_employee(email="ana@example.com")
    for method_type, value in (("home_phone", "612-555-0101"), ("sms", "612-555-0102")):
        make_method(person, method_type, value)
    shown = as_user(riya).get(person.get_absolute_url()).context["methods"]
    assert [(one.method.type, one.gets_texts) for one in shown] == [
        ("sms", True),
        ("home_phone", False),
        ("email", False),
    ]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("ana@example.com", 'href="mailto:ana@example.com"'),
        ("ana@example", "This is no e-mail address"),
        ("ask again", "Holds no @, so it is no e-mail address."),
    ],
)
def test_an_e_mail_has_its_verdict_too(as_user, riya, value, words):
    assert words in as_user(riya).get(make_employee(email=value).get_absolute_url()).text


@pytest.mark.parametrize("action", ["methods/"])
def test_the_contact_methods_alone_are_changed_by_who_may(client, as_user, riya, dan, action):
    person = make_employee()
    assert client.get(f"/employees/{person.pk}/{action}").status_code == 302
    assert as_user(dan).post(f"/employees/{person.pk}/{action}").status_code == 404
    riya.groups.clear()
    assert as_user(riya).get(f"/employees/{person.pk}/{action}").status_code == 403


def test_a_number_said_on_the_phone_is_added_without_the_rest_of_the_form(as_user, riya):
    person = make_contact(office_phone="651-555-0108")
    posted = {
        "methods-TOTAL_FORMS": 2,
        "methods-INITIAL_FORMS": 1,
        "methods-0-id": person.methods.get().pk,
        "methods-0-type": "office_phone",
        "methods-0-value": "651-555-0108",
        "methods-1-type": "sms",
        "methods-1-value": "612 555 0134",
    }
    page = as_user(riya).post(f"/contacts/{person.pk}/methods/", posted, follow=True)
    assert "contact methods of Kwame Asante were saved" in page.text
    assert Contact.objects.search("0134").get().number_for_texts.e164 == "+16125550134"


@pytest.mark.parametrize(
    ("kind", "model", "needed"),
    [("employee", Employee, {}), ("contact", Contact, {"customer_name": "Acme Foods"})],
)
def test_what_changed_is_in_the_audit_by_name_and_not_by_value(as_user, riya, minneapolis, kind, model, needed):
    client = as_user(riya)
    client.post(f"/{kind}s/add/", person_fields(minneapolis, {"type": "sms", "value": "612 555 0134"}, **needed))
    person = model.objects.get()
    posted = person_fields(minneapolis, note="Prefers nights", **needed)
    client.post(f"/{kind}s/{person.pk}/edit/", posted)
    client.post(f"/{kind}s/{person.pk}/edit/", posted)
    client.post(f"/{kind}s/{person.pk}/deactivate/")
    client.post(f"/{kind}s/{person.pk}/reactivate/")
    entries = AuditEntry.objects.order_by("pk").values_list("action", "subject", "facts__fields")
    subject = f"{kind}:{person.pk}"
    assert list(entries) == [
        (f"{kind}.added", subject, sorted(["first_name", "last_name", "methods", "service_rep", *needed])),
        (f"{kind}.changed", subject, ["note"]),
        (f"{kind}.deactivated", subject, None),
        (f"{kind}.reactivated", subject, None),
    ]


def test_the_tree_counts_what_there_is(as_user, riya):
    person = make_employee(sms="612-555-0134", email="ana@example.com")
    page = as_user(riya).get(person.get_absolute_url()).text
    tree = page[page.index('class="tree"') : page.index("</nav>", page.index('class="tree"'))]
    for section in ("contact-methods", "messages", "texts", "assignments", "details"):
        assert f'href="#{section}"' in tree
        assert f'id="{section}"' in page
    assert '<span class="count count-quiet">2</span>' in tree
