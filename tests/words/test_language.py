"""Each reader in their own language; before anyone signs in, in the browser's."""

import re

import pytest
from django.urls import reverse
from django.utils import translation

from texting.frame.words import script_url

pytestmark = pytest.mark.django_db

ACCOUNT = "/account/"


def language_of(response):
    return re.search(r'<html lang="([^"]*)"', response.content.decode())[1]


@pytest.mark.parametrize(("asked", "shown"), [("es-US,es;q=0.9", "es"), ("fr-CA", "fr"), ("en-GB", "en"), ("de", "en")])
def test_signing_in_is_in_the_language_of_the_browser(client, asked, shown):
    response = client.get(reverse("users:sign-in"), headers={"Accept-Language": asked})

    assert language_of(response) == response["Content-Language"] == shown


def test_who_has_chosen_nothing_reads_the_language_of_the_browser(as_user, riya):
    assert language_of(as_user(riya).get(ACCOUNT, headers={"Accept-Language": "es"})) == "es"


def test_the_language_somebody_chose_goes_before_that_of_the_browser(as_user, riya):
    client = as_user(riya)

    client.post(ACCOUNT, {"language": "fr", "time_zone": ""})

    riya.refresh_from_db()
    assert riya.language == "fr"
    response = client.get(ACCOUNT, headers={"Accept-Language": "es"})
    assert language_of(response) == response["Content-Language"] == "fr"


def test_one_readers_language_does_not_stay_for_the_next(as_user, client, riya):
    riya.language = "fr"
    riya.save()
    as_user(riya).get(ACCOUNT)

    assert language_of(client.get(reverse("users:sign-in"))) == "en"


def test_the_account_page_is_for_those_signed_in(client):
    assert client.get(ACCOUNT).url.startswith(reverse("users:sign-in"))


def test_a_time_zone_of_ones_own_goes_before_that_of_the_branch(as_user, riya):
    as_user(riya).post(ACCOUNT, {"language": "", "time_zone": "America/Denver"})

    riya.refresh_from_db()
    assert str(riya.zone) == "America/Denver"


@pytest.mark.parametrize("typed", [{"language": "xx"}, {"time_zone": "Mars/Olympus"}])
def test_what_is_no_language_or_zone_is_refused(as_user, riya, typed):
    response = as_user(riya).post(ACCOUNT, {"language": "es", "time_zone": "America/Denver", **typed})

    riya.refresh_from_db()
    assert (response.status_code, riya.language, riya.time_zone) == (422, "", "")


def test_nobody_changes_anything_but_their_own_language_and_zone(as_user, riya, dan):
    as_user(riya).post(ACCOUNT, {"language": "es", "time_zone": "", "username": "root", "is_superuser": "on"})

    dan.refresh_from_db()
    riya.refresh_from_db()
    assert (dan.language, riya.username, riya.is_superuser) == ("", "riya", False)


def test_the_words_of_the_scripts_are_kept_by_the_browser_and_open_to_all(client):
    with translation.override("es"):
        response = client.get(script_url())

    assert response["Content-Type"].startswith("text/javascript")
    assert "immutable" in response["Cache-Control"]
    assert "django.gettext" in response.content.decode()


def test_there_are_no_words_in_an_unknown_language(client):
    assert client.get(reverse("words", args=["xx", "0"])).status_code == 404
