"""The one error of the sandbox."""

BAD_ARGUMENT = -703
LENGTH_INVALID = -394
OPTED_OUT = -1234
NO_CARRIER = -124
INTERNAL_FINAL = -704
INTERNAL = -700


class Refused(Exception):
    """ZipWhip says no. `code` None: it does not say why (response is null)."""

    def __init__(self, code: int | None, desc: str = "") -> None:
        super().__init__(desc or str(code))
        self.code = code
        self.desc = desc


class SessionInvalid(Refused):
    def __init__(self) -> None:
        super().__init__(None, "Session is invalid or has expired")
