"""A person writes from a handset."""

from dataclasses import dataclass, field

from .clock import now_ms
from .ledger import note_keyword
from .model import Attachment, Message, OptOut
from .webhooks import Courier
from .world import World, is_stop, is_unstop

STOP_NOTICE = (
    "NETWORK MSG: You replied with the word STOP, which blocks all texts sent from this number. "
    "Text back UNSTOP to receive messages again."
)
UNSTOP_NOTICE = 'NETWORK MSG: You have replied "UNSTOP" and will begin receiving messages again from this number.'
DELIVERED = 4  # what a received text carries
SMIL = b'<smil><body><par><img src="picture"/></par></body></smil>'


@dataclass(frozen=True)
class Writing:
    line: str
    sender: str
    body: str
    files: list[tuple[str, str, bytes]] = field(default_factory=list)  # name, MIME type, content


def receive(world: World, courier: Courier, writing: Writing) -> Message:
    """Bring a text to its line: stored, announced, and acted upon when it is STOP or UNSTOP."""
    body, attachments = _shorten(world, writing)
    now = now_ms()
    message = world.add_message(
        now,
        line=writing.line,
        other=writing.sender,
        body=body,
        source="handset",
        state="received",
        status_code=DELIVERED,
        delivered_ms=now,
    )
    if attachments:
        world.attach(message, attachments)
    note_keyword(world, message, "written")
    courier.announce("receive", message)
    if is_stop(writing.body):
        _opt_out(world, courier, message)
    elif is_unstop(writing.body):
        _opt_in(world, courier, message)
    return message


def _shorten(world: World, writing: Writing) -> tuple[str, list[Attachment]]:
    """Return the body as the line sees it and the attachments: a long text arrives whole only as a .txt."""
    files = list(writing.files)
    if any(mime_type.startswith("image/") for _, mime_type, _ in files):
        files.append(("0.smil", "application/smil", SMIL))
    body = writing.body
    limit = world.settings.body_bytes
    if len(body.encode()) > limit:
        files.append(("message.txt", "text/plain", body.encode()))
        body = body.encode()[:limit].decode(errors="ignore") if world.settings.long_body == "prefix" else ""
    return body, [world.add_attachment(writing.line, *one) for one in files]


def _opt_out(world: World, courier: Courier, message: Message) -> None:
    optout = OptOut(message.line, message.other, now_ms())
    world.save(optout)
    world.notify(message.line, message.other, STOP_NOTICE)
    courier.announce_optout(optout, message, opted_out=True)


def _opt_in(world: World, courier: Courier, message: Message) -> None:
    if not world.lift_optout(message.line, message.other):
        return
    world.notify(message.line, message.other, UNSTOP_NOTICE)
    courier.announce_optout(OptOut(message.line, message.other, now_ms()), message, opted_out=False)
