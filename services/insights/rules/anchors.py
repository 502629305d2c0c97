"""
Which friction a person's word is about, whatever was read since.

A word is anchored to what was there when it was said: the place in the text, and the friction's number. A friction that stands just there
is meant, and no other. Once a new reading has divided the text in another way, every friction is meant that lies half or more in that
place, and the one that shares most with it.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Anchor:
    """Characters `start` to `end` (excluded) of a contact's text, and the number of the friction there; None: whichever it is."""

    start: int
    end: int
    ordinal: int | None = None


def latest_about(words: Sequence[Anchor], frictions: Sequence[Anchor]) -> list[int | None]:
    """For each friction the index of the last word that is about it, None where nobody said anything."""
    meant = [_meant(word, frictions) for word in words]
    return [max((said for said, places in enumerate(meant) if place in places), default=None) for place in range(len(frictions))]


def _meant(word: Anchor, frictions: Sequence[Anchor]) -> set[int]:
    if word in frictions:
        return {place for place, friction in enumerate(frictions) if friction == word}
    shares = [_shared(word, friction) for friction in frictions]
    inside = {place for place, friction in enumerate(frictions) if _is_inside(shares[place], word, friction)}
    if inside:
        return inside
    if max(shares, default=0):
        return {shares.index(max(shares))}
    return {0} if len(frictions) == 1 else set()


def _is_inside(shared: int, word: Anchor, friction: Anchor) -> bool:
    if friction.start == friction.end:  # blank, because its customer was forgotten
        return word.ordinal in (None, friction.ordinal)
    return 2 * shared >= friction.end - friction.start


def _shared(one: Anchor, other: Anchor) -> int:
    return max(0, min(one.end, other.end) - max(one.start, other.start))
