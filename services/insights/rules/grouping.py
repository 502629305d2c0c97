"""
Groups among frictions: communities as fine as they are stable, of those who are near a common centre.

At most `LOOKED_AT` frictions are looked at together, with exact cosines; all others go to the nearest centre that these have, and
who is near none is looked at again among the like. So the work grows with the number of matters, not with the square of the frictions,
and how fine the grain is does not depend on how many there are.

Splitting too much is better than merging too much: a member that is farther from the centre of the others than a later friction may
be is not taken, and waits on.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.insights.rules.communities import SEED, Labels, Matrix, communities, neighbours
from services.insights.rules.grain import chosen, trials

LOOKED_AT = 4_000
"""Frictions whose pairs are all compared: 64 MB of cosines."""

ROUNDS = 10
"""Of looking again at those who are near no centre, at most."""

TRIMS = 3
"""Of a community's members that are far from the others, at most."""

TINY = 1e-9

ALONE = -1


@dataclass(frozen=True, slots=True)
class Grain:
    """What joins a signal is nearer than the cosine `threshold` to its centre; so many different `people` make one."""

    threshold: float
    people: int


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that belong together, ascending, with their unit centre and each row's cosine to it."""

    rows: tuple[int, ...]
    centre: Matrix
    similarities: tuple[float, ...]


def groups(vectors: Matrix, persons: Sequence[str], grain: Grain) -> list[Group]:
    """Groups that at least `grain.people` different persons share, by their first row. `vectors` are unit rows."""
    people = _numbered(persons)
    if len(set(persons)) < grain.people:
        return []
    found: list[Group] = []
    left, resolution = np.arange(len(vectors)), None
    for _ in range(ROUNDS):
        looked_at = _some(left)
        centres, resolution = _centres(vectors[looked_at], people[looked_at], grain, resolution)
        new = _taken(vectors, people, left, centres, grain)
        found += new
        if not new or len(left) <= LOOKED_AT:
            break
        left = np.setdiff1d(left, np.concatenate([np.array(group.rows) for group in new]), assume_unique=True)
    return sorted(found, key=lambda group: group.rows[0])


def nearest_centre(vectors: Matrix, centres: Matrix, threshold: float) -> tuple[Labels, NDArray[np.float32]]:
    """For each row the nearest centre and the cosine to it; `ALONE` below the threshold."""
    cosines = vectors @ centres.T
    highest = cosines.max(axis=1)
    return np.where(highest >= threshold, cosines.argmax(axis=1), ALONE), highest


def _numbered(persons: Sequence[str]) -> NDArray[np.int64]:
    numbers = dict(zip(persons, range(len(persons)), strict=True))
    return np.array([numbers[person] for person in persons], dtype=np.int64)


def _some(rows: NDArray[np.int64]) -> NDArray[np.int64]:
    if len(rows) <= LOOKED_AT:
        return rows
    return np.sort(np.random.default_rng(SEED).choice(rows, LOOKED_AT, replace=False))


def _centres(vectors: Matrix, people: NDArray[np.int64], grain: Grain, resolution: float | None) -> tuple[Matrix, float | None]:
    """The centres of what belongs together, and at which resolution, if it is not given."""
    none = np.zeros((0, vectors.shape[1]), np.float32)
    if len(vectors) < grain.people:
        return none, resolution
    cosines = vectors @ vectors.T
    resolution = resolution or chosen(trials(vectors, cosines, threshold=grain.threshold))
    labels = communities(vectors, neighbours(cosines), resolution)
    order = np.argsort(labels, kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(labels[order])) + 1)
    found = [centre for part in parts if (centre := _centre(vectors[part], people[part], grain)) is not None]
    return (np.stack(found) if found else none), resolution


def _centre(members: Matrix, people: NDArray[np.int64], grain: Grain) -> Matrix | None:
    """Of the members that are near the others; None where these are too few."""
    for _ in range(TRIMS):
        total = members.sum(axis=0)
        others = total - members
        cosines = (members * others).sum(axis=1) / np.maximum(np.linalg.norm(others, axis=1), TINY)
        is_near = cosines >= grain.threshold
        members, people = members[is_near], people[is_near]
        if len(np.unique(people)) < grain.people:
            return None
        if is_near.all():
            break
    total = members.sum(axis=0)
    return np.asarray(total / np.linalg.norm(total), dtype=np.float32)


def _taken(vectors: Matrix, people: NDArray[np.int64], rows: NDArray[np.int64], centres: Matrix, grain: Grain) -> list[Group]:
    """Those of `rows` that are near a centre, where they are people enough."""
    if not len(centres):
        return []
    labels, cosines = nearest_centre(vectors[rows], centres, grain.threshold)
    found = []
    for label, centre in enumerate(centres):
        places = np.flatnonzero(labels == label)
        if len(np.unique(people[rows[places]])) >= grain.people:
            found.append(Group(tuple(rows[places].tolist()), centre, tuple(cosines[places].tolist())))
    return found
