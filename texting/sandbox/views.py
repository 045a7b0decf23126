"""What the page shows, worked out from the world: handsets, the agent's side, words for states."""

from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlsplit

from .clock import local, now_ms
from .desk import Desk
from .model import Handset, Message, Notice
from .numbers import for_people
from .world import World

SHOWN_WITHOUT_CHOICE = 3
LAST_TEXTS = 60
LAST_TALKS = 60
LAST_HANDSETS = 200
TINTS = 5


@dataclass(frozen=True)
class Bubble:
    id: int
    body: str
    time: str
    full_time: str
    heading: str  # "" when it stands under the heading of the one before
    mine: bool
    by: str = ""
    state: str = ""
    is_bad: bool = False
    picture: str = ""  # storage key
    file: str = ""  # storage key of what is no picture
    is_scheduled: bool = False


@dataclass(frozen=True)
class Person:
    number: str
    label: str
    name: str
    initials: str
    tint: int

    @property
    def title(self) -> str:
        return self.name or self.label

    @property
    def first_name(self) -> str:
        return self.name.partition(" ")[0] or self.label


@dataclass(frozen=True)
class Phone:
    person: Person
    on: bool
    bubbles: list[Bubble]
    waiting: int
    stopped: list[str]  # lines this phone has sent STOP to
    line: str  # whom it writes to
    lines: list[tuple[str, str]]

    @property
    def key(self) -> str:
        return self.person.number.removeprefix("+")


@dataclass(frozen=True)
class Row:
    person: Person
    last: str
    time: str
    unread: int
    is_open: bool


@dataclass(frozen=True)
class Agent:
    line: str
    label: str
    lines: list[tuple[str, str]]
    rows: list[Row]
    rows_left_out: int
    open: Person | None
    unread: int  # in the open conversation
    bubbles: list[Bubble]
    tally: str
    hooks: list[tuple[str, str]]


@dataclass(frozen=True)
class Choice:
    number: str
    label: str
    name: str
    is_shown: bool


@dataclass(frozen=True)
class Chosen:
    """What the address of the page asks for."""

    handsets: list[str] = field(default_factory=list)
    line: str = ""
    other: str = ""


def phones(desk: Desk, chosen: Chosen) -> list[Phone]:
    """Return the handsets asked for, or the three with the newest texts."""
    world = desk.world
    asked = [world.handsets[one] for one in chosen.handsets if one in world.handsets]
    return [_phone(world, one) for one in asked or by_newest(world)[:SHOWN_WITHOUT_CHOICE]]


def by_newest(world: World) -> list[Handset]:
    last = {number: handset.added_ms for number, handset in world.handsets.items()}
    for message in world.messages.values():
        last[message.other] = max(last.get(message.other, 0), message.created_ms)
    return sorted(world.handsets.values(), key=lambda one: last[one.number], reverse=True)


def choices(world: World, shown: list[Phone]) -> list[Choice]:
    numbers = {one.person.number for one in shown}
    people = (person(world, one.number) for one in by_newest(world)[:LAST_HANDSETS])
    return [Choice(one.number, one.label, one.name, one.number in numbers) for one in people]


def person(world: World, number: str) -> Person:
    name = world.find_name(number)
    initials = "".join(word[0] for word in name.split()[:2]).upper()
    return Person(number, for_people(number), name, initials, int(number[-2:]) % TINTS + 1)


def _phone(world: World, handset: Handset) -> Phone:
    texts = [one for one in world.messages.values() if one.other == handset.number]
    seen = [one for one in texts if one.is_inbound or one.delivered_ms is not None]
    lines = list(dict.fromkeys(one.line for one in reversed(texts))) or list(world.lines)
    return Phone(
        person=person(world, handset.number),
        on=handset.on,
        bubbles=_on_the_phone(world, handset.number, seen),
        waiting=sum(1 for one in texts if one.state == "waiting"),
        stopped=[for_people(line) for line, number in world.optouts if number == handset.number],
        line=lines[0] if lines else "",
        lines=[(one, for_people(one)) for one in lines],
    )


def _on_the_phone(world: World, number: str, texts: list[Message]) -> list[Bubble]:
    """Mix texts and network notices by time; a heading wherever another line or another day begins."""
    entries: list[Message | Notice] = [*texts, *world.notices.get(number, [])]
    bubbles: list[Bubble] = []
    before = ("", "")
    for entry in sorted(entries, key=lambda one: (_seen_ms(one), one.id))[-LAST_TEXTS:]:
        here = (entry.line, _day(_seen_ms(entry)))
        heading = f"{for_people(entry.line)} · {here[1]}" if here != before else ""
        before = here
        bubbles.append(_on_the_screen(world, entry, heading))
    return bubbles


