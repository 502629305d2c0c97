"""Several tellings of one contact at once: which of them counts, and which are worth a report."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.insights.rules.entry import Entry
from services.insights.rules.retelling import Telling, Verdict, judge


@dataclass(frozen=True, slots=True)
class Refused:
    """A telling that said something else than the one with the fingerprint `kept`."""

    entry: Entry
    kept: str


@dataclass(frozen=True, slots=True)
class Settled:
    """`winner` counts from now on; None: what was known still does."""

    winner: Entry | None
    conflicts: tuple[Refused, ...]
    repeats: int


def settle(entries: Sequence[Entry], known: Telling | None) -> Settled:
    """Judge the tellings of one contact one after the other, as they stand in the log."""
    winner, conflicts, repeats = None, [], 0
    for entry in entries:
        match judge(entry.telling, known):
            case Verdict.NEW | Verdict.REPLACES:
                repeats += winner is not None
                winner, known = entry, entry.telling
            case Verdict.CONFLICTS:
                assert known is not None
                conflicts.append(Refused(entry, known.fingerprint))
            case Verdict.REPEATS:
                repeats += 1
    return Settled(winner, tuple(conflicts), repeats)
