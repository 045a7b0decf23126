"""What a call answers, before it is put into the envelope."""

from dataclasses import dataclass, field
from typing import Any

from .model import Message


@dataclass(frozen=True)
class Reply:
    response: Any
    accepted: list[Message] = field(default_factory=list)  # texts that may leave now
    total: int | None = None
    size: int | None = None
    page: int | None = None
    pages: int | None = None
    raw: bytes | None = None  # instead of an envelope: the bytes of an attachment
    mime_type: str = ""

    def envelope(self) -> dict[str, Any]:
        beside = {name: getattr(self, name) for name in ("total", "size", "page", "pages")}
        return {"success": True, "response": self.response, **{k: v for k, v in beside.items() if v is not None}}
