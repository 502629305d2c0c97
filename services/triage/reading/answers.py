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
    """All labels of a question with their calibrated probabilities, likeliest first; it is sure from `least` on."""

    labels: tuple[str, ...]
    probabilities: tuple[float, ...]
    least: float

    @classmethod
    def of_row(cls, labels: Sequence[str], probabilities: NDArray[np.float32], *, least: float) -> Likely:
        """From probabilities in the order of the labels; equals keep that order."""
        order = (-probabilities).argsort(kind="stable").tolist()
        return cls(tuple(labels[index] for index in order), tuple(float(probabilities[index]) for index in order), least)

    @property
    def is_sure(self) -> bool:
        """Whether the best of them may be given as the answer."""
        return self.confidence >= self.least

    @property
    def best(self) -> str:
        return self.labels[0]

    @property
    def confidence(self) -> float:
        return self.probabilities[0]

    def of(self, label: str) -> float:
        """The probability of one label."""
        return self.probabilities[self.labels.index(label)]