def _seen_ms(entry: Message | Notice) -> int:
    return entry.at_ms if isinstance(entry, Notice) else entry.delivered_ms or entry.created_ms


def _on_the_screen(world: World, entry: Message | Notice, heading: str) -> Bubble:
    message = entry if isinstance(entry, Message) else None
    picture, file = _attached(world, message)
    mine = message is not None and message.is_inbound
    return Bubble(
        id=entry.id,
        body=_whole_body(world, message) if message else entry.body,
        time=_time(_seen_ms(entry)),
        full_time=_full_time(_seen_ms(entry)),
        heading=heading,
        mine=mine,
        picture=picture,
        file="" if mine else file,
    )


def agent(desk: Desk, chosen: Chosen) -> Agent | None:
    """Return ZipWhip's own app on the line asked for, or on the one used last; None while there is no line."""
    world = desk.world
    if not world.lines:
        return None
    latest = max(world.messages.values(), key=lambda one: one.id, default=None)
    line = chosen.line if chosen.line in world.lines else latest.line if latest else next(iter(world.lines))
    talks = world.conversations(line)
    numbers = [texts[0].other for texts in talks]
    other = chosen.other or (numbers[0] if numbers else "")
    open_texts = next((texts for texts in talks if texts[0].other == other), [])
    tally = desk.courier.tallies[line]
    given_up = f", {tally.given_up} given up" if tally.given_up else ""
    return Agent(
        line=line,
        label=for_people(line),
        lines=[(one, for_people(one)) for one in world.lines],
        rows=[_row(world, texts, texts[0].other == other) for texts in talks[:LAST_TALKS]],
        rows_left_out=len(talks[LAST_TALKS:]),
        open=person(world, other) if other else None,
        unread=_unread(open_texts),
        bubbles=[_on_the_line(world, one) for one in reversed(open_texts[:LAST_TEXTS])],
        tally=f"{tally.taken} taken, {tally.tried_again} tried again{given_up}",
        # Only the host: the rest of the address is the customer's secret.
        hooks=[
            (f"{one.type}/{one.event}", urlsplit(one.url).netloc) for one in world.hooks.values() if one.line == line
        ],
    )


def _row(world: World, texts: list[Message], is_open: bool) -> Row:
    last = texts[0]
    return Row(
        person=person(world, last.other),
        last=(last.body if last.is_inbound else f"You: {last.body}") or "Picture",
        time=_time(last.created_ms),
        unread=_unread(texts),
        is_open=is_open,
    )


def _unread(texts: list[Message]) -> int:
    return sum(1 for one in texts if one.is_inbound and one.read_ms is None)


def _on_the_line(world: World, message: Message) -> Bubble:
    picture, file = _attached(world, message)
    at_ms = message.scheduled_ms if message.state == "scheduled" and message.scheduled_ms else message.created_ms
    return Bubble(
        id=message.id,
        body=message.body,
        time=_time(at_ms),
        full_time=_full_time(at_ms),
        heading="",
        mine=not message.is_inbound,
        by={"api": "Enterprise", "app": "ZipWhip app"}.get(message.source, person(world, message.other).first_name),
        state=_state(message),
        is_bad=message.state == "failed",
        picture=picture,
        file=file,
        is_scheduled=message.state == "scheduled",
    )


def _state(message: Message) -> str:
    if message.is_inbound:
        return ""
    words = {"queued": "queued", "moving": "under way", "waiting": "waits for the phone", "scheduled": "scheduled"}
    if message.state == "failed":
        return f"failed ({message.status_code})"
    return words.get(message.state, message.state)


def _attached(world: World, message: Message | None) -> tuple[str, str]:
    """Return the keys of the first picture and of the first other file that is meant for people."""
    files = [world.attachments[key] for key in message.attachments] if message else []
    pictures = [one.key for one in files if one.mime_type.startswith("image/")]
    others = [one.key for one in files if one.mime_type == "text/plain"]
    return (pictures or [""])[0], (others or [""])[0]


def _whole_body(world: World, message: Message) -> str:
    """Return what was typed on the phone, though the line has it as a .txt."""
    _, file = _attached(world, message)
    if not (file and message.is_inbound):
        return message.body
    return world.store.get_blob(file).decode(errors="replace")


def _day(at_ms: int) -> str:
    day, today = local(at_ms).date(), local(now_ms()).date()
    return "today" if day == today else _written(day)


def _written(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def _time(at_ms: int) -> str:
    return f"{local(at_ms):%H:%M}"


def _full_time(at_ms: int) -> str:
    moment = local(at_ms)
    return f"{_written(moment.date())} {moment:%H:%M:%S %Z}"
