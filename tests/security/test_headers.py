"""What every answer says to the browser, and what the cookies allow; with the settings of production."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from tests.administration.rig import fail_to_sign_in, words_of
from tests.security.pages import ADMIN, every_page

POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
}
# What came from outside is shown by itself, where nothing of it could run.
FILES = ["texting:attachment", "texting:attachment-preview"]
FILE_POLICY = {"default-src 'none'", "sandbox"}
# Of the device: a page has no use for any, so a script that got in has none either.
DEVICE = (
    "bluetooth", "camera", "display-capture", "geolocation", "hid", "microphone", "midi", "payment", "serial", "usb",
)  # fmt: skip
EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in DEVICE),
}


def answers(firm):
    """(page, answer) of each page, once for who may open it and once for nobody."""
    for page in every_page():
        if not page.name.startswith(ADMIN):
            for role in ("nobody", "root"):
                yield page.name, firm.client(role).get(page.address(firm.values(page.name)), secure=True)


def test_every_answer_carries_the_headers(firm):
    for name, answer in answers(firm):
        policy = set(answer["Content-Security-Policy"].split("; "))
        assert policy == POLICY or (name in FILES and policy == FILE_POLICY), name
        assert {header: answer.get(header) for header in EVERYWHERE} == EVERYWHERE, name
        assert answer["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload", name


def test_no_page_that_somebody_signed_in_for_is_kept_by_a_cache(firm):
    for name, answer in answers(firm):
        if answer.wsgi_request.user.is_authenticated and name not in PUBLIC:
            said = set(answer["Cache-Control"].split(", "))
            assert {"private", KEPT.get(name, "no-store")} <= said, name


# Nothing of anybody's.
PUBLIC = ["words", "healthz", "readyz", "metrics"]
# By this browser alone: pictures for a while; the counts of the navigation with an ETag, asked for at every turn.
PHOTOS = [f"{app}:photo-{size}" for app in ("employees", "contacts") for size in ("small", "large")]
KEPT = {**dict.fromkeys([*FILES, *PHOTOS], "immutable"), "navigation": "no-cache"}


def test_an_error_says_nothing_of_the_inside(firm, monkeypatch):
    monkeypatch.setattr("enterprise.people.search_views.kinds", lambda: 1 / 0)
    answer = firm.client("riya").get(reverse("people:search"), {"q": "ana"})

    assert answer.status_code == 500
    assert not [word for word in ("ZeroDivision", "Traceback", "search_views", "settings") if word in answer.text]
    assert set(answer["Content-Security-Policy"].split("; ")) == POLICY


# --- cookies and sessions


def test_cookies_go_over_https_alone_and_scripts_cannot_read_the_session(client, riya):
    riya.set_password("a long password")
    riya.save()
    client.get(reverse("users:sign-in"), secure=True)
    typed = {"username": "riya", "password": "a long password"}
    cookies = client.post(reverse("users:sign-in"), typed, secure=True).cookies

    for name, is_for_scripts in (("session", False), ("csrftoken", True), ("signed-in-as", True)):
        cookie = cookies.pop(f"__Host-{name}")
        assert (cookie["secure"], cookie["httponly"] == "") == (True, is_for_scripts), name
        assert (cookie["samesite"], cookie["domain"], cookie["path"]) == ("Lax", "", "/"), name
    assert not cookies


def test_what_is_said_on_the_next_page_waits_in_such_a_cookie_too(firm):
    client = firm.client("riya")
    cookies = client.post(f"{firm.ana.get_absolute_url()}deactivate/", secure=True).cookies

    said = cookies["__Host-messages"]
    assert (said["secure"], said["httponly"], said["domain"], said["path"]) == (True, True, "", "/")


def test_signing_in_gives_a_new_session(client, firm):
    firm.riya.set_password("a long password")
    firm.riya.save()
    client.get(reverse("users:sign-in"))
    client.session["planted"] = "x"
    client.session.save()
    before = client.session.session_key
    client.post(reverse("users:sign-in"), {"username": "riya", "password": "a long password"})

    assert client.session.session_key != before


@pytest.mark.parametrize(("hours", "status"), [(7, 200), (9, 302)])
def test_a_session_that_nobody_uses_ends(firm, time_machine, hours, status):
    client = firm.client("riya")
    client.get(reverse("employees:list"))
    time_machine.move_to(timezone.now() + timedelta(hours=hours))

    assert client.get(reverse("employees:list")).status_code == status


def test_a_session_ends_after_twelve_hours_however_busy_it_is(firm, time_machine):
    client, now = firm.client("riya"), timezone.now()
    seen = []
    for hour in (0, 3, 6, 9, 11, 13):
        time_machine.move_to(now + timedelta(hours=hour))
        seen.append(client.get(reverse("employees:list")).status_code)

    assert seen == [200] * 5 + [302]


def test_signing_out_ends_the_session_for_good(firm):
    client = firm.client("riya")
    stolen = client.cookies[settings.SESSION_COOKIE_NAME].value
    client.post(reverse("users:sign-out"))
    client.cookies[settings.SESSION_COOKIE_NAME] = stolen

    assert client.get(reverse("employees:list")).status_code == 302


# --- guessing


def test_a_name_nobody_has_is_answered_like_a_wrong_password(client, riya):
    known, unknown = (words_of(fail_to_sign_in(client, name, times=1)) for name in ("riya", "nobody"))

    assert "do not belong together" in known
    assert known == unknown


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "https:evil.example", "javascript:alert(1)"]
)
def test_signing_in_leads_to_no_other_site(client, firm, elsewhere):
    firm.riya.set_password("a long password")
    firm.riya.save()
    typed = {"username": "riya", "password": "a long password", "next": elsewhere}

    assert client.post(reverse("users:sign-in"), typed).url == reverse("home")


# --- plain HTTP


def test_pages_lead_to_https_but_a_webhook_and_a_probe_are_answered_where_they_ask(client, db, settings):
    settings.SECURE_SSL_REDIRECT = True
    asked = [client.get("/employees/"), client.post("/texting/webhooks/1/guessed/receive"), client.get("/healthz")]

    assert [answer.status_code for answer in asked] == [301, 404, 200]
    assert asked[0].url == "https://testserver/employees/"
