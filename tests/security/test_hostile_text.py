"""Hostile text everywhere: nothing of it runs, and all of it is shown as it was typed."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from urllib.parse import unquote

import pytest
from django.apps import apps
from django.conf import settings as django_settings
from django.urls import reverse
from django.utils.html import escape
from playwright.sync_api import Page, expect

from enterprise.employees.models import Employee
from tests.chromium import complaints_of
from tests.security.hostile import SHORT, HostileFirm
from tests.security.pages import ADMIN, every_page
from tests.security.payloads import PAYLOADS
from texting.models import Attachment

CATCH = "window.ran = []; window.hit = () => window.ran.push(location.href); window.name = 'hit()'"


@pytest.fixture
def firm(transactional_db, settings):
    return HostileFirm()


@pytest.fixture
def page(browser, server, firm):
    context = browser.new_context(base_url=server.url, viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    session = django_settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": session, "value": firm.client("root").cookies[session].value, "url": server.url}])
    context.add_init_script(CATCH)
    page = context.new_page()
    page.set_default_timeout(60_000)
    yield page
    context.close()


def addresses(firm) -> list[str]:
    """Every page there is, a new one too; and those that show all that somebody typed, each to its end."""
    lists = [f"/{kind}/?per_page=100&page={number}" for kind in ("employees", "contacts") for number in (1, 2, 3)]
    return [
        *(address for address, html in shown(firm) if is_opened(address, html)),
        *lists,
        *(f"/texting/{folder}/?page={page}{more}" for folder, more in FOLDERS for page in range(1, 6)),
        *(f"/texting/batches/{firm.hostile_batch.pk}/?page={page}" for page in range(2, 6)),
        Employee.objects.get(ident="e0").get_absolute_url(), f"/hotlists/{firm.everybody.pk}/?per_page=100",
        "/people/search/?q=x", "/people/textable-report/?problem=", "/texting/batches/?whose=all",
        "/administration/users/?per_page=100", "/employees/?q=%3Cscript%3Ehit()%3C/script%3E%22%20onfocus=hit()",
        "/texting/inbox/?q=%22%3E%3Csvg%20onload=hit()%3E",
    ]  # fmt: skip


def shown(firm):
    """(address, HTML) of each page that answers root with one, by the URL resolver."""
    client = firm.client("root")
    for page in every_page():
        values = firm.values(page.name) | (ids_of_admin(page.name) if page.name.startswith(ADMIN) else {})
        address = page.address(values)
        if page.name in NO_LOOKING:
            continue
        answer = client.get(address)
        assert answer.status_code < 500, address
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
            yield address, answer.text


def is_opened(address: str, html: str) -> bool:
    """Parts of pages, and the many pages of the Django admin, are only read."""
    return html.lstrip().startswith("<!doctype html>") and not address.startswith(ADMIN_ROOT)


def ids_of_admin(name: str) -> dict[str, object]:
    """The newest of that page's model, which holds what somebody hostile typed; its name is admin:APP_MODEL_what."""
    of = {f"{model._meta.app_label}_{model._meta.model_name}": model for model in apps.get_models()}
    model = of.get(name.removeprefix(ADMIN).rpartition("_")[0])
    newest = model.objects.order_by("-pk").first() if model else None
    return {**ADMIN_VALUES, "object_id": newest.pk if newest else 1}


ADMIN_VALUES = {"id": 1, "app_label": "users", "url": "x", "content_type_id": 1}
ADMIN_ROOT = "/django-admin/"
# It signs out.
NO_LOOKING = ["admin:logout"]
FOLDERS = (("inbox", "&folder=all"), ("unmatched", ""))


def shown_on(page: Page) -> str:
    """What the page says, and what stands in its fields."""
    return page.evaluate(
        "document.body.textContent + [...document.querySelectorAll('input, textarea')].map(one => one.value).join(' ')"
    )


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def test_there_are_enough_of_them():
    assert len(set(PAYLOADS)) >= 200
    assert len(SHORT) >= 200


def test_nothing_hostile_runs_on_any_page_and_it_is_shown_as_typed(page, firm):
    complaints, dialogs, said = complaints_of(page), [], ""
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    for address in addresses(firm):
        page.goto(address, wait_until="load")
        assert (page.evaluate("window.ran"), dialogs, complaints) == ([], [], []), address
        said += plain(shown_on(page))

    assert [payload for payload in PAYLOADS if plain(payload) not in said] == []


def test_nothing_hostile_runs_where_scripts_build_the_page(page, firm):
    """The row menu, the dialog of Send Text and its toasts, on people with hostile names."""
    complaints = complaints_of(page)
    page.goto("/employees/?per_page=100&q=script")
    page.get_by_role("checkbox", name="Select this page").check()
    page.locator("[data-row-menu]").nth(5).click()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Send Text", exact=True).click()
    dialog = page.get_by_role("dialog", name="Send Text")
    expect(dialog).to_contain_text("cannot be texted", timeout=30_000)
    expect(dialog).to_contain_text("<script>hit()</script>")
    dialog.get_by_role("textbox", name="Message").fill(SHORT[0])
    page.keyboard.press("Escape")
    expect(page.get_by_role("status").filter(has_text="Kept as a draft.")).to_be_visible()

    assert (page.evaluate("window.ran"), complaints) == ([], [])


def test_a_picture_and_its_link_say_what_the_file_is_called_as_typed(firm):
    pages = [f"/texting/unmatched/?page={page}" for page in range(1, 6)]
    overdue = reverse("texting:conversation", args=[firm.conversation.pk])
    said = "".join(firm.client("root").get(page).text for page in (*pages, overdue))

    for name in map(escape, PAYLOADS):
        assert f' alt="Picture: {name}, 1 KB" ' in said, name
        assert f" download>Download {name}, 1 KB</a>" in said, name


