"""
How fine the grain is, by a rule that sees no labels.

Of the resolutions that leave few alone the finest is taken that is found again when a part of the frictions is missing. Each groups
the frictions twice, each time without another fifth of them (Ben-Hur, Elisseeff, Guyon 2002), and every friction goes to the nearest
centre of either grouping. How well the two agree is the mean of their adjusted Rand index (Hubert, Arabie 1985), which looks at pairs
and so at large groups, and their normalised mutual information, which looks at small ones too. Where agreement is about the same, finer
is taken: splitting too much is better than merging too much.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.insights.rules.communities import SEED, Cosines, Labels, Matrix, communities, neighbours, summed

RESOLUTIONS = (1.0, 2.0, 3.0, 5.0, 8.0, 12.0, 17.0, 24.0)
"""Each about half as much again as the one before: finer steps differ by chance. At 24, communities are as small as a neighbourhood or two."""

PAIRS = 5
"""Of groupings that are compared for each resolution."""

PART = 0.8
"""Of the frictions, in each grouping."""

ABOUT = 0.015
"""What agreement differs by for no reason: its standard error over the pairs is .005 to .015."""

FEW = 0.05
"""More than the fewest that any resolution leaves alone, as a share of all."""

WHOLE = 3
"""Frictions that make a centre."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What a resolution came to: the share of frictions near a centre, and how well its groupings of different parts agree."""

    resolution: float
    covered: float
    agreement: float


def chosen(trials: list[Trial]) -> float:
    """The resolution to take."""
    most = max(trial.covered for trial in trials)
    left = [trial for trial in trials if trial.covered >= most - FEW]
    best = max(trial.agreement for trial in left)
    return max(trial.resolution for trial in left if trial.agreement >= best - ABOUT)


def trials(vectors: Matrix, cosines: Cosines, *, threshold: float) -> list[Trial]:
    """Every resolution tried on these unit vectors; who is nearer than `threshold` to a centre is covered."""
    random = np.random.default_rng(SEED)
    rows, part = len(vectors), int(np.ceil(PART * len(vectors)))
    covered, agreed = np.zeros((2, len(RESOLUTIONS)))
    for _ in range(PAIRS):
        order = random.permutation(rows)
        ones, others = (_groupings(vectors, cosines, np.sort(places)) for places in (order[:part], order[rows - part :]))
        agreed += [agreement(one.labels, other.labels) for one, other in zip(ones, others, strict=True)]
        covered += [(one.covered(threshold) + other.covered(threshold)) / 2 for one, other in zip(ones, others, strict=True)]
    smooth = _smooth(agreed / PAIRS)
    return [Trial(*each) for each in zip(RESOLUTIONS, (covered / PAIRS).tolist(), smooth.tolist(), strict=True)]


@dataclass(frozen=True, slots=True)
class _Grouping:
    """The nearest centre of every friction and the cosine to it."""

    labels: Labels
    cosines: Cosines

    def covered(self, threshold: float) -> float:
        return float((self.cosines >= threshold).mean())


def _groupings(vectors: Matrix, cosines: Cosines, part: NDArray[np.int64]) -> list[_Grouping]:
    """For each resolution, when only `part` is grouped."""
    some = vectors[part]
    graph = neighbours(cosines[np.ix_(part, part)])
    return [_nearest(vectors, some, communities(some, graph, resolution)) for resolution in RESOLUTIONS]


def _nearest(vectors: Matrix, some: Matrix, labels: Labels) -> _Grouping:
    sums, sizes = summed(some, labels)
    centres = sums[sizes >= WHOLE]
    if not len(centres):
        return _Grouping(np.arange(len(vectors)), np.zeros(len(vectors), np.float32))
    cosines = vectors @ (centres / np.linalg.norm(centres, axis=1, keepdims=True)).astype(np.float32).T
    return _Grouping(np.asarray(cosines.argmax(axis=1), dtype=np.int64), cosines.max(axis=1))


def agreement(one: Labels, other: Labels) -> float:
    """Of two groupings: 1 for the same, about 0 where they have nothing to do with each other or group nothing."""
    if max(one.max(), other.max()) == len(one) - 1:
        return 0.0
    table = np.zeros((one.max() + 1, other.max() + 1))
    np.add.at(table, (one, other), 1.0)
    return (_rand_index(table, len(one)) + _shared_information(table / len(one))) / 2


def _rand_index(table: NDArray[np.float64], rows: int) -> float:
    together, in_one, in_other = (_pairs(sizes) for sizes in (table, table.sum(1), table.sum(0)))
    by_chance = in_one * in_other / _pairs(np.array(float(rows)))
    most = (in_one + in_other) / 2
    return 1.0 if most == by_chance else (together - by_chance) / (most - by_chance)


def _shared_information(shares: NDArray[np.float64]) -> float:
    entropies = _entropy(shares.sum(1)) + _entropy(shares.sum(0))
    return 1.0 if entropies == 0 else 2 * (entropies - _entropy(shares)) / entropies


def _entropy(shares: NDArray[np.float64]) -> float:
    some = shares[shares > 0]
    return float(-(some * np.log(some)).sum())


def _pairs(sizes: NDArray[np.float64]) -> float:
    return float((sizes * (sizes - 1) / 2).sum())


def _smooth(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Each with half of its neighbours' weight: a single one is high or low by chance."""
    padded = np.pad(values, 1, mode="edge")
    return np.asarray((padded[:-2] + 2 * padded[1:-1] + padded[2:]) / 4)
