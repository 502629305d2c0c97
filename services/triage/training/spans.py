"""The four small models that find the places of frictions, fitted on what people underlined."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from services.triage.reading.clauses import Clause, clauses
from services.triage.reading.spans import (
    MOST_CLAUSES,
    Judged,
    Spans,
    pooled,
    possible,
    run_features,
    turn_features,
)
from services.triage.training.fitting import scale
from services.triage.training.linear import linear
from shared.events.words import Disposition, Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from services.triage.reading.encoder import States
    from services.triage.training.examples import Example, Quote

KINDS: Final = tuple(str(kind) for kind in Kind if kind is not Kind.UNKNOWN)
# A run is right where it and a quote share this much of what both cover together.
RIGHT: Final = 0.6
_FOLDS: Final = 3
_CLAUSE_C: Final = 3.0
_TURN_C: Final = 15.0
_RUN_C: Final = 30.0
_LEAST: Final = 0.2
_NOWHERE: Final = -1


@dataclass(frozen=True, slots=True)
class Told:
    """One contact cut into clauses: their pooled states, and for each the quote it belongs to, or -1."""

    text: str
    group: str
    quotes: tuple[Quote, ...]
    clauses: tuple[Clause, ...]
    views: NDArray[np.float32]
    quoted: tuple[int, ...]


def told(example: Example, states: States) -> Told | None:
    """None for what cannot teach: no friction, no quote that is agreed on, one clause only, another language."""
    found = clauses(example.text)[:MOST_CLAUSES]
    if example.disposition is not Disposition.FRICTION or not example.quotes or len(found) < 2 or example.language != "en":
        return None
    quoted = tuple(_quote_of(clause, example.quotes) for clause in found)
    return Told(example.text, example.group, example.quotes, found, pooled(states, found), quoted)


def fitted(contacts: Sequence[Told]) -> Spans:
    """What a run is worth is learned from clauses and turns judged by models that did not see the contact's group."""
    folds = np.array([zlib.crc32(contact.group.encode()) % _FOLDS for contact in contacts])
    features: list[NDArray[np.float32]] = []
    right: list[bool] = []
    for fold in range(_FOLDS):
        inside = [contact for contact, own in zip(contacts, folds, strict=True) if own != fold]
        draft = _clauses_and_turns(inside)
        for contact in (contact for contact, own in zip(contacts, folds, strict=True) if own == fold):
            runs = possible(len(contact.clauses))
            described = draft.described(contact.text, contact.clauses, contact.views)
            features.append(run_features(contact.clauses, described, runs))
            right += [_is_right(contact, first, last) for first, last in runs]
    whole = _clauses_and_turns(contacts)
    run = _judged(np.vstack(features), np.array(right, dtype=np.int64), labels=2, strength=_RUN_C, is_even=False)
    return Spans(whole.told, whole.kind, whole.turn, run, _LEAST)


def share_of(first: tuple[int, int], second: tuple[int, int]) -> float:
    """Intersection over union of two stretches of characters."""
    both = min(first[1], second[1]) - max(first[0], second[0])
    return max(0, both) / (max(first[1], second[1]) - min(first[0], second[0]))


def _clauses_and_turns(contacts: Sequence[Told]) -> Spans:
    views = np.vstack([contact.views for contact in contacts])
    quoted = np.array([place for contact in contacts for place in contact.quoted])
    is_told = (quoted != _NOWHERE).astype(np.int64)
    kinds = np.array(
        [KINDS.index(contact.quotes[place].kind) for contact in contacts for place in contact.quoted if place != _NOWHERE]
    )
    clause = _judged(views, is_told, labels=2, strength=_CLAUSE_C)
    kind = _judged(views[is_told == 1], kinds, labels=len(KINDS), strength=_CLAUSE_C)
    turns, turned = [], []
    nothing = Judged(clause.scale, clause.linear)
    for contact in contacts:
        said, of_kinds = clause.probabilities(contact.views)[:, 1], kind.probabilities(contact.views)
        found = turn_features(contact.text, contact.clauses, contact.views, said, of_kinds)
        for features, left, right in zip(found, contact.quoted, contact.quoted[1:], strict=False):
            if _NOWHERE not in (left, right):
                turns.append(features)
                turned.append(left != right)
    turn = _judged(np.array(turns), np.array(turned, dtype=np.int64), labels=2, strength=_TURN_C, is_even=False)
    return Spans(clause, kind, turn, nothing, _LEAST)


def _judged(
    features: NDArray[np.float32], truth: NDArray[np.int64], *, labels: int, strength: float, is_even: bool = True
) -> Judged:
    to = scale(features)
    totals = np.bincount(truth, minlength=labels)
    weights = (totals.sum() / (labels * np.maximum(totals, 1)))[truth] if is_even else np.ones(len(truth))
    return Judged(to, linear(to.of(features), truth, weights, labels=labels, strength=strength, tolerance=1e-4))


def _quote_of(clause: Clause, quotes: Sequence[Quote]) -> int:
    """The quote that covers at least half of the clause."""
    shared = [min(clause.end, quote.end) - max(clause.start, quote.start) for quote in quotes]
    best = int(np.argmax(shared))
    return best if shared[best] >= (clause.end - clause.start) / 2 else _NOWHERE


def _is_right(contact: Told, first: int, last: int) -> bool:
    own = (contact.clauses[first].start, contact.clauses[last].end)
    return any(share_of(own, (quote.start, quote.end)) >= RIGHT for quote in contact.quotes)
