"""Whether a telling of a contact counts, given what was told before."""

from dataclasses import dataclass
from enum import Enum, auto


@dataclass(frozen=True, slots=True)
class Telling:
    """One telling of a contact. `revision` is the sender's, `reading` is triage's; of the same revision the fingerprint is the same."""

    revision: int
    reading: int
    fingerprint: str
    is_erased: bool = False


class Verdict(Enum):
    NEW = auto()
    """Never told before: it counts."""
    REPLACES = auto()
    """It counts instead of what was known."""
    REPEATS = auto()
    """Known, or older than what is known: nothing changes."""
    CONFLICTS = auto()
    """The same revision says something else: nothing changes, but somebody should know."""


def judge(told: Telling, known: Telling | None) -> Verdict:
    """Of all tellings the highest revision counts, of it the highest reading: whatever the order of arrival. What was erased stays so."""
    if known is None:
        return Verdict.NEW
    if known.is_erased:
        return Verdict.REPEATS
    # What is told of somebody who was forgotten says nothing any more that could differ.
    if told.revision == known.revision and told.fingerprint != known.fingerprint and not told.is_erased:
        return Verdict.CONFLICTS
    newer = (told.revision, told.reading) > (known.revision, known.reading)
    return Verdict.REPLACES if newer else Verdict.REPEATS
