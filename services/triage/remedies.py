"""
The remedy book: for a known friction, the answer that is known to help.

Every tenant has a book of its own. It is as up to date as the events it was told; it reads none itself.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from services.triage.reading import Friction, Reading, Vector
from services.triage.reading.vectors import restored
from shared.events import ContactReceived, Kind, Remedy, RemedyChanged
from shared.events import Vector as Said

ALIKE: Final = 0.75
"""Cosine from which a friction means what a remedy is for: three offers in four are right, or more (`python -m bench.likeness`)."""

Space = tuple[str, int]
"""Name and dimensions: only what is of one space can be compared."""

Vectors = NDArray[np.float32]
"""Unit vectors as rows."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A remedy and what it is for, ready to be looked up."""

    revision: int
    is_active: bool
    remedy: Remedy
    kinds: frozenset[Kind]
    products: frozenset[str]
    phrases: re.Pattern[str] | None
    space: Space | None
    meaning: Vectors

    @classmethod
    def of(cls, said: RemedyChanged) -> "Entry":
        return cls(
            revision=said.revision,
            is_active=said.is_active,
            remedy=said.remedy,
            kinds=frozenset(said.kinds),
            products=frozenset(product.casefold() for product in said.products),
            phrases=_any_of(said.phrases),
            space=(said.vector.space, said.vector.dims) if said.vector else None,
            meaning=_meaning(said.vector) if said.vector else np.empty(0, np.float32),
        )

    def fit(
        self, product: str | None, kinds: frozenset[Kind], words: str, meanings: Mapping[Space, Vectors]
    ) -> tuple[float, ...] | None:
        """How closely it fits: phrases before meaning before product before kind; None where something it asks for is missing."""
        is_of_kind = not self.kinds.isdisjoint(kinds)
        is_for_product = product in self.products
        if (self.kinds and not is_of_kind) or (self.products and not is_for_product):
            return None
        # Last: they cost the most.
        says_it = self.phrases is not None and self.phrases.search(words) is not None
        alike = self._likeness(meanings)
        if (self.phrases or self.space) and not (says_it or alike):
            return None
        return (says_it, alike, is_for_product, is_of_kind) if says_it or alike or is_of_kind else None

    def _likeness(self, meanings: Mapping[Space, Vectors]) -> float:
        """The cosine of the friction that comes nearest; 0 where none means the same."""
        if self.space is None or self.space not in meanings:
            return 0.0
        nearest = float((meanings[self.space] @ self.meaning).max())
        return nearest if nearest >= ALIKE else 0.0


class RemedyBook:
    """
    What is known to help, by tenant. Of several revisions of a remedy the highest counts; inactive ones are not offered.

    A remedy names phrases, a meaning, products and kinds; what it names must be there, but a phrase will do for the meaning and the
    meaning for a phrase. One that names nothing but products fits nothing.
    It may be written by one thread while others read.
    """

    def __init__(self) -> None:
        self._revisions: dict[tuple[str, UUID], int] = {}
        self._offered: dict[str, tuple[Entry, ...]] = {}

    def learn(self, said: RemedyChanged) -> None:
        """Take a change over. An older revision than the one known changes nothing."""
        place = (said.tenant, said.remedy.remedy_id)
        if said.revision < self._revisions.get(place, 0):
            return
        self._revisions[place] = said.revision
        others = tuple(entry for entry in self._offered.get(said.tenant, ()) if entry.remedy.remedy_id != said.remedy.remedy_id)
        # Replaced as a whole, so that whoever reads meanwhile sees the old book or the new one.
        self._offered[said.tenant] = (*others, Entry.of(said)) if said.is_active else others

    def remedy(self, contact: ContactReceived, reading: Reading) -> Remedy | None:
        """The remedy that fits the contact's frictions most closely; None where nothing is known, or nothing got in the way."""
        if not reading.frictions:
            return None
        product = contact.product.casefold() if contact.product else None
        kinds = frozenset(friction.kind for friction in reading.frictions)
        words = f"{contact.subject or ''}\n{contact.text}".casefold()
        meanings = _meanings(reading.frictions)
        fitting = [
            (closeness, str(entry.remedy.remedy_id), entry.remedy)
            for entry in self._offered.get(contact.tenant, ())
            if (closeness := entry.fit(product, kinds, words, meanings)) is not None
        ]
        return max(fitting, key=lambda found: found[:2])[2] if fitting else None


def _meaning(said: Said) -> Vectors:
    return restored(Vector(said.space, said.dims, said.scale, said.values))


def _meanings(frictions: Sequence[Friction]) -> dict[Space, Vectors]:
    def space(friction: Friction) -> Space:
        return friction.vector.space, friction.vector.dims

    return {
        each: np.stack([restored(friction.vector) for friction in ours])
        for each, ours in groupby(sorted(frictions, key=space), key=space)
    }


def _any_of(phrases: tuple[str, ...]) -> re.Pattern[str] | None:
    words = [r"\s+".join(re.escape(word) for word in phrase.casefold().split()) for phrase in phrases if phrase.strip()]
    # Whole words only: "charge" must not fit "recharge".
    return re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)") if words else None
