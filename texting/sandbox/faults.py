"""Which trick, if any, decides over a call: armed through POST /_sandbox/faults, or by a magic number or word."""

from collections import Counter
from dataclasses import dataclass

from .tricks import Trick


@dataclass
class Fault:
    path: str  # "message/send"; "*" for every path
    trick: Trick
    count: int | None  # None: until it is taken away
    line: str | None  # None: any line


class Faults:
    def __init__(self) -> None:
        self.armed: list[Fault] = []
        self._seen: Counter[tuple[str, ...]] = Counter()

    def arm(self, fault: Fault) -> None:
        self.armed.append(fault)

    def clear(self) -> None:
        self.armed.clear()
        self._seen.clear()

    def find_armed(self, path: str, line: str | None) -> Trick | None:
        """Return the trick of the first armed fault that fits, and use it up by one."""
        for fault in self.armed:
            if fault.path not in ("*", path) or fault.line not in (None, line):
                continue
            if fault.count is not None:
                fault.count -= 1
                if fault.count <= 0:
                    self.armed.remove(fault)
            return fault.trick
        return None

    def is_due(self, trick: Trick, *same: str) -> bool:
        """Tell whether a magic trick still works for the same text; some let it through after a time or two."""
        if trick.times is None:
            return True
        self._seen[(trick.name, *same)] += 1
        return self._seen[(trick.name, *same)] <= trick.times
