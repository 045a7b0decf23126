"""Who may open what: every page x method x role. A page without a row here fails."""

from __future__ import annotations

import re

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.security.pages import ADMIN, every_page

ROLES = ["nobody", "sofia", "riya", "dan", "ada", "root"]
# ok: answered, whatever with; in: has to sign in; no: 403; none: 404, as if there were none; 405: wrong method.
# Everything asked for belongs to Minneapolis, like sofia, who may not text, riya, ada and root; dan is of St. Paul.
HEAD = f"{'':<34}{'GET':<42}POST\n{'':<34}" + "".join(f"{role:<7}" for role in [*ROLES, *ROLES]).rstrip()
TABLE = """
                                  GET                                       POST
                                  nobody sofia  riya   dan    ada    root   nobody sofia  riya   dan    ada    root
home                              in     ok     ok     ok     ok     ok     in     405    405    405    405    405
users:sign-in                     ok     ok     ok     ok     ok     ok     ok     ok     ok     ok     ok     ok
users:sign-out                    in     405    405    405    405    405    in     ok     ok     ok     ok     ok
users:account                     in     ok     ok     ok     ok     ok     in     ok     ok     ok     ok     ok
users:password-change             in     ok     ok     ok     ok     ok     in     ok     ok     ok     ok     ok
users:password-changed            in     ok     ok     ok     ok     ok     in     405    405    405    405    405
people:search                     in     ok     ok     ok     ok     ok     in     405    405    405    405    405
people:import                     in     no     no     no     ok     ok     in     no     no     no     ok     ok
people:import-run                 in     no     no     no     ok     none   in     no     no     no     ok     none
people:textable-report            in     ok     ok     ok     ok     ok     in     405    405    405    405    405
people:textable-report-csv        in     ok     ok     ok     ok     ok     in     405    405    405    405    405
assignments:add                   in     ok     ok     none   ok     ok     in     ok     ok     none   ok     ok
assignments:edit                  in     ok     ok     none   ok     ok     in     ok     ok     none   ok     ok
assignments:end                   in     ok     ok     none   ok     ok     in     ok     ok     none   ok     ok
assignments:delete                in     ok     ok     none   ok     ok     in     ok     ok     none   ok     ok
employees:list                    in     ok     ok     ok     ok     ok     in     405    405    405    405    405
employees:add                     in     ok     ok     ok     ok     ok     in     ok     ok     ok     ok     ok
employees:detail                  in     ok     ok     none   ok     ok     in     405    405    405    405    405
employees:edit                    in     ok     ok     none   ok     ok     in     ok     ok     none   ok     ok
employees:deactivate              in     ok     ok     none   ok     ok     in     ok     ok     none   ok     ok
employees:reactivate              in     ok     ok     none   ok     ok     in     ok     ok     none   ok     ok
employees:log-message             in     ok     ok     none   ok     ok     in     ok     ok     none   ok     ok
employees:methods                 in     ok     ok     none   ok     ok     in     ok     ok     none   ok     ok
employees:photo                   in     ok     ok     none   ok     ok     in     ok     ok     none   ok     ok
employees:photo-large             in     ok     ok     none   ok     ok     in     405    405    405    405    405
employees:photo-small             in     ok     ok     none   ok     ok     in     405    405    405    405    405
employees:same-person             in     ok     ok     none   ok     ok     in     405    405    405    405    405
employees:link-person             in     ok     ok     none   ok     ok     in     ok     ok     none   ok     ok
employees:unlink-person           in     405    405    405    405    405    in     none   none   none   none   none
contacts:list                     in     ok     ok     ok     ok     ok     in     405    405    405    405    405
contacts:add                      in     ok     ok     ok     ok     ok     in     ok     ok     ok     ok     ok
contacts:customers                in     ok     ok     ok     ok     ok     in     405    405    405    405    405
contacts:detail                   in     ok     ok     none   ok     ok     in     405    405    405    405    405
contacts:edit                     in     ok     ok     none   ok     ok     in     ok     ok     none   ok     ok
contacts:deactivate               in     ok     ok     none   ok     ok     in     ok     ok     none   ok     ok
contacts:reactivate               in     ok     ok     none   ok     ok     in     ok     ok     none   ok     ok
contacts:log-message              in     ok     ok     none   ok     ok     in     ok     ok     none   ok     ok
contacts:methods                  in     ok     ok     none   ok     ok     in     ok     ok     none   ok     ok
contacts:photo                    in     ok     ok     none   ok     ok     in     ok     ok     none   ok     ok
contacts:photo-large              in     ok     ok     none   ok     ok     in     405    405    405    405    405
contacts:photo-small              in     ok     ok     none   ok     ok     in     405    405    405    405    405
contacts:same-person              in     ok     ok     none   ok     ok     in     405    405    405    405    405
contacts:link-person              in     ok     ok     none   ok     ok     in     ok     ok     none   ok     ok
contacts:unlink-person            in     405    405    405    405    405    in     none   none   none   none   none
hotlists:list                     in     ok     ok     ok     ok     ok     in     405    405    405    405    405
hotlists:create                   in     ok     ok     ok     ok     ok     in     ok     ok     ok     ok     ok
hotlists:add                      in     ok     ok     ok     ok     ok     in     ok     ok     ok     ok     ok
hotlists:detail                   in     ok     ok     none   ok     ok     in     405    405    405    405    405
hotlists:edit                     in     no     ok     none   ok     ok     in     no     ok     none   ok     ok
hotlists:delete                   in     no     ok     none   ok     ok     in     no     ok     none   ok     ok
hotlists:remove                   in     405    405    405    405    405    in     ok     ok     none   ok     ok
administration:index              in     no     no     no     ok     ok     in     no     no     no     405    405
administration:first-steps        in     no     no     no     ok     ok     in     no     no     no     405    405
administration:external-services  in     no     no     no     ok     ok     in     no     no     no     405    405
administration:users              in     no     no     no     ok     ok     in     no     no     no     405    405
administration:add-user           in     no     no     no     ok     ok     in     no     no     no     ok     ok
administration:edit-user          in     no     no     no     ok     ok     in     no     no     no     ok     ok
administration:user-password      in     no     no     no     ok     ok     in     no     no     no     ok     ok
administration:deactivate-user    in     no     no     no     ok     ok     in     no     no     no     ok     ok
administration:reactivate-user    in     no     no     no     405    405    in     no     no     no     ok     ok
administration:unlock-user        in     no     no     no     405    405    in     no     no     no     ok     ok
administration:roles              in     no     no     no     ok     ok     in     no     no     no     405    405
administration:branches           in     no     no     no     ok     ok     in     no     no     no     405    405
administration:add-branch         in     no     no     no     ok     ok     in     no     no     no     ok     ok
administration:edit-branch        in     no     no     no     ok     ok     in     no     no     no     ok     ok
administration:deactivate-branch  in     no     no     no     ok     ok     in     no     no     no     ok     ok
administration:reactivate-branch  in     no     no     no     405    405    in     no     no     no     ok     ok
administration:audit              in     no     no     no     ok     ok     in     no     no     no     405    405
administration:audit-csv          in     no     no     no     ok     ok     in     no     no     no     405    405
administration:codes              in     no     no     no     ok     ok     in     no     no     no     405    405
administration:add-code           in     no     no     no     ok     ok     in     no     no     no     ok     ok
administration:edit-code          in     no     no     no     ok     ok     in     no     no     no     ok     ok
texting:compose                   in     405    405    405    405    405    in     no     ok     ok     ok     ok
texting:draft                     in     no     ok     none   none   none   in     no     ok     none   none   none
texting:sent                      in     none   ok     none   ok     ok     in     405    405    405    405    405
texting:inbox                     in     no     ok     ok     ok     ok     in     no     405    405    405    405
texting:batches                   in     no     ok     ok     ok     ok     in     no     405    405    405    405
texting:unmatched                 in     no     ok     ok     ok     ok     in     no     405    405    405    405
texting:link-conversation         in     405    405    405    405    405    in     no     ok     none   ok     ok
texting:dismiss-conversation      in     405    405    405    405    405    in     no     ok     none   ok     ok
texting:put-conversation-back     in     405    405    405    405    405    in     no     ok     none   ok     ok
texting:conversation              in     no     ok     none   ok     ok     in     no     405    405    405    405
texting:batch                     in     none   ok     none   ok     ok     in     405    405    405    405    405
texting:cancel-batch              in     405    405    405    405    405    in     no     ok     none   ok     ok
texting:batch-again               in     405    405    405    405    405    in     no     ok     none   ok     ok
texting:record-texts              in     ok     ok     none   ok     ok     in     405    405    405    405    405
texting:attachment                in     ok     ok     none   ok     ok     in     405    405    405    405    405
texting:attachment-preview        in     ok     ok     none   ok     ok     in     405    405    405    405    405
texting:fetch-again               in     405    405    405    405    405    in     no     ok     none   ok     ok
texting:reply                     in     405    405    405    405    405    in     no     ok     none   ok     ok
texting:lines                     in     no     no     no     ok     ok     in     no     no     no     405    405
texting:add-line                  in     no     no     no     ok     ok     in     no     no     no     ok     ok
texting:edit-line                 in     no     no     no     ok     ok     in     no     no     no     ok     ok
texting:line                      in     no     no     no     ok     ok     in     no     no     no     405    405
texting:line-webhooks             in     no     no     no     ok     ok     in     no     no     no     405    405
texting:repair-line               in     no     no     no     405    405    in     no     no     no     ok     ok
texting:check-line                in     no     no     no     405    405    in     no     no     no     ok     ok
texting:pause-line                in     no     no     no     405    405    in     no     no     no     ok     ok
texting:resume-line               in     no     no     no     405    405    in     no     no     no     ok     ok
texting:end-guard                 in     no     no     no     ok     ok     in     no     no     no     ok     ok
texting:remove-line               in     no     no     no     ok     ok     in     no     no     no     ok     ok
texting:test-text                 in     no     ok     ok     ok     ok     in     no     ok     ok     ok     ok
texting:why                       in     ok     ok     ok     ok     ok     in     405    405    405    405    405
texting:undecided                 in     no     ok     ok     ok     ok     in     no     405    405    405    405
texting:decide                    in     405    405    405    405    405    in     no     ok     none   ok     ok
texting:take-over                 in     405    405    405    405    405    in     no     ok     none   ok     ok
texting:accounting                in     no     no     no     ok     ok     in     no     no     no     ok     ok
texting:events                    in     no     no     no     ok     ok     in     no     no     no     405    405
texting:events-again              in     no     no     no     405    405    in     no     no     no     ok     ok
texting:event-again               in     no     no     no     405    405    in     no     no     no     ok     ok
texting:settings                  in     no     no     no     ok     ok     in     no     no     no     ok     ok
texting:webhook                   405    405    405    405    405    405    none   none   none   none   none   none
navigation                        in     ok     ok     ok     ok     ok     in     405    405    405    405    405
words                             ok     ok     ok     ok     ok     ok     405    405    405    405    405    405
healthz                           ok     ok     ok     ok     ok     ok     405    405    405    405    405    405
readyz                            ok     ok     ok     ok     ok     ok     405    405    405    405    405    405
metrics                           none   none   none   none   none   none   405    405    405    405    405    405
"""
SIGN_IN = ("/sign-in/?next=", "/django-admin/login/?next=")
EXEMPT = ["texting:webhook"]
ADMIN_VALUES = {"object_id": 1, "id": 1, "app_label": "users", "url": "x", "content_type_id": 1}
WRITES = re.compile(r'(?:INSERT INTO|UPDATE|DELETE FROM) "?(\w+)', re.IGNORECASE)
# A session that is extended, and a page that was refused.
LOOKING_WRITES = {"django_session", "administration_auditentry"}
OF_PAGE = {
    # The people are gone through, and the numbers shown are kept: one that has changed since is not texted.
    "texting:draft": {"texting_draft", "texting_draftrecipient"},
    # Whoever looks has seen what came in.
    "employees:detail": {"texting_conversation"},
    "texting:record-texts": {"texting_conversation"},
}


