"""A part of a text around what was found in it, told by offsets: who shows it escapes it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

LONGEST: Final = 320
"""Characters of a text that are shown."""

BEFORE: Final = 80
"""Characters shown before the first find."""

Words = frozenset[tuple[str, str]]
"""Words by language."""


@dataclass(frozen=True, slots=True)
class Mark:
    """From `start` to `end` (excluded) of the part that is shown."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Highlighted:
    """A part of a text; `cut_before` and `cut_after` tell whether it goes on there. Marks do not overlap."""

    text: str
    marks: tuple[Mark, ...]
    cut_before: bool
    cut_after: bool


def highlighted(text: str, spans: Sequence[tuple[int, int]]) -> Highlighted:
    """The part that begins a little before the first of `spans`, at a word; spans outside the text are left out."""
    found = [(start, min(end, len(text))) for start, end in sorted(spans) if 0 <= start < min(end, len(text))]
    begin = _beginning(text, found[0][0]) if found else 0
    shown = text[begin : begin + LONGEST]
    return Highlighted(
        shown,
        tuple(Mark(start - begin, min(end - begin, len(shown))) for start, end in _apart(found) if start - begin < len(shown)),
        cut_before=begin > 0,
        cut_after=begin + len(shown) < len(text),
    )


def _beginning(text: str, first: int) -> int:
    if first <= BEFORE or len(text) <= LONGEST:
        return 0
    blank = text.find(" ", first - BEFORE, first)
    return blank + 1 if blank >= 0 else first - BEFORE


def _apart(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    apart: list[tuple[int, int]] = []
    for start, end in spans:
        if apart and start < apart[-1][1]:
            apart[-1] = (apart[-1][0], max(apart[-1][1], end))
        else:
            apart.append((start, end))
    return apart
