import io

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from enterprise.contacts.models import Contact, Customer
from enterprise.employees.models import Employee, EmployeeContactMethod
from enterprise.people.imports import reading
from enterprise.people.imports.importing import ImportFile, import_files, missing_rule, try_files
from enterprise.users.models import Branch, User
from tests.enterprise.builders import make_branch, make_employee, make_method, make_user

pytestmark = pytest.mark.django_db

EMPLOYEES = (
    "employee_id,first_name,last_name,branch,service_rep,active,email,address,city,state,zip,"
    "sms,cell_phone,phone,office_phone,home_phone,do_not_text,job_title\n"
    "300012,Orla,Novak,Minneapolis,rep.one,yes,orla@example.com,12 Elm St,Minneapolis,MN,55401,"
    ",６１２５５５０１６１,,,,,Baker's Helper\n"
    "300026,Pavel,Quist,Minneapolis,rep.one,no,,7 Oak St,Duluth,MN,55802,"
    ",,,218–555–0163,x,yes,Packer\n"
    "300005,Víctor,Sosa,Toronto,rep.two,,,9 Ash St,Toronto,ON,M5H 2N2,n/a,, 416 555 0168 ,,651-555-013O,,\n"
)
CONTACTS = (
    "contact_id,first_name,last_name,branch,service_rep,active,sms,office_phone,do_not_text,customer,department,title\n"
    "700000,Mira,Holt,Minneapolis,rep.one,no,,(218)555-0114,,Cedar Clinic #5,Kitchen,Dispatcher\n"
    "700001,Jonas,Beck,Toronto,,yes,555-0110,,,cedar clinic #5,,\n"
)
SHORT = "employee_id,first_name,last_name,branch\n100001,Ana,Rivera,Minneapolis\n"


def run(content, *, create_missing=True, name="people.csv"):
    content = content.encode() if isinstance(content, str) else content
    missing = missing_rule(create=create_missing)
    return import_files([ImportFile(name, content)], now=timezone.now(), missing=missing).files[0]


def words_of(result):
    return [(bad.number, bad.words) for bad in result.bad_lines]


def methods_of(person):
    return {method.type: (method.value, method.e164, method.problem) for method in person.methods.all()}


def test_employees_come_with_all_that_the_file_says():
    result = run(EMPLOYEES)
    orla = Employee.objects.get(ident="300012")
    assert (result.created_count, result.bad_lines) == (3, [])
    assert (str(orla), orla.branch.name, orla.service_rep.username) == (
        "Orla Novak #300012",
        "Minneapolis",
        "rep.one",
    )
    assert (orla.is_active, orla.do_not_text, orla.zip, orla.job_title) == (
        True,
        False,
        "55401",
        "Baker's Helper",
    )
    assert methods_of(orla) == {
        "email": ("orla@example.com", "", ""),
        "cell_phone": ("６１２５５５０１６１", "+16125550161", ""),
    }


def test_values_stay_as_entered_and_are_judged():
    run(EMPLOYEES)
    assert methods_of(Employee.objects.get(ident="300005")) == {
        "sms": ("n/a", "", "skipped"),
        "phone": (" 416 555 0168 ", "+14165550168", ""),
        "home_phone": ("651-555-013O", "", "malformed"),
    }


def test_an_imported_person_is_found_and_sorted_like_any_other():
    run(EMPLOYEES)
    assert Employee.objects.search("victor 5550168").get().sort_name == "sosa victor"


def test_contacts_share_a_customer_whatever_its_case():
    result = run(CONTACTS)
    assert (result.created_count, result.created_parents) == (2, ["Cedar Clinic #5"])
    assert {contact.customer.name for contact in Contact.objects.all()} == {"Cedar Clinic #5"}
    assert Contact.objects.get(ident="700000").is_active is False


@pytest.mark.parametrize(
    "content",
    [
        EMPLOYEES.encode("utf-8"),
        EMPLOYEES.encode("utf-8-sig"),
        EMPLOYEES.replace("６１２５５５０１６１", "6125550161").encode("cp1252"),
        EMPLOYEES.replace(",", ";").encode("utf-8"),
        EMPLOYEES.replace(",", ";").encode("utf-8-sig"),
        EMPLOYEES.replace("\n", "\r\n").encode(),
        EMPLOYEES.replace("\n", "\r").encode(),
        EMPLOYEES.replace("employee_id", "Employee ID").replace("cell_phone", "Cell Phone").encode(),
        b"\n\n" + EMPLOYEES.encode() + b"\n,,,,,,,,,,,,,,,,,\n",
    ],
)
def test_encodings_separators_and_line_ends_are_understood(content):
    assert run(content).created_count == 3
    assert Employee.objects.get(ident="300005").first_name == "Víctor"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty."),
        (b"  \r\n ", "The file is empty."),
        (b"PK\x03\x04 a spreadsheet", "not a CSV file"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "not a CSV file"),
        (EMPLOYEES.encode("utf-16"), "UTF-16"),
        (SHORT.encode() + b'100002,"Bo,Chen,Minneapolis\n', "quotation mark is not closed"),
        (SHORT.replace("Ana", "Ana\x81").encode("latin-1"), "neither in UTF-8 nor in Windows-1252"),
        ("name,phone\nAna,1\n", "“employee_id” or “contact_id”"),
        ("employee_id,contact_id\n1,2\n", "only one of"),
        ("employee_id,first_name,last_name\n1,Ana,Rivera\n", "The column “branch” is missing."),
        ("contact_id,first_name,last_name,branch\n1,A,B,M\n", "The column “customer” is missing."),
        (SHORT.replace("branch\n", "branch,branch\n"), "The column “branch” is there twice."),
        (SHORT.replace("branch\n", "branch,shoe size\n"), "No column is called “shoe size”."),
    ],
)
def test_a_file_that_is_none_is_refused_in_words(content, words):
    result = run(content)
    assert words in result.bad_lines[0].words
    assert not Employee.objects.exists()


