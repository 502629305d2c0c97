"""
The remedy book: for a known friction, the answer that is known to help.

Every tenant has a book of its own. It is as up to date as the events it was told; it reads none itself.
"""

import re
from dataclasses import dataclass
from uuid import UUID

from services.triage.reading import Reading
from shared.events import ContactReceived, Kind, Remedy, RemedyChanged


@dataclass(frozen=True, slots=True)
class Entry:
    """A remedy and what it is for, ready to be looked up."""

    revision: int
    is_active: bool
    remedy: Remedy
    kinds: frozenset[Kind]
    products: frozenset[str]
    phrases: re.Pattern[str] | None

    @classmethod
    def of(cls, said: RemedyChanged) -> "Entry":
        return cls(
            revision=said.revision,
            is_active=said.is_active,
            remedy=said.remedy,
            kinds=frozenset(said.kinds),
            products=frozenset(product.casefold() for product in said.products),
            phrases=_any_of(said.phrases),
        )

    def fit(self, product: str | None, kinds: frozenset[Kind], words: str) -> tuple[int, int, int] | None:
        """How closely it fits: phrases before product before kind; None where something it asks for is missing."""
        is_of_kind = not self.kinds.isdisjoint(kinds)
        is_for_product = product in self.products
        if (self.kinds and not is_of_kind) or (self.products and not is_for_product):
            return None
        # Searched last: it costs the most.
        says_it = self.phrases is not None and self.phrases.search(words) is not None
        if self.phrases and not says_it:
            return None
        return (says_it, is_for_product, is_of_kind) if says_it or is_of_kind else None


class RemedyBook:
    """
    What is known to help, by tenant. Of several revisions of a remedy the highest counts; inactive ones are not offered.

    A remedy names phrases, products and kinds; what it names must be there. One that names neither phrases nor kinds fits nothing.
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
        fitting = [
            (closeness, str(entry.remedy.remedy_id), entry.remedy)
            for entry in self._offered.get(contact.tenant, ())
            if (closeness := entry.fit(product, kinds, words)) is not None
        ]
        return max(fitting, key=lambda found: found[:2])[2] if fitting else None


def _any_of(phrases: tuple[str, ...]) -> re.Pattern[str] | None:
    words = [r"\s+".join(re.escape(word) for word in phrase.casefold().split()) for phrase in phrases if phrase.strip()]
    # Whole words only: "charge" must not fit "recharge".
    return re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)") if words else None
