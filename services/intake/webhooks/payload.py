"""What a sender's JSON says, read by place: what is there has its type, and what does not fit is refused by name."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any, NoReturn

from services.intake.webhooks.cut import without_nul
from shared.errors import Rejected


class Unmappable(Rejected):
    """The payload lacks what a contact or an outcome needs: the `name` of the place and the `reason`, never what stands there."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Payload:
    """
    A part of a payload and its place in the whole. Paths are dotted, with numbers for the items of a list: `answers.0.text`.

    `find_…` give None where nothing stands (missing, null or blank), the others raise Unmappable; both raise it where
    something else stands.
    """

    value: Any
    place: str = ""

    def find(self, path: str) -> "Payload | None":
        """The part at `path`, whatever it is."""
        found = self.value
        for step in path.split("."):
            match found:
                case dict():
                    found = found.get(step)
                case list() if step.isdecimal() and int(step) < len(found):
                    found = found[int(step)]
                case _:
                    found = None
        return None if found is None else Payload(found, self._place(path))

    def part(self, path: str) -> "Payload":
        return self.find(path) or self._missing(path)

    def each(self, path: str) -> "Iterator[Payload]":
        """The items of the list at `path`, none where there is no list."""
        part = self.find(path)
        if part is None:
            return
        if not isinstance(part.value, list):
            raise Unmappable(part.place, "has to be a list")
        for place, item in enumerate(part.value):
            yield Payload(item, f"{part.place}.{place}")

    def find_text(self, path: str) -> str | None:
        part = self.find(path)
        if part is None:
            return None
        if not isinstance(part.value, str):
            raise Unmappable(part.place, "has to be a text")
        text = without_nul(part.value)
        return text if text.strip() else None

    def text(self, path: str) -> str:
        return self.find_text(path) or self._missing(path)

    def find_id(self, path: str) -> str | None:
        """An id, which some senders write as a number."""
        part = self.find(path)
        if part is None:
            return None
        if isinstance(part.value, bool) or not isinstance(part.value, int | str):
            raise Unmappable(part.place, "has to be an id: a text or a whole number")
        return str(part.value).strip() or None

    def id(self, path: str) -> str:
        return self.find_id(path) or self._missing(path)

    def find_number(self, path: str) -> float | None:
        part = self.find(path)
        if part is None:
            return None
        if isinstance(part.value, bool) or not isinstance(part.value, int | float):
            raise Unmappable(part.place, "has to be a number")
        return part.value

    def csat(self, path: str) -> int:
        """A rating of 1 to 5."""
        score = self.find_number(path)
        if score is None:
            self._missing(path)
        if score not in range(1, 6):
            raise Unmappable(self._place(path), "has to be 1, 2, 3, 4 or 5")
        return int(score)

    def find_moment(self, path: str, *, zone: tzinfo | None = None) -> datetime | None:
        """A time: Unix seconds, or ISO 8601 with its zone (or in `zone`, where the sender documents one)."""
        part = self.find(path)
        if part is None:
            return None
        try:
            match part.value:
                case int() | float():
                    return datetime.fromtimestamp(part.value, UTC)
                case str():
                    moment = datetime.fromisoformat(part.value)
                    return moment if moment.tzinfo is not None or zone is None else moment.replace(tzinfo=zone)
        except (ValueError, OverflowError, OSError):
            pass
        raise Unmappable(part.place, "has to be a time: ISO 8601, or Unix seconds")

    def is_true(self, path: str) -> bool:
        part = self.find(path)
        return part is not None and part.value is True

    def _place(self, path: str) -> str:
        return f"{self.place}.{path}" if self.place else path

    def _missing(self, path: str) -> NoReturn:
        raise Unmappable(self._place(path), "is missing")
