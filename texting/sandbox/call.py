"""One API call, with everything a client may have put anywhere."""

from dataclasses import dataclass, field

from aiohttp import web
from multidict import MultiDict

from .errors import BAD_ARGUMENT, Refused
from .model import Line, Message
from .tricks import Trick
from .world import World


@dataclass(frozen=True)
class Upload:
    name: str
    mime_type: str
    content: bytes


@dataclass
class Call:
    """Fields of the URL and of the body are merged; the URL comes first."""

    world: World
    path: str
    fields: MultiDict[str]
    uploads: list[Upload] = field(default_factory=list)
    line: Line | None = None  # set once the session is known to be good
    fault: Trick | None = None  # what was armed for this call
    events: list[tuple[str, Message]] = field(default_factory=list)  # to be announced after the answer

    def get(self, name: str, default: str = "") -> str:
        return self.fields.get(name, default)

    def get_all(self, *names: str) -> list[str]:
        """Return every value of the fields, comma-separated ones taken apart, in the order they were given."""
        values = (value for name in names for value in self.fields.getall(name, []))
        return [part for value in values for part in value.split(",") if part]

    def number(self, name: str, default: int) -> int:
        """Return a whole number. Raises Refused (-703) for anything else."""
        written = self.get(name)
        if not written:
            return default
        try:
            return int(written)
        except ValueError as error:
            raise Refused(BAD_ARGUMENT, f"Bad argument: {name}") from error

    @property
    def own_line(self) -> Line:
        if self.line is None:
            raise RuntimeError("this call needs no session, so it has no line")
        return self.line


async def read_call(world: World, request: web.Request) -> Call:
    call = Call(world, f"{request.match_info['noun']}/{request.match_info['verb']}", MultiDict(request.query))
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            content = value.file.read()
            call.uploads.append(Upload(value.filename, value.content_type, content))
        elif isinstance(value, str):
            call.fields.add(name, value)
    return call
