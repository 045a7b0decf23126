import re

import pytest
from django.template.loader import render_to_string
from django.test import Client

from .reference import LineForm


@pytest.mark.parametrize(
    ("code", "words"), [(400, "could not be read"), (403, "may not open"), (404, "nothing here"), (500, "on our side")]
)
def test_error_pages_need_no_database(client, code, words):
    answer = Client(raise_request_exception=False).get(f"/fails/{code}/")
    assert answer.status_code == code
    assert words in answer.text


def test_the_error_page_of_the_server_needs_no_request():
    assert "recorded" in render_to_string("500.html")


@pytest.mark.parametrize("path", ["/record/", "/form/", "/employees/", "/sign-in/", "/texts/compose/"])
def test_nothing_is_inline(client, path):
    html = client.get(path).text
    assert not re.search(r"<style|<script(?![^>]*\ssrc=)|\sstyle=|\son\w+=|javascript:|https?://(?!www\.w3\.org)", html)


def test_titles_name_the_page(client):
    titles = [
        re.search("<title>(.*?)</title>", client.get(path).text)[1] for path in ("/record/", "/form/", "/sign-in/")
    ]
    assert titles == ["Ana Rivera #100231 · Enterprise", "ZipWhip · Enterprise", "Sign in · Enterprise"]


def test_an_ended_session_is_explained_at_the_door(client):
    assert "What you typed is kept" in client.get("/sign-in/?next=/record/&expired=1").text
    assert "What you typed is kept" not in client.get("/sign-in/?next=/record/").text


def test_a_plain_form_has_the_look_of_the_product():
    html = LineForm().render()
    assert '<select name="branch" class="form-select"' in html
    assert 'class="form-control"' in html
    assert 'class="form-check-input"' in html
    assert re.search(r'for="id_note">Note<span class="field-optional">', html)
    assert not re.search(r'for="id_username">Username<span class="field-optional">', html)


def test_a_field_is_tied_to_its_error_and_its_hint():
    html = LineForm({"username": "507"}).render()
    field = re.search(r'<input[^>]*name="username"[^>]*>', html)[0]
    assert 'aria-invalid="true"' in field
    assert 'aria-describedby="id_username_helptext id_username_error"' in field
    assert 'id="id_username_error"' in html
    assert 'id="id_username_helptext"' in html


def test_the_summary_links_to_every_field_that_needs_correcting():
    html = LineForm({"username": "507", "owner": "branch", "branch": "1"}).render()
    assert "2 fields need correcting." in html
    assert 'href="#id_username">Username: This is not a whole number' in html
    assert 'href="#id_password">' in html


def test_the_table_says_where_it_is_and_how_it_is_sorted(client):
    html = client.get("/employees/?sort=-name&page=2&q=").text
    assert "15–28 of 47" in html
    assert 'aria-sort="descending"' in html
    assert "?sort=name&amp;q=" in html or "?q=&amp;sort=name" in html


def test_a_page_has_no_more_rows_than_can_be_chosen(client):
    assert "1–25 of 47" in client.get("/employees/?per_page=1000000").text


def test_a_table_without_rows_says_so(client):
    assert "Nothing here yet." in client.get("/employees/?q=nobody").text
