"""One browser, two people: a page that one left open does nothing in the name of the next one."""

import pytest
from django.conf import settings as django_settings
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from enterprise.messagelog.models import Message
from tests.accessible import assert_accessible
from tests.enterprise.builders import make_code, make_employee
from tests.signed_in import client_of
from tests.texting.conftest import make_line
from texting.models import Draft


@pytest.fixture
def desk(browser, server, transactional_db, settings):
    context = browser.new_context(base_url=server.url, reduced_motion="reduce")
    context.set_default_timeout(5000)
    yield Desk(context)
    context.close()


class Desk:
    def __init__(self, context) -> None:
        self._context = context

    def signs_in(self, user):
        """In a tab of its own, as from the page of sign-in: with a session and a token that are new."""
        user.set_password("a long password")
        user.save()
        self._context.clear_cookies(name=django_settings.SESSION_COOKIE_NAME)
        tab = self._context.new_page()
        tab.goto("/sign-in/")
        self.fill_in(tab, user)
        tab.get_by_role("link", name="Employees").first.wait_for()
        # Until then its scripts hear of nothing.
        tab.wait_for_load_state()
        return tab

    def opens_a_tab(self):
        return self._context.expect_page()

    @staticmethod
    def fill_in(tab, user) -> None:
        tab.get_by_label("Username").fill(user.username)
        tab.get_by_label("Password").fill("a long password")
        tab.get_by_role("button", name="Sign in").click()


@pytest.fixture
def ana(minneapolis, transactional_db):
    make_code("CALL")
    return make_employee("Ana", branch=minneapolis)


def come_back_to(tab) -> None:
    tab.bring_to_front()
    tab.evaluate("dispatchEvent(new Event('focus'))")


def write_a_message(tab, person) -> None:
    tab.goto(person.get_absolute_url())
    tab.get_by_role("link", name="Log a message").click()
    dialog = tab.get_by_role("dialog")
    dialog.get_by_role("combobox").select_option(index=1)
    dialog.get_by_label("Note").fill("I have called her.")


def send(tab) -> None:
    tab.get_by_role("dialog").locator("button[type=submit]").last.click()


def test_what_one_left_open_is_not_logged_under_the_name_of_the_next(desk, ana, riya, ada):
    left = desk.signs_in(riya)
    write_a_message(left, ana)
    desk.signs_in(ada)

    come_back_to(left)
    send(left)

    expect(left.get_by_role("status").filter(has_text="Somebody else has signed in")).to_be_visible()
    left.evaluate("HTMLFormElement.prototype.submit.call(document.querySelector('dialog form'))")
    left.wait_for_load_state()
    expect(left.locator("body")).to_contain_text("open too long")
    assert not Message.objects.exists()


def test_nor_is_a_form_opened_there_for_somebody_else(desk, ana, riya, ada):
    left = desk.signs_in(riya)
    left.goto(ana.get_absolute_url())
    desk.signs_in(ada)

    come_back_to(left)
    left.get_by_role("link", name="Log a message").click()

    expect(left.get_by_role("status").filter(has_text="Somebody else has signed in")).to_be_visible()
    expect(left.get_by_role("dialog")).to_have_count(0)


def write_a_text(tab, person) -> None:
    tab.goto(person.get_absolute_url())
    tab.get_by_role("button", name="Send Text").first.click()
    tab.get_by_role("dialog").get_by_role("textbox").fill("Can you work tonight?")


def is_told(tab, words) -> None:
    expect(tab.get_by_role("status").filter(has_text=words)).to_be_visible()


@pytest.fixture
def textable(minneapolis, transactional_db):
    make_line(owner_kind="branch", owner_id=minneapolis.pk)
    return make_employee("Ana", branch=minneapolis, sms="612-555-0134")


def test_a_text_begun_by_one_is_not_kept_in_the_name_of_the_next_and_says_so(desk, textable, riya, ada):
    left = desk.signs_in(riya)
    write_a_text(left, textable)
    desk.signs_in(ada)
    asked = []
    left.on("request", lambda request: asked.append(request.url))

    come_back_to(left)
    left.keyboard.press("Escape")

    is_told(left, "could not be kept: somebody else has signed in in this browser since")
    assert [url for url in asked if "/drafts/" in url] == []
    assert set(Draft.objects.values_list("user", "body")) == {(riya.pk, "")}