# As RFC 6266 has it: a quoted string of what can be printed, or all of it quoted by percents.
CALLED = re.compile(
    r"""attachment; (?:filename="((?:[\t !#-\[\]-~]|\\["\\])*)"|filename\*=utf-8''([\w.~%-]+))""", re.ASCII
)


def test_no_name_of_a_file_is_more_than_a_name_in_the_answer_of_its_download(firm):
    Attachment.objects.filter(pk=firm.attachment.pk).update(file_name="map.webp\n")
    client, headers, seen = firm.client("root"), set(), set()
    for file in Attachment.objects.filter(state=Attachment.State.STORED):
        answer = client.get(file.url)
        assert answer.status_code == 200, file.file_name
        typed, quoted = CALLED.fullmatch(answer["Content-Disposition"]).groups()
        called = unquote(quoted) if quoted else re.sub(r"\\(.)", r"\1", typed)
        assert called == (file.file_name.rpartition("/")[2].strip() or f"file-{file.pk}")
        headers.add(tuple(answer.headers))
        seen.add(file.file_name)
    assert len(headers) == 1
    assert seen >= set(PAYLOADS)


# What a page's own HTML never has: scripts come as files, and no address is one.
MARKUP = """html => {
    const page = new DOMParser().parseFromString(html, "text/html");
    const leads = ({ name, value }) => name !== "value" && /^\\s*(javascript|data:text)/i.test(value);
    const runs = (attribute) => attribute.name.startsWith("on") || leads(attribute);
    const isBad = (one) => one.matches("iframe, object, embed, base, marquee, svg script, meta[http-equiv=refresh]")
        || one.matches("script:not([src]):not([type='application/json'])") || [...one.attributes].some(runs);
    return [...page.querySelectorAll("*")].filter(isBad).map((one) => one.outerHTML.slice(0, 200));
}"""


def test_nothing_hostile_becomes_markup_in_the_django_admin_or_in_parts_of_pages(page, firm):
    """The browser reads each page without opening it, which takes a hundredth of the time."""
    assert page.evaluate(MARKUP, "<p>" + "".join(PAYLOADS)) != []
    seen = 0
    for address, html in shown(firm):
        if not is_opened(address, html):
            seen += any(escape(payload) in html for payload in SHORT)
            assert page.evaluate(MARKUP, html) == [], address
    assert seen > 20


FILES = [f"/people/textable-report.csv?problem={problem}" for problem in ("", "any")] + ["/administration/audit.csv"]


def test_no_cell_of_a_file_is_a_formula_and_what_was_typed_is_in_it(firm):
    cells = set()
    for address in FILES:
        file = b"".join(firm.client("root").get(address).streaming_content).decode("utf-8-sig")
        for separator in ",;\t":
            read = csv.reader(io.StringIO(file, newline=""), delimiter=separator)
            cells |= {cell for row in read for cell in row}

    formulas = [cell for cell in cells if re.match("[=+@\\t\\r\\n-]", unicodedata.normalize("NFKC", visible(cell)))]
    # Numbers as they are dialed are no formula.
    assert [cell for cell in formulas if not re.fullmatch("[+][0-9]{11}", cell)] == []
    # What keeps a formula from being one is an apostrophe before it.
    typed = "\n".join(cells).replace("'", "")
    assert [payload for payload in SHORT if payload.replace("'", "") not in typed] == []


def test_each_file_there_is_is_looked_at():
    there = {page.address({}) for page in every_page() if page.route.endswith(".csv")}
    assert there == {address.partition("?")[0] for address in FILES}


def visible(cell: str) -> str:
    """Without what a spreadsheet does not show, and so may skip."""
    return cell.lstrip("\u200b\u200d\ufeff\u00a0\u202e\u2066 ")


# --- what no database can hold


@pytest.mark.parametrize("text", ["nul\x00nul", "\ud800 alone", "\x00", "a" * 100_000])
@pytest.mark.django_db
def test_what_cannot_be_stored_is_refused_or_cleaned_and_never_an_error(db, text):
    from tests.security.firm import Firm

    firm = Firm()
    body = text.encode("utf-8", "surrogatepass")
    for address in forms_of(firm):
        names = ("q", "first_name", "last_name", "name", "body", "note", "username", "password", "description", "line")
        typed = b"&".join(name.encode() + b"=" + _quoted(body) for name in names)
        client = firm.client("root")
        form = "application/x-www-form-urlencoded"
        assert client.post(address, typed, content_type=form).status_code < 500, address
        if len(text) < 1000:
            assert client.get(f"{address}?q={_quoted(body).decode()}&folder=all").status_code < 500, address


def forms_of(firm):
    return [
        "/sign-in/", "/employees/add/", "/contacts/add/", f"{firm.ana.get_absolute_url()}edit/", "/hotlists/new/",
        "/administration/users/add/", "/administration/branches/add/", "/administration/action-codes/add/",
        "/texting/lines/add/", firm.draft.get_absolute_url(), f"/texting/unmatched/{firm.unmatched.pk}/dismiss/",
        f"/texting/conversations/{firm.conversation.pk}/reply/", "/people/search/", "/texting/inbox/", "/employees/",
        "/administration/users/", "/administration/audit/",
    ]  # fmt: skip


def _quoted(raw: bytes) -> bytes:
    return b"".join(b"%%%02X" % byte for byte in raw)
