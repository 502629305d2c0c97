"""The answer to one question about one text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Likely:
    """All labels of a question with their calibrated probabilities, likeliest first."""

    labels: tuple[str, ...]
    probabilities: tuple[float, ...]

    @classmethod
    def of_row(cls, labels: Sequence[str], probabilities: NDArray[np.float32]) -> Likely:
        """From probabilities in the order of the labels; equals keep that order."""
        order = (-probabilities).argsort(kind="stable").tolist()
        return cls(tuple(labels[index] for index in order), tuple(float(probabilities[index]) for index in order))

    @property
    def best(self) -> str:
        return self.labels[0]

    @property
    def confidence(self) -> float:
        return self.probabilities[0]

    def of(self, label: str) -> float:
        """The probability of one label."""
        return self.probabilities[self.labels.index(label)]
