"""
Where in a text its frictions stand.

The encoder has read the text once; the states of its tokens, pooled over a clause, say what the clause says *in its place*
("late chunking", Günther et al. 2024, arXiv:2409.04701). Three small linear models look at them: does this clause tell of a
friction, of which kind, does the next one begin another. A fourth weighs every run of neighbouring clauses as one friction, and the
best set of runs that do not overlap is chosen, exactly, by dynamic programming (a semi-Markov model without transition weights).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from services.triage.reading.clauses import Clause, clauses
from services.triage.reading.heads import log_softmax

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from services.triage.reading.encoder import States
    from services.triage.reading.heads import Linear, Scale

MOST_CLAUSES: Final = 25
_LONGEST_RUN: Final = 5
_DIMS: Final = 384
_TINY: Final = 1e-9
_ADDS: Final = re.compile(
    r"(?:and|also|plus|but|then|second|on top|besides|another|while|meanwhile|too|secondly|next)\b", re.IGNORECASE
)
_GOES_ON: Final = re.compile(
    r"(?:it|its|this|that|so|because|since|which|i had|who|even|still|now|they|he|she|same|after|when|until|not)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Passage:
    """`text[start:end]`, and how likely a person would underline just this as one friction."""

    start: int
    end: int
    probability: float


@dataclass(frozen=True, slots=True)
class Judged:
    """A scale for the features of a question with two answers or more, and the model on them."""

    scale: Scale
    linear: Linear

    def probabilities(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """(rows, labels)."""
        result: NDArray[np.float32] = np.exp(log_softmax(self.scale.of(features) @ self.linear.weights + self.linear.bias))
        return result


@dataclass(frozen=True, slots=True)
class Spans:
    """What training found out about the places of frictions. `least` is the probability from which on a run pays."""

    told: Judged
    kind: Judged
    turn: Judged
    run: Judged
    least: float

    def passages(self, text: str, states: States) -> tuple[Passage, ...]:
        """The frictions of a text that has some, in its order; at least one where there is a word. Only its first 25 clauses are read."""
        found = clauses(text)[:MOST_CLAUSES]
        if len(found) < 2:
            return tuple(Passage(clause.start, clause.end, 1.0) for clause in found)
        described = self.described(text, found, pooled(states, found))
        runs = possible(len(found))
        chances = self.run.probabilities(run_features(found, described, runs))[:, 1]
        chosen = _best(runs, chances, clauses=len(found), least=self.least)
        return tuple(Passage(found[first].start, found[last].end, chance) for first, last, chance in chosen)

    def described(self, text: str, found: Sequence[Clause], views: NDArray[np.float32]) -> Described:
        """What the first three models say of each clause and of each step from one to the next."""
        told = self.told.probabilities(views)[:, 1]
        kinds = self.kind.probabilities(views)
        turns = self.turn.probabilities(turn_features(text, found, views, told, kinds))[:, 1]
        return Described(told, kinds, turns)


@dataclass(frozen=True, slots=True)
class Described:
    """Of each clause, that it tells of a friction (clauses,) and of which kind (clauses, kinds); that the next is another (clauses - 1,)."""

    told: NDArray[np.float32]
    kinds: NDArray[np.float32]
    turns: NDArray[np.float32]


def pooled(states: States, found: Sequence[Clause]) -> NDArray[np.float32]:
    """(clauses, 4 x 384): the mean of the second, fourth and sixth layer over the clause's tokens, and the maximum of the sixth."""
    views = np.zeros((len(found), 4 * _DIMS), dtype=np.float32)
    for place, clause in enumerate(found):
        own = states.tokens[(states.offsets[:, 0] < clause.end) & (states.offsets[:, 1] > clause.start)]
        if len(own):
            views[place] = np.concatenate([own.mean(axis=0), own[:, 2 * _DIMS :].max(axis=0)])
    return views


def turn_features(
    text: str,
    found: Sequence[Clause],
    views: NDArray[np.float32],
    told: NDArray[np.float32],
    kinds: NDArray[np.float32],
) -> NDArray[np.float32]:
    """(clauses - 1, features): how alike two neighbours are, and how the second begins."""
    rows = []
    for (left, a), (right, b) in pairwise(enumerate(found)):
        said, between = text[b.start : b.end], text[a.end : b.start]
        rows.append(
            [
                _cosine(views[left, 2 * _DIMS : 3 * _DIMS], views[right, 2 * _DIMS : 3 * _DIMS]),
                _cosine(views[left, _DIMS : 2 * _DIMS], views[right, _DIMS : 2 * _DIMS]),
                _divergence(kinds[left], kinds[right]),
                float(kinds[left] @ kinds[right]),
                kinds[left].argmax() == kinds[right].argmax(),
                _ADDS.match(said) is not None,
                _GOES_ON.match(said) is not None,
                any(stop in text[a.end - 1 : b.start + 1] for stop in ".!?"),
                "\n" in between,
                np.log(b.end - b.start),
                np.log(a.end - a.start),
                told[left],
                told[right],
                len(found) == 2,
                min(len(found), 8) / 8,
            ]
        )
    return np.array(rows, dtype=np.float32).reshape(-1, 15)


