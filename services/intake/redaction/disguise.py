"""
What a text says to its reader: full-width, circled and foreign digits as 0 to 9, every dash a hyphen, every space a space,
without characters that cannot be seen, and with what is displayed backwards turned round.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final, NamedTuple

from services.intake.redaction.marks import Find

UNSEEN = re.compile(
    "[\u00ad\u0300-\u036f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u20d0-\u20ff\ufe00-\ufe0f\ufeff"
    "\U000e0000-\U000e0fff]"
)
"""Marks of direction, joiners, soft hyphens, combining strokes, selectors of a variant."""
BACKWARDS = re.compile("\u202e([^\u202c\n]*)")
"""From a right-to-left override to the end of its line, or to where it is taken back."""
_TURKISH: Final = {"İ": "I", "ı": "i"}
"""An I to most who write of a PİN. The capital is the only character that has two in lower case."""


class Plain(NamedTuple):
    """`text` as it reads; `places` are where its characters stand in what was sent, None where nothing has moved."""

    text: str
    places: tuple[int, ...] | None = None

    def sent(self, find: Find) -> Find:
        """The find in what was sent, with whatever was hidden inside it."""
        places = range(find.start, find.end) if self.places is None else self.places[find.start : find.end]
        return Find(min(places), max(places) + 1, find.mark)


def plain(sent: str) -> Plain:
    """What was sent, as it reads. One character each, but for those that cannot be seen."""
    if sent.isascii():
        return Plain(sent)
    text, has_unseen = sent, False
    for char in set(sent):
        if not char.isascii() and (reads := _reads(char)) != char:
            has_unseen = has_unseen or not reads
            text = text.replace(char, reads) if reads else text
    return _without_unseen(text) if has_unseen else Plain(text)


def _without_unseen(text: str) -> Plain:
    order = list(range(len(text)))
    for turned in BACKWARDS.finditer(text):
        order[turned.start(1) : turned.end(1)] = reversed(order[turned.start(1) : turned.end(1)])
    places = tuple(place for place in order if not UNSEEN.match(text, place))
    return Plain("".join(map(text.__getitem__, places)), places)


@lru_cache(maxsize=8192)
def _reads(char: str) -> str:
    """The one character that `char` reads as, itself for most; nothing where it cannot be seen."""
    if UNSEEN.match(char):
        return ""
    if char in _TURKISH:
        return _TURKISH[char]
    digit = unicodedata.digit(char, None)
    if digit is not None:
        return str(digit)
    category = unicodedata.category(char)
    if category == "Pd" or char in "\u2212\u2043":
        return "-"
    if category == "Zs":
        return " "
    folded = unicodedata.normalize("NFKC", char)
    return folded if len(folded) == 1 and folded.isascii() else char
