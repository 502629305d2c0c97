"""
New signals among frictions that wait: communities on the graph of cosines.

The method is Leiden (Traag, Waltman, van Eck 2019) as in scikit-network, with a fixed seed: the same frictions in the same
order give the same groups. Its objective is the constant Potts model (Traag, van Dooren, Nesterov 2011), which asks how dense
a group is and nothing else. Modularity asks how a group differs from the rest: it finds nothing where all are alike, which is
what a new tenant, or one big outage, looks like.

Splitting too much is better than merging too much: a member that is farther from the centre than a later friction might be
is not taken, and waits on.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse  # type: ignore[import-untyped]
from sknetwork.clustering import Leiden

Matrix = NDArray[np.float32]

SEED = 20_190_101

ROWS_AT_ONCE = 2_000
"""Bounds the memory of the exact cosines: rows x all x 4 bytes."""


@dataclass(frozen=True, slots=True)
class Grain:
    """
    How fine signals are.

    Frictions are neighbours from the cosine `floor` on; in a group the mean cosine of all pairs, 0 for those that are no neighbours,
    is about `density` at least; what joins is nearer than `threshold` to the centre. Higher numbers: more and smaller signals.
    """

    floor: float
    density: float
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
    if len(set(persons)) < grain.people:
        return []
    labels = _communities(vectors, grain)
    order = np.argsort(labels, kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(labels[order])) + 1)
    found = [group for part in parts if (group := _group(vectors, part, grain)) is not None]
    shared = [group for group in found if len({persons[row] for row in group.rows}) >= grain.people]
    return sorted(shared, key=lambda group: group.rows[0])


def _communities(vectors: Matrix, grain: Grain) -> NDArray[np.int64]:
    graph = _neighbours(vectors, grain)
    if graph.nnz == 0:
        return np.arange(len(vectors))
    # scikit-network divides its Potts resolution by how dense the whole graph is; the constant model does not.
    resolution = grain.density * len(vectors) ** 2 / graph.sum()
    labels: NDArray[np.int64] = Leiden(resolution=resolution, modularity="potts", random_state=SEED).fit_predict(graph)
    return labels


def _neighbours(vectors: Matrix, grain: Grain) -> sparse.csr_matrix:
    parts = []
    for start in range(0, len(vectors), ROWS_AT_ONCE):
        cosines = vectors[start : start + ROWS_AT_ONCE] @ vectors.T
        own = np.arange(len(cosines))
        cosines[own, own + start] = 0.0
        cosines[cosines < grain.floor] = 0.0
        parts.append(sparse.csr_matrix(cosines))
    return sparse.vstack(parts, format="csr")


def _group(vectors: Matrix, rows: NDArray[np.int64], grain: Grain) -> Group | None:
    """The part of a community that is near its centre; the centre is that of this part."""
    near = rows
    for _ in range(2):
        if len(near) < grain.people:
            return None
        centre = _unit(vectors[near].mean(axis=0))
        cosines = vectors[rows] @ centre
        near = rows[cosines >= grain.threshold]
    if len(near) < grain.people:
        return None
    return Group(tuple(near.tolist()), centre, tuple((vectors[near] @ centre).tolist()))


def _unit(vector: Matrix) -> Matrix:
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)