def possible(clauses: int) -> list[tuple[int, int]]:
    """Every run of one to five neighbours, first and last included."""
    return [(first, last) for first in range(clauses) for last in range(first, min(clauses, first + _LONGEST_RUN))]


def run_features(found: Sequence[Clause], described: Described, runs: Sequence[tuple[int, int]]) -> NDArray[np.float32]:
    """(runs, features and their products): what the clauses of a run say, how they hold together, what stands beside them."""
    plain = np.column_stack(_runs(found, described, *np.array(runs).T)).astype(np.float32)
    left, right = np.triu_indices(plain.shape[1])
    return np.hstack([plain, plain[:, left] * plain[:, right]])


def _runs(
    found: Sequence[Clause], described: Described, first: NDArray[np.int64], last: NDArray[np.int64]
) -> list[NDArray[np.floating]]:
    """The features, each over all runs: one at a time they would take longer than the encoder's second look."""
    told, kinds, turns = described.told, described.kinds, described.turns
    starts, ends = np.array([(clause.start, clause.end) for clause in found]).T
    count, size = len(found), last - first + 1
    clause = first[:, None] + np.arange(_LONGEST_RUN)
    is_own = clause <= last[:, None]
    own = np.minimum(clause, last[:, None])  # behind its end a run repeats its last clause
    kind = (kinds[own] * is_own[..., None]).sum(1) / size[:, None]
    inner = np.append(turns, 0.0)[own[:, 1:] - 1] * is_own[:, 1:]
    none = np.zeros((1, kinds.shape[1]))
    ordered = np.sort(kind, axis=1)
    return [
        np.full(len(first), count / MOST_CLAUSES),
        size / _LONGEST_RUN,
        size / count,
        (told[own] * is_own).sum(1) / size,
        told[own].min(1),
        told[own].max(1),
        told[first],
        told[last],
        inner.max(1),
        inner.sum(1) / np.maximum(size - 1, 1),
        np.append(1.0, turns)[first],
        np.append(turns, 1.0)[last],
        np.append(0.0, told)[first],
        np.append(told, 0.0)[last + 1],
        ordered[:, -1],
        ordered[:, -2],
        np.log(ends[last] - starts[first]),
        (ends[last] - starts[first]) / (ends[-1] - starts[0]),
        np.abs(kinds[own] - kind[:, None]).sum(2).max(1),
        first / count,
        np.full(len(first), told.sum() / count),
        np.full(len(first), told.max()),
        (np.vstack([none, kinds])[first] * kind).sum(1),
        (np.vstack([kinds, none])[last + 1] * kind).sum(1),
    ]


def _best(
    runs: Sequence[tuple[int, int]], chances: NDArray[np.float32], *, clauses: int, least: float
) -> list[tuple[int, int, float]]:
    """The runs that do not overlap and are worth most together, each its probability less `least`; the likeliest where none pays."""
    worth: list[float] = [0.0]
    chosen: list[list[tuple[int, int, float]]] = [[]]
    ending: dict[int, list[tuple[int, float]]] = {}
    for (first, last), chance in zip(runs, chances.tolist(), strict=True):
        ending.setdefault(last, []).append((first, chance))
    for last in range(clauses):
        value, path = worth[last], chosen[last]
        for first, chance in ending[last]:
            if worth[first] + chance - least > value:
                value, path = worth[first] + chance - least, [*chosen[first], (first, last, chance)]
        worth.append(value)
        chosen.append(path)
    if chosen[clauses]:
        return chosen[clauses]
    likeliest = int(chances.argmax())
    return [(*runs[likeliest], float(chances[likeliest]))]


def _cosine(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    return float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b) + _TINY))


def _divergence(p: NDArray[np.float32], q: NDArray[np.float32]) -> float:
    """Jensen and Shannon's, in nats."""
    middle = (p + q) / 2
    return float((p * np.log(p / middle + _TINY)).sum() + (q * np.log(q / middle + _TINY)).sum()) / 2