def said(response) -> str:
    if response.status_code in (302, 303) and response.url.startswith(
        ("/sign-in/?next=", "/django-admin/login/?next=")
    ):
        return "in"
    return {403: "no", 404: "none", 405: "405", 500: "500"}.get(response.status_code, "ok")


def ask(client, method: str, address: str) -> str:
    """What is answered; whatever the question changed is undone."""
    with transaction.atomic():
        answer = said(getattr(client, method)(address))
        transaction.set_rollback(True)
    return answer


def changed_by(queries) -> set[str]:
    """The tables that were written to."""
    return {match[1] for query in queries for match in [WRITES.match(query["sql"])] if match}


def answers(firm, page) -> str:
    address = page.address(firm.values(page.name))
    cells = [ask(firm.client(role), method, address) for method in ("get", "post") for role in ROLES]
    return (f"{page.name:<34}" + "".join(f"{cell:<7}" for cell in cells)).rstrip()


def test_every_page_answers_everybody_as_the_table_says(firm):
    """A page without a row fails: think about who may open it, then add what the failure shows."""
    actual = [answers(firm, page) for page in every_page() if not page.name.startswith(ADMIN)]

    assert [*HEAD.splitlines(), *actual] == TABLE.strip("\n").splitlines()


def test_the_django_admin_is_for_superusers_alone(firm):
    for page in every_page():
        if not page.name.startswith(ADMIN) or page.name in ("admin:login", "admin:logout"):
            continue
        address = page.address({**firm.values(page.name), **ADMIN_VALUES})
        said_to = {role: ask(firm.client(role), "get", address) for role in ("nobody", "riya", "ada", "root")}
        assert {said_to["nobody"], said_to["riya"], said_to["ada"]} <= {"in", "none"}, page.name
        assert said_to["root"] != "500", page.name


