"""What cannot be done, and why: to be told to whoever asked for it."""

from uuid import UUID

from shared.errors import FailbetterError


class Unknown(FailbetterError):
    """There is none of that id among what is this tenant's."""

    code = "not_found"

    def __init__(self, what: str, which: UUID) -> None:
        super().__init__(f"There is no {what} {which}.")
        self.what = what
        self.which = which


class Misfit(FailbetterError):
    """What was told does not fit: `name` is wrong for `reason`."""

    code = "invalid"

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name} {reason}")
        self.name = name
        self.reason = reason


class Refused(FailbetterError):
    """Things stand in a way in which this cannot be done; `change_id` is the change that stands in the way, where it is one."""

    def __init__(self, code: str, detail: str, *, change_id: UUID | None = None) -> None:
        super().__init__(detail)
        self.code = code
        self.change_id = change_id
