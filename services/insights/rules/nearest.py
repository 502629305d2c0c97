"""Which signal a friction belongs to: the nearest one, if it is near enough."""

from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Assigned:
    """
    The signal for which a friction counts, and the cosine to the centroid that caught it.

    `caught_by` is whose centroid that is, where that signal was merged into this one; None: its own.
    """

    signal_id: UUID
    similarity: float
    caught_by: UUID | None = None

    @property
    def catcher(self) -> UUID:
        return self.caught_by or self.signal_id


def nearest(vectors: Matrix, centroids: Matrix, signals: tuple[UUID, ...], *, threshold: float) -> list[Assigned | None]:
    """
    For each row of `vectors` the signal with the highest cosine, None below `threshold`.

    Rows are unit vectors. Of equally near signals the one that comes first in `signals` is taken.
    """
    if not signals:
        return [None] * len(vectors)
    cosines = vectors @ centroids.T
    best = cosines.argmax(axis=1)
    return [
        Assigned(signals[place], float(cosine)) if (cosine := cosines[row, place]) >= threshold else None
        for row, place in enumerate(best)
    ]