# --- forged requests


def test_without_its_token_no_form_is_taken(firm):
    for page in every_page():
        if page.name in EXEMPT:
            continue
        client = firm.client("root", enforce_csrf_checks=True)
        address = page.address({**firm.values(page.name), **ADMIN_VALUES})
        assert ask(client, "post", address) in ("no", "405"), page.name


def test_only_the_webhook_needs_no_token():
    exempt = [page.name for page in every_page() if getattr(page.pattern.callback, "csrf_exempt", False)]

    assert exempt == EXEMPT


# --- looking changes nothing


def test_to_look_at_a_page_changes_nothing_but_what_looking_means(firm):
    for page in every_page():
        if page.name.startswith(ADMIN):
            continue
        for role in ("riya", "ada"):
            with CaptureQueriesContext(connection) as queries:
                ask(firm.client(role), "get", page.address(firm.values(page.name)))
            assert changed_by(queries) <= LOOKING_WRITES | OF_PAGE.get(page.name, set()), page.name


# --- methods that nothing here has


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options", "trace"])
def test_no_page_takes_another_method_than_get_head_and_post(firm, method):
    for page in every_page():
        address = page.address({**firm.values(page.name), **ADMIN_VALUES})
        for role in ("nobody", "riya", "root"):
            with CaptureQueriesContext(connection) as queries:
                assert ask(firm.client(role), method, address) == "405", page.name
            assert not changed_by(queries), page.name


def test_a_head_is_answered_as_a_get_and_changes_nothing_more(firm):
    for page in every_page():
        if page.name.startswith(ADMIN):
            continue
        address = page.address(firm.values(page.name))
        for role in ("riya", "ada"):
            with CaptureQueriesContext(connection) as queries:
                answer = ask(firm.client(role), "head", address)
            assert answer == ask(firm.client(role), "get", address), page.name
            assert changed_by(queries) <= LOOKING_WRITES | OF_PAGE.get(page.name, set()), page.name
