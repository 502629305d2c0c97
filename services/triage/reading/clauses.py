"""Text into clauses, the smallest pieces that a friction can be told in, with their places in the original."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from services.triage.reading.sentences import END, bounded

if TYPE_CHECKING:
    from collections.abc import Iterator

# A semicolon and a dash end a thought, too.
_SENTENCE: Final = re.compile(rf"{END}|;\s|\s[-\u2013\u2014]{{1,2}}\s")
_CLAUSE: Final = re.compile(r",\s+|:\s+(?=(?:but|also|and|then|now)\b)|\s(?=(?:and|but|plus|also|while|yet)\s)", re.IGNORECASE)
_FEWEST_WORDS: Final = 3
_EDGES: Final = " \t\n\r\u00a0,;:.-\u2013\u2014"


@dataclass(frozen=True, slots=True)
class Clause:
    """`text[start:end]`, blanks at its ends and stops at its beginning cut off."""

    start: int
    end: int


def clauses(text: str) -> tuple[Clause, ...]:
    """
    Every clause in order, not overlapping, each with a letter or a digit.

    One of fewer than three words belongs to its neighbour in the same sentence. A run of more than 400 characters without a
    stop is cut at a blank, so that one clause stays bounded.
    """
    cuts = sorted({0, len(text), *(match.end() for match in _SENTENCE.finditer(text))})
    pieces = (piece for start, end in pairwise(cuts) for piece in _within(text, start, end))
    return tuple(clause for start, end in pieces if (clause := _trimmed(text, start, end)) is not None)


def _within(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The clauses of one sentence."""
    cuts = [start, *(match.end() for match in _CLAUSE.finditer(text, start, end)), end]
    joined: list[tuple[int, int]] = []
    for piece in pairwise(cuts):
        if joined and (_is_short(text, piece) or _is_short(text, joined[-1])):
            joined[-1] = (joined[-1][0], piece[1])
        else:
            joined.append(piece)
    for piece in joined:
        yield from bounded(text, *piece)


def _is_short(text: str, piece: tuple[int, int]) -> bool:
    return len(text[piece[0] : piece[1]].split(maxsplit=_FEWEST_WORDS)) < _FEWEST_WORDS


def _trimmed(text: str, start: int, end: int) -> Clause | None:
    piece = text[start:end]
    if not any(character.isalnum() for character in piece):
        return None
    return Clause(start + len(piece) - len(piece.lstrip(_EDGES)), start + len(piece.rstrip()))
