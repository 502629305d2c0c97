"""Text into sentences, with their places in the original."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

# A sentence ends at a stop followed by a blank, or at a line break. Common abbreviations do not end one.
END: Final = r"(?<!\b[A-Z])(?<!\b(?:Mr|Ms|Dr|St|No|vs))(?<!\b(?:Mrs|etc|e\.g|i\.e))[.!?\u2026\u3002\uff01\uff1f]+[\"'\u201d\u2019)\]]*(?=\s|$)|\n+"
_END: Final = re.compile(END)
_BUT: Final = re.compile(
    r"[,;:\u2013\u2014-]\s*(?=(?:but|also|plus|however|and also|on top of that|and now|although|though)\b)", re.IGNORECASE
)
_LONGEST: Final = 400


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence (or clause) of a text: `text[start:end]`, blanks at its ends cut off."""

    start: int
    end: int


def sentences(text: str) -> tuple[Sentence, ...]:
    """
    Every sentence in order, not overlapping, none blank.

    A clause that turns ("…, but …") counts as one of its own, since complaints often stand there behind a compliment.
    A run of more than 400 characters without a stop is cut at a blank, so that one sentence stays bounded.
    """
    cuts = sorted({0, len(text), *(m.end() for m in _END.finditer(text)), *(m.end() for m in _BUT.finditer(text))})
    found = (piece for start, end in pairwise(cuts) for piece in bounded(text, start, end))
    return tuple(piece for piece in (_trimmed(text, start, end) for start, end in found) if piece is not None)


def bounded(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """`text[start:end]` in pieces of 400 characters at most, cut at blanks where there are any."""
    while end - start > _LONGEST:
        blank = text.rfind(" ", start + _LONGEST // 2, start + _LONGEST)
        cut = blank + 1 if blank >= 0 else start + _LONGEST
        yield start, cut
        start = cut
    yield start, end


def _trimmed(text: str, start: int, end: int) -> Sentence | None:
    piece = text[start:end]
    stripped = piece.strip()
    if not any(character.isalnum() for character in stripped):
        return None
    left = start + len(piece) - len(piece.lstrip())
    return Sentence(left, left + len(stripped))
