"""Make the demo firm: the same one every time."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING

from django.contrib.auth.models import Group
from django.db import transaction

from enterprise.assignments.demo import make_assignments
from enterprise.hotlists.demo import make_hotlists
from enterprise.messagelog.demo import make_messages
from enterprise.messagelog.models import ActionCode
from enterprise.people import demo_data as data
from enterprise.people import same_person
from enterprise.people.demo_people import Numbers, columns_of, people_of
from enterprise.people.imports.planning import plan_line
from enterprise.people.imports.references import create_missing, read_references
from enterprise.people.imports.writing import write_plans
from enterprise.people.kinds import get_kind
from enterprise.users.models import Branch, User
from enterprise.users.roles import ADMINISTRATOR, ensure_roles

if TYPE_CHECKING:
    from datetime import datetime

    from enterprise.people.imports.columns import Line

SEED = 2026


def is_empty() -> bool:
    return not Branch.objects.exists()


@transaction.atomic
def make_demo(now: datetime) -> None:
    ensure_roles()
    branches = {
        made.name: Branch.objects.create(name=made.name, time_zone=made.time_zone, region=made.region)
        for made in data.BRANCHES
    }
    for user in data.USERS:
        _make_user(user, branches)
    ActionCode.objects.bulk_create(ActionCode(**code._asdict()) for code in data.ACTION_CODES)
    rng = random.Random(SEED)  # noqa: S311 - the same people every time
    numbers = Numbers(rng)
    employees = people_of(get_kind("employee"), data.EMPLOYEE_COUNT, rng, numbers)
    contacts = people_of(get_kind("contact"), data.CONTACT_COUNT, rng, numbers)
    _place_known_people(employees, contacts)
    _write("employee", employees, now=now)
    _write("contact", contacts, now=now)
    _link_one_person()
    make_assignments()
    make_messages(get_kind("employee"), now, skipped=len(data.KNOWN_EMPLOYEES))
    make_messages(get_kind("contact"), now, skipped=len(data.KNOWN_CONTACTS))
    make_hotlists(now)


def _make_user(made: data.DemoUser, branches: dict[str, Branch]) -> None:
    user = User(
        username=made.username,
        first_name=made.first_name,
        last_name=made.last_name,
        email=f"{made.username}@example.com",
        home_branch=branches[made.branch],
        is_staff=made.role == ADMINISTRATOR,
        is_superuser=made.role == ADMINISTRATOR,
    )
    user.set_password(data.PASSWORD)
    user.save()
    user.branches.set([branches[name] for name in made.granted])
    user.groups.set(Group.objects.filter(name=made.role))


def _place_known_people(employees: list[Line], contacts: list[Line]) -> None:
    """Put in those whom a tour of the product needs: shared numbers, and one whose number needs correcting."""
    for lines, known in ((employees, data.KNOWN_EMPLOYEES), (contacts, data.KNOWN_CONTACTS)):
        lines[: len(known)] = [_known(line, person) for line, person in zip(lines, known, strict=False)]


def _known(line: Line, person: data.KnownPerson) -> Line:
    job = {column: person.job for column in ("job_title", "title") if column in line.texts}
    return replace(
        line,
        texts=line.texts | {"first_name": person.first_name, "last_name": person.last_name} | job,
        flags={"is_active": True, "do_not_text": False},
        methods=person.methods,
        branch=data.USERS[1].branch,
        service_rep=data.USERS[1].username,
    )


def _link_one_person() -> None:
    """Kwame Asante is both, with one number."""
    employee, contact = (
        kind.model.objects.all().get(methods__e164=data.NUMBER_OF_BOTH)
        for kind in (get_kind("employee"), get_kind("contact"))
    )
    same_person.link(User.objects.get(username=data.ADMINISTRATOR_NAME), employee, get_kind("employee"), contact)


def _write(kind_key: str, lines: list[Line], *, now: datetime) -> None:
    kind = get_kind(kind_key)
    columns = columns_of(kind)
    references = read_references(kind.parent)
    for line in lines:
        create_missing(line, references, kind.parent)
    write_plans([plan_line(line, columns, references, None) for line in lines], columns, now=now)
