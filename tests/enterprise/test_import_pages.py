from contextlib import contextmanager

import psycopg2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse

from enterprise.employees.models import Employee
from enterprise.people.models import ImportRun
from tests.enterprise.builders import make_employee, make_user

pytestmark = pytest.mark.django_db

UPLOAD = "/people/import/"
GOOD = "employee_id,first_name,last_name,branch,sms\n100001,Ana,Rivera,Minneapolis,612-555-0134\n"


def upload(client, content=GOOD, *, name="people.csv", **fields):
    content = content.encode() if isinstance(content, str) else content
    return client.post(UPLOAD, {"file": SimpleUploadedFile(name, content), **fields})


def test_a_stranger_is_sent_to_sign_in(client):
    assert client.get(UPLOAD).url.startswith(reverse("users:sign-in"))


def test_a_rep_may_not_import(as_user, riya):
    client = as_user(riya)
    assert client.get(UPLOAD).status_code == 403
    assert upload(client).status_code == 403
    assert not ImportRun.objects.exists()


def test_another_administrators_upload_is_not_there(as_user, ada):
    run_url = upload(as_user(ada), create_missing="on").url
    other = as_user(make_user("otto", role="Administrator"))
    assert other.get(run_url).status_code == 404
    assert other.post(run_url).status_code == 404
    assert not Employee.objects.exists()


def test_uploading_only_looks_at_the_file(as_user, ada):
    client = as_user(ada)
    page = client.get(upload(client).url)
    assert page.status_code == 200
    assert "Import employees" in page.text
    assert not Employee.objects.exists()


def test_confirming_imports_exactly_that_file_once(as_user, ada):
    client = as_user(ada)
    url = upload(client).url
    client.post(url)
    Employee.objects.update(first_name="Changed since")
    again = client.post(url, follow=True)
    assert "nothing was done twice" in again.text
    assert Employee.objects.get().first_name == "Changed since"
    run = ImportRun.objects.get()
    assert (run.imported_at is None, bytes(run.content)) == (False, b"")


@contextmanager
def importing_elsewhere():
    other = psycopg2.connect(**connection.get_connection_params())
    try:
        other.cursor().execute("SELECT pg_advisory_xact_lock(hashtext('people.import'))")
        yield
    finally:
        # Closing alone, the server hears of later.
        other.rollback()
        other.close()


@pytest.mark.django_db(transaction=True)
def test_a_second_click_during_the_import_is_told_so_at_once(as_user, ada):
    client = as_user(ada)
    url = upload(client).url
    with importing_elsewhere():
        answer = client.post(url, follow=True)
    assert "An import is running already" in answer.text
    assert not Employee.objects.exists()
    client.post(url)
    assert Employee.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_file_that_comes_during_an_import_is_to_be_uploaded_again(as_user, ada):
    with importing_elsewhere():
        answer = upload(as_user(ada))
    assert (answer.status_code, "An import is running" in answer.text) == (422, True)
    assert not ImportRun.objects.exists()


def test_bad_lines_are_listed_and_there_is_nothing_to_confirm(as_user, ada):
    client = as_user(ada)
    page = client.get(upload(client, GOOD.replace("Minneapolis", "Nowhere")).url)
    assert "There is no branch “Nowhere”." in page.text
    assert "Import employees" not in page.text


def test_only_what_is_missing_is_offered_to_be_created(as_user, ada):
    client, offer = as_user(ada), "can be created on the way"
    assert offer in client.get(upload(client, GOOD.replace("Minneapolis", "Nowhere")).url).text
    assert offer not in client.get(upload(client, GOOD.replace("Ana", "")).url).text
    assert offer not in client.get(upload(client, GOOD.replace("Ana", ""), create_missing="on").url).text


def test_of_a_file_that_cannot_be_read_nothing_is_counted(as_user, ada):
    client = as_user(ada)
    page = client.get(upload(client, GOOD.replace("employee_id", "number")).url).text
    assert "Nothing, until the file can be read." in page
    for senseless in (">:<", "</strong> created", "can be created on the way"):
        assert senseless not in page


def test_what_became_bad_since_the_look_imports_nothing(as_user, ada, minneapolis):
    client = as_user(ada)
    url = upload(client).url
    minneapolis.name = "Renamed"
    minneapolis.save()
    page = client.post(url, follow=True)
    assert "Nothing was imported" in page.text
    assert not Employee.objects.exists()


def test_looking_at_another_file_forgets_the_first(as_user, ada):
    client = as_user(ada)
    first = upload(client).url
    upload(client)
    assert client.get(first).status_code == 404


@pytest.mark.parametrize(
    ("content", "words"), [(b"", "The file is empty."), (b"PK\x03\x04", "not a CSV file"), (b"a,b\n", "employee_id")]
)
def test_a_file_that_is_none_is_refused_in_words(as_user, ada, content, words):
    page = as_user(ada).post(UPLOAD, {"file": SimpleUploadedFile("x.csv", content)}, follow=True)
    assert words in page.text


def test_no_file_at_all_is_said_beside_the_field(as_user, ada):
    page = as_user(ada).post(UPLOAD, {})
    assert page.status_code == 422
    assert "Choose a file." in page.text


def test_what_would_do_something_else_since_the_look_is_shown_again_first(as_user, ada, minneapolis):
    client = as_user(ada)
    url = upload(client).url
    make_employee("Ana", "Rivera", ident="100001", branch=minneapolis, sms="612-555-0199")
    page = client.post(url, follow=True)
    assert "what this file would do has changed" in page.text
    assert page.context["preview"]["changed_count"] == 1
    assert Employee.objects.get().number_for_texts.e164 == "+16125550199"
    assert "was imported" in client.post(url, follow=True).text
    assert Employee.objects.get().number_for_texts.e164 == "+16125550134"


def test_another_language_is_not_another_outcome(as_user, ada):
    client = as_user(ada)
    url = upload(client).url
    ada.language = "es"
    ada.save()
    client.post(url)
    assert Employee.objects.exists()


def test_a_line_beyond_those_shown_counts_too(as_user, ada, minneapolis):
    client = as_user(ada)
    many = "".join(f"{number},Ana,Rivera,Minneapolis,\n" for number in range(200001, 200301))
    url = upload(client, "employee_id,first_name,last_name,branch,sms\n" + many).url
    make_employee("Ana", "Rivera", ident="200300", branch=minneapolis)
    assert "has changed" in client.post(url, follow=True).text
    assert Employee.objects.count() == 1


@pytest.mark.parametrize(
    "content",
    [
        "employee_id,first_name,last_name,branch,sms\n1000\x0001,Ana,Rivera,Minneapolis,\n",
        "employee_id,first_name,last_name,branch,s\x00ms\n100001,Ana,Rivera,Minneapolis,\n",
        "employee_id,first_name,last_name,branch,active\n100001,Ana,Rivera,Minneapolis,y\x00es\n",
        "employee_id,first_name,last_name,branch\n100001,A\x00na,Rivera,Minneapolis\n",
        "employee_id,first_name,last_name,branch\n100001,Ana,Rivera,Min\x00neapolis\n",
        "employee_id,first_name,last_name,branch,sms\n100001,Ana,Rivera,Minneapolis,61\x002\n",
        "employee_id,first_name,last_name,branch,service_rep\n100001,Ana,Rivera,Minneapolis,ri\x00ya\n",
    ],
)
def test_a_null_character_anywhere_is_a_bad_line(as_user, ada, content):
    client = as_user(ada)
    page = client.get(upload(client, content, create_missing="on").url)
    assert page.context["preview"]["bad_count"] == 1