def test_a_file_that_is_too_large_is_refused(monkeypatch):
    monkeypatch.setattr(reading, "MAX_BYTES", 50)
    assert "more than 20 MB" in run(SHORT).bad_lines[0].words


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (",Bo,Chen,Minneapolis,,", "Employee_id is empty."),
        ("100002,,Chen,Minneapolis,,", "First_name is empty."),
        ("100002,Bo,Chen,,,", "Branch is empty."),
        ("100002,Bo,Chen,Minneapolis,perhaps,", "Active is “perhaps”; write yes or no."),
        ("100001,Bo,Chen,Minneapolis,,", "Employee_id 100001 is on line 2 already."),
        ("100002,Bo,Chen", "Has 3 cells, the first line has 6."),
        ("100002,Bo,Chen,Minneapolis,,,,", "Has 8 cells, the first line has 6."),
        (f"100002,{'B' * 81},Chen,Minneapolis,,", "First_name has 81 characters; 80 is the most."),
        (f"100002,Bo,Chen,Minneapolis,,{'5' * 201}", "Sms has 201 characters; 200 is the most."),
        (f"{'1' * 41},Bo,Chen,Minneapolis,,", "Employee_id has 41 characters; 40 is the most."),
        ("100002,Bo\x00,Chen,Minneapolis,,", "Holds a NUL character, which no text can hold."),
    ],
)
def test_a_bad_line_is_named_with_its_number_and_nothing_is_imported(line, words):
    content = f"employee_id,first_name,last_name,branch,active,sms\n100001,Ana,Rivera,Minneapolis,,\n{line}\n"
    assert words_of(run(content)) == [(3, words)]
    assert not Employee.objects.exists()
    assert not Branch.objects.exists()


def test_a_cell_with_a_line_break_does_not_shift_the_line_numbers():
    content = 'employee_id,first_name,last_name,branch,address\n1,A,B,M,"1 Main St\nApt 2"\n2,,C,M,\n'
    assert words_of(run(content)) == [(4, "First_name is empty.")]


@pytest.mark.parametrize(
    ("cell", "active"),
    [
        ("yes", True),
        ("Y", True),
        ("TRUE", True),
        ("1", True),
        ("no", False),
        ("N", False),
        ("False", False),
        ("0", False),
    ],
)
def test_yes_and_no_are_read_in_their_usual_spellings(cell, active):
    run(f"employee_id,first_name,last_name,branch,active\n1,Ana,Rivera,M,{cell}\n")
    assert Employee.objects.get().is_active is active


def test_unknown_branches_reps_and_customers_are_errors_unless_they_are_to_be_created():
    result = run(CONTACTS, create_missing=False)
    assert words_of(result)[0] == (
        2,
        "There is no branch “Minneapolis”; there is no service rep with the user name “rep.one”; "
        "there is no customer “Cedar Clinic #5”.",
    )
    assert len(result.bad_lines) == 2
    assert not Customer.objects.exists()


def test_a_created_rep_belongs_to_the_branch_and_cannot_sign_in():
    run(EMPLOYEES)
    rep = User.objects.get(username="rep.two")
    assert rep.home_branch.name == "Toronto"
    assert not rep.has_usable_password()
    assert not rep.get_all_permissions()


def test_a_rep_whose_name_is_no_user_name_is_a_bad_line():
    result = run("employee_id,first_name,last_name,branch,service_rep\n1,A,B,M,rep one!\n")
    assert "“rep one!” is no user name" in result.bad_lines[0].words


def test_known_branches_and_reps_are_found_whatever_their_case():
    make_user("Rep.One", branch=make_branch("MINNEAPOLIS"))
    result = run(EMPLOYEES.replace("Toronto", "minneapolis").replace("rep.two", ""), create_missing=False)
    assert result.bad_lines == []
    assert (Branch.objects.count(), User.objects.count()) == (1, 1)


