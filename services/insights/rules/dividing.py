"""
What in a signal is more like one of its frictions than like the rest.

Two means, as in k-means (Lloyd 1982) on unit vectors, begun at that friction and at the centre of all: the same frictions give the same parts.
"""

from typing import Final

import numpy as np

from services.insights.rules.nearest import Matrix

MOST_ROUNDS: Final = 20


def centres_of(vectors: Matrix, like: Matrix) -> tuple[Matrix, Matrix] | None:
    """The unit centres of the part that is like `like` and of the rest; None where one of them is empty. Rows are unit vectors."""
    near, rest = like, _unit(vectors.mean(axis=0))
    inside = vectors @ near > vectors @ rest
    for _ in range(MOST_ROUNDS):
        if not 0 < inside.sum() < len(vectors):
            return None
        near, rest = _unit(vectors[inside].mean(axis=0)), _unit(vectors[~inside].mean(axis=0))
        was, inside = inside, vectors @ near > vectors @ rest
        if (was == inside).all():
            break
    return near, rest


def _unit(vector: Matrix) -> Matrix:
    length = np.linalg.norm(vector)
    return np.asarray(vector / length if length else vector, dtype=np.float32)