def test_a_text_closed_after_the_session_ended_is_kept_until_they_have_signed_in_again(desk, textable, riya):
    left = desk.signs_in(riya)
    write_a_text(left, textable)
    Session.objects.all().delete()

    left.keyboard.press("Escape")
    is_told(left, "You were signed out. What you typed is kept until you have signed in again.")
    with desk.opens_a_tab() as opened:
        left.get_by_role("link", name="Go on writing").click()
    desk.fill_in(opened.value, riya)

    expect(opened.value.get_by_role("textbox", name="Message")).to_have_value("Can you work tonight?")


def test_a_text_that_was_discarded_in_another_tab_is_not_said_to_be_kept(desk, textable, riya):
    left = desk.signs_in(riya)
    write_a_text(left, textable)
    Draft.objects.all().delete()

    left.keyboard.press("Escape")

    is_told(left, "The draft could not be kept: it is gone, or you may no longer write it.")


def test_a_text_that_was_discarded_in_another_tab_is_shown_in_the_dialog_when_it_is_sent(desk, textable, riya):
    left = desk.signs_in(riya)
    write_a_text(left, textable)
    Draft.objects.all().delete()

    left.get_by_role("dialog").get_by_role("button", name="Send to").click()

    gone = left.get_by_role("dialog", name="This draft is gone")
    expect(gone).to_contain_text("Can you work tonight?")
    assert_accessible(left)
    gone.get_by_role("button", name="Close").click()
    expect(left.get_by_role("dialog")).to_have_count(0)


@pytest.mark.parametrize("status", [500, 503, 429, None])
def test_a_text_the_server_could_not_keep_is_not_said_to_be_gone(desk, textable, riya, status):
    left = desk.signs_in(riya)
    write_a_text(left, textable)
    left.route("**/drafts/**", lambda route: route.fulfill(status=status) if status else route.abort())

    left.keyboard.press("Escape")

    is_told(left, "What you typed could not be kept: the server could not answer.")
    expect(left.get_by_role("link", name="Go on writing")).to_be_visible()


def test_a_page_that_keeps_itself_up_to_date_says_why_it_does_no_more(desk, riya, ada):
    left = desk.signs_in(riya)
    left.goto("/texting/undecided/")
    desk.signs_in(ada)

    left.bring_to_front()
    left.evaluate("document.dispatchEvent(new CustomEvent('live:ask', { detail: 'undecided' }))")

    is_told(left, "not kept up to date any more: somebody else has signed in in this browser since")


@pytest.mark.parametrize("order", ["{old}; {own}", "{own}; {old}"])
def test_a_cookie_from_before_there_was_a_prefix_does_not_count(desk, riya, order):
    """Nor a neighbour's under a common domain."""
    tab = desk.signs_in(riya)
    own = f"__Host-csrftoken=fresh; __Host-signed-in-as={riya.pk}"
    cookies = order.format(own=own, old=f"csrftoken=stale; signed-in-as={riya.pk + 1}")
    tab.evaluate("held => Object.defineProperty(document, 'cookie', { get: () => held })", cookies)

    come_back_to(tab)

    expect(tab.locator('meta[name="csrf-token"]')).to_have_attribute("content", "fresh")
    assert tab.evaluate("isSomebodyElse()") is False


def test_who_signs_in_again_goes_on_with_what_is_open(desk, ana, riya):
    left = desk.signs_in(riya)
    write_a_message(left, ana)
    desk.signs_in(riya)

    come_back_to(left)
    send(left)

    expect(left.get_by_role("dialog")).to_have_count(0)
    assert Message.objects.get().author_name == riya.get_full_name()


@pytest.mark.django_db
def test_the_cookie_of_who_is_signed_in_names_them_from_this_host_alone(riya):
    client = client_of(riya)
    first, second = (client.get("/employees/", secure=True).cookies for _ in range(2))

    cookie = first["__Host-signed-in-as"]
    assert (cookie.value, cookie["secure"], cookie["path"], cookie["samesite"]) == (str(riya.pk), True, "/", "Lax")
    assert "__Host-signed-in-as" not in second