def test_importing_the_same_file_again_skips_everyone():
    run(EMPLOYEES)
    before = list(EmployeeContactMethod.objects.order_by("pk").values())
    result = run(EMPLOYEES)
    assert (result.created_count, result.changed_count, result.skipped_count) == (0, 0, 3)
    assert list(EmployeeContactMethod.objects.order_by("pk").values()) == before


def test_importing_a_changed_file_changes_and_never_doubles():
    run(EMPLOYEES)
    method = EmployeeContactMethod.objects.get(person__ident="300012", type="cell_phone")
    result = run(EMPLOYEES.replace("６１２５５５０１６１", "612-555-0111").replace("Orla", "Olive"))
    assert [(line.ident, line.changed) for line in result.lines if line.changed] == [
        ("300012", ("first_name", "cell_phone"))
    ]
    method.refresh_from_db()
    assert (method.value, method.e164) == ("612-555-0111", "+16125550111")
    assert Employee.objects.search("olive 0111").exists()
    assert (Employee.objects.count(), EmployeeContactMethod.objects.count()) == (3, 7)


def test_an_empty_cell_clears_and_a_column_left_out_stays():
    run(EMPLOYEES)
    run("employee_id,first_name,last_name,branch,cell_phone,city\n300012,Orla,Novak,Minneapolis,,\n")
    orla = Employee.objects.get(ident="300012")
    assert (orla.city, orla.state, list(methods_of(orla))) == ("", "MN", ["email"])


def test_an_empty_do_not_text_does_not_undo_what_a_rep_noted():
    make_employee(ident="100001", branch=make_branch("Minneapolis"), do_not_text=True, is_active=False)
    run("employee_id,first_name,last_name,branch,active,do_not_text\n100001,Ana,Rivera,Minneapolis,,\n")
    ana = Employee.objects.get()
    assert (ana.do_not_text, ana.is_active) == (True, False)
    run("employee_id,first_name,last_name,branch,active,do_not_text\n100001,Ana,Rivera,Minneapolis,yes,no\n")
    ana.refresh_from_db()
    assert (ana.do_not_text, ana.is_active) == (False, True)


def test_the_file_is_the_truth_about_the_types_it_has():
    ana = make_employee(ident="100001")
    make_method(ana, "sms", "612-555-0101")
    kept = make_method(ana, "sms", "612-555-0102", is_primary=True)
    run("employee_id,first_name,last_name,branch,sms\n100001,Ana,Rivera,Minneapolis,612-555-0199\n")
    assert [(method.pk, method.value) for method in ana.methods.all()] == [(kept.pk, "612-555-0199")]


def test_a_dry_run_tells_all_and_writes_nothing():
    result = try_files(
        [ImportFile("e.csv", EMPLOYEES.encode())], now=timezone.now(), missing=missing_rule(create=True)
    ).files[0]
    assert (result.created_count, result.created_branches) == (3, ["Minneapolis", "Toronto"])
    assert not Employee.objects.exists()
    assert not Branch.objects.exists()


def test_thousands_of_rows_take_a_few_statements(django_assert_max_num_queries):
    lines = "".join(f"{number},Ana,Rivera{number},M,612-555-01{number % 100:02}\n" for number in range(3000))
    with django_assert_max_num_queries(30):
        assert run("employee_id,first_name,last_name,branch,sms\n" + lines).created_count == 3000


def import_people(tmp_path, *contents, **options):
    paths = []
    for number, content in enumerate(contents):
        paths.append(tmp_path / f"{number}.csv")
        paths[-1].write_bytes(content.encode())
    out, errors = io.StringIO(), io.StringIO()
    call_command("import_people", *map(str, paths), stdout=out, stderr=errors, **options)
    return out.getvalue()


def test_the_command_imports_several_files_and_says_what_it_did(tmp_path):
    out = import_people(tmp_path, EMPLOYEES, CONTACTS, create_missing=True)
    assert "Employees: 3 created, 0 changed, 0 unchanged." in out
    assert "Contacts: 2 created" in out
    assert (Employee.objects.count(), Contact.objects.count()) == (3, 2)


def test_one_bad_line_in_the_second_file_imports_nothing_of_the_first(tmp_path):
    with pytest.raises(CommandError, match="Nothing was imported: 1 bad line"):
        import_people(tmp_path, EMPLOYEES, CONTACTS.replace("Jonas", ""), create_missing=True)
    assert not Employee.objects.exists()


def test_the_command_names_every_bad_line_on_stderr(tmp_path, capsys):
    path = tmp_path / "bad.csv"
    path.write_text(CONTACTS)
    with pytest.raises(CommandError):
        call_command("import_people", str(path))
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith(f"{path}:2: There is no branch “Minneapolis”")
    assert lines[1].startswith(f"{path}:3: ")


def test_the_command_can_only_look(tmp_path):
    assert "3 would be created" in import_people(tmp_path, EMPLOYEES, create_missing=True, dry_run=True)
    assert not Employee.objects.exists()


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_people", str(tmp_path / "nowhere.csv"))
