"""
Which frictions belong together, at a given resolution: communities among nearest neighbours, joined where nothing lies between them.

Two steps. Leiden (Traag, Waltman, van Eck 2019) with modularity on the graph of nearest neighbours, by scikit-network with a fixed
seed: the same rows give the same communities. Nearest neighbours instead of a cosine from which on: what is near differs from one
matter to another. Modularity alone splits what is all alike (one big outage) into as many parts as its resolution asks for, so the
parts are joined again that are not apart: those between which the mean cosine is as high as inside the looser one of the two.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse  # type: ignore[import-untyped]
from sknetwork.clustering import Leiden

Matrix = NDArray[np.float32]
Labels = NDArray[np.int64]
Cosines = NDArray[np.float32]

SEED = 20_190_101

NEIGHBOURS = 15
"""Of each friction, at most."""

STRANGERS = 0.3
"""Cosine up to which two frictions of any two matters may come by chance."""

APART = 0.94
"""Share of the mean cosine inside the looser of two communities below which the mean between them has to be."""


def neighbours(cosines: Cosines) -> sparse.csr_matrix:
    """The symmetric graph of nearest neighbours, weighted by their cosine."""
    rows = len(cosines)
    most = min(NEIGHBOURS, rows - 1)
    near = cosines.copy()
    np.fill_diagonal(near, -1.0)
    places = np.argpartition(-near, most - 1, axis=1)[:, :most]
    weights = np.take_along_axis(near, places, 1).ravel()
    kept = weights > STRANGERS
    graph = sparse.csr_matrix((weights[kept], (np.repeat(np.arange(rows), most)[kept], places.ravel()[kept])), shape=(rows, rows))
    return graph.maximum(graph.T)


def communities(vectors: Matrix, graph: sparse.csr_matrix, resolution: float) -> Labels:
    """The community of each row of unit vectors, from 0; who has no neighbour is one of its own."""
    if graph.nnz == 0:
        return np.arange(len(vectors))
    found: Labels = Leiden(resolution=resolution, random_state=SEED).fit_predict(graph)
    return _joined(vectors, found)


def summed(vectors: Matrix, labels: Labels) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """For each label the sum of its rows, and how many they are."""
    rows = len(vectors)
    belongs = sparse.csr_matrix((np.ones(rows), (labels, np.arange(rows))), shape=(int(labels.max()) + 1, rows))
    return belongs @ vectors.astype(np.float64), np.bincount(labels).astype(np.float64)


def _joined(vectors: Matrix, labels: Labels) -> Labels:
    """Communities that are not apart made one, those first that are least apart."""
    sums, sizes = summed(vectors, labels)
    is_whole = sizes >= 2  # one friction says nothing of how alike its matter is
    inside = np.array([_inside(total, size) for total, size in zip(sums, sizes, strict=True)])
    became = np.arange(len(sizes))
    alike = np.array([_alike(each, sums, sizes, inside, is_whole) for each in range(len(sizes))])
    while True:
        one, other = divmod(int(alike.argmax()), len(alike))
        if alike[one, other] < APART:
            return np.unique(became[labels], return_inverse=True)[1]
        sums[one] += sums[other]
        sizes[one] += sizes[other]
        inside[one] = _inside(sums[one], sizes[one])
        became[became == other] = one
        is_whole[other] = False
        alike[other] = alike[:, other] = -1.0
        alike[one] = alike[:, one] = _alike(one, sums, sizes, inside, is_whole)


def _inside(total: NDArray[np.float64], size: float) -> float:
    """The mean cosine of all pairs, from the sum of their unit vectors."""
    return float((total @ total - size) / max(1.0, size * (size - 1)))


def _alike(
    one: int,
    sums: NDArray[np.float64],
    sizes: NDArray[np.float64],
    inside: NDArray[np.float64],
    is_whole: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """The mean cosine between a community and each other one, as a share of that inside the looser of the two; -1 where not asked."""
    between = (sums @ sums[one]) / (sizes * sizes[one])
    share = between / np.maximum(np.minimum(inside, inside[one]), STRANGERS)
    share[~is_whole] = -1.0
    share[one] = -1.0
    return share if is_whole[one] else np.full(len(sums), -1.0)
