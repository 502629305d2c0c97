"""A text from top to bottom: as it reads → what is personal in it → marks in its place."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from services.intake.redaction.addresses import emails, ipv6s, links
from services.intake.redaction.disguise import plain
from services.intake.redaction.hints import hints
from services.intake.redaction.keys import keys
from services.intake.redaction.marks import Find, Mark, disjoint
from services.intake.redaction.names import NameRecogniser
from services.intake.redaction.numbers import FEWEST_DIGITS, numbers
from services.intake.redaction.secrets import secrets
from services.intake.redaction.spoken import spoken_emails, spoken_numbers

_WRITTEN: Final = {mark: f"[{mark}]" for mark in Mark}


@dataclass(frozen=True, slots=True)
class Redacted:
    """A text with marks in it, and how many of each."""

    text: str
    marks: Mapping[Mark, int]


@dataclass(frozen=True, slots=True)
class Redactor:
    """Replaces what is personal by typed marks. Names stay unless there is a recogniser for them."""

    recogniser: NameRecogniser | None = None

    def redact(self, text: str) -> Redacted:
        """`text` with a mark in place of everything personal."""
        finds = self.finds(text)
        return Redacted(marked(text, finds), counted(finds)) if finds else Redacted(text, {})

    def finds(self, text: str) -> list[Find]:
        """Everything personal in `text`, in its order, without overlaps."""
        reads = plain(text)
        found = list(_structured(reads.text))
        if reads.places is not None:
            found = [reads.sent(find) for find in found]
        if self.recogniser is not None:
            found += [Find(start, end, Mark.NAME) for start, end in self.recogniser.names(text)]
        return disjoint(found) if found else found


def marked(text: str, finds: Iterable[Find]) -> str:
    """`text` with the mark of each find in its place; `finds` in order, without overlaps."""
    parts: list[str] = []
    at = 0
    for find in finds:
        parts += text[at : find.start], _WRITTEN[find.mark]
        at = find.end
    return "".join([*parts, text[at:]])


def counted(finds: Iterable[Find]) -> dict[Mark, int]:
    """How many there are of each mark."""
    counts: dict[Mark, int] = {}
    for find in finds:
        counts[find.mark] = counts.get(find.mark, 0) + 1
    return counts


def _structured(text: str) -> Iterator[Find]:
    may_hold = hints(text)
    if may_hold.address:
        yield from emails(text)
    if may_hold.spoken_address:
        yield from spoken_emails(text)
    if may_hold.link:
        yield from links(text)
    if may_hold.ipv6:
        yield from ipv6s(text)
    if may_hold.digits >= FEWEST_DIGITS:
        yield from numbers(text)
    if may_hold.spoken:
        yield from spoken_numbers(text)
    if may_hold.key:
        yield from keys(text)
    if may_hold.secret:
        yield from secrets(text, may_hold.secret)
