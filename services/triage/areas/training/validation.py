"""What cross-validation showed: every figure is of texts that were not learned from."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from services.triage.training.calibration import expected_calibration_error

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_SHOWN: Final = 2
# Below, a confusion is chance or label noise; above, people will confuse the two as well.
_WORTH: Final = 0.1
_FEWEST: Final = 2


@dataclass(frozen=True, slots=True)
class OfArea:
    """With the cut-off applied. `precision` is None where the area was never given."""

    area: str
    examples: int
    precision: float | None
    recall: float


@dataclass(frozen=True, slots=True)
class Confusion:
    """Two areas that are taken for each other, `times` of the `examples` of both; `shown` are such texts with where they belong."""

    areas: tuple[str, str]
    times: int
    examples: int
    shown: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Validation:
    """
    Probabilities (texts, areas) of measured examples, calibrated, and `raw` before the temperature; `nothing` are those of texts that fit
    no area. `share` is how far words are trusted.
    """

    areas: tuple[str, ...]
    texts: Sequence[str]
    truth: NDArray[np.int64]
    probabilities: NDArray[np.float32]
    raw: NDArray[np.float32]
    nothing: NDArray[np.float32]
    share: float
    temperature: float
    cut_off: float

    @property
    def accuracy(self) -> float:
        """Of all, no cut-off."""
        return float(self._is_right.mean())

    @property
    def coverage(self) -> float:
        """How many get an area."""
        return float(self._is_given.mean())

    @property
    def accuracy_given(self) -> float:
        """Of those that get an area."""
        return float(self._is_right[self._is_given].mean()) if self._is_given.any() else 0.0

    @property
    def nothing_recognised(self) -> float:
        """How many of the texts that fit no area get none."""
        return float((self.nothing.max(axis=1) < self.cut_off).mean()) if len(self.nothing) else 0.0

    @property
    def error_before(self) -> float:
        """Expected calibration error before the temperature."""
        return expected_calibration_error(self.raw, self.truth)

    @property
    def error_after(self) -> float:
        """And with it."""
        return expected_calibration_error(self.probabilities, self.truth)

    def of_areas(self) -> list[OfArea]:
        """Every area, in the order of the file."""
        return [self._of_area(place, name) for place, name in enumerate(self.areas)]

    def confusions(self) -> list[Confusion]:
        """Pairs worth merging, or worth telling apart by better examples; the worst first."""
        examples = np.bincount(self.truth, minlength=len(self.areas))
        times: Counter[tuple[int, int]] = Counter()
        for truth, chosen in zip(self.truth.tolist(), self._chosen.tolist(), strict=True):
            if truth != chosen:
                times[min(truth, chosen), max(truth, chosen)] += 1
        found = [
            Confusion((self.areas[a], self.areas[b]), count, int(examples[a] + examples[b]), self._shown(a, b))
            for (a, b), count in times.items()
            if count >= _FEWEST and count >= _WORTH * (examples[a] + examples[b])
        ]
        return sorted(found, key=lambda each: (-each.times / each.examples, each.areas))

    @property
    def _chosen(self) -> NDArray[np.int64]:
        chosen: NDArray[np.int64] = self.probabilities.argmax(axis=1)
        return chosen

    @property
    def _is_right(self) -> NDArray[np.bool_]:
        is_right: NDArray[np.bool_] = self._chosen == self.truth
        return is_right

    @property
    def _is_given(self) -> NDArray[np.bool_]:
        is_given: NDArray[np.bool_] = self.probabilities.max(axis=1) >= self.cut_off
        return is_given

    def _of_area(self, place: int, name: str) -> OfArea:
        own, given = self.truth == place, (self._chosen == place) & self._is_given
        right = int((own & given).sum())
        return OfArea(name, int(own.sum()), right / int(given.sum()) if given.any() else None, right / max(int(own.sum()), 1))

    def _shown(self, a: int, b: int) -> tuple[tuple[str, str], ...]:
        pairs = zip(self.texts, self.truth.tolist(), self._chosen.tolist(), strict=True)
        mistaken = [(text, self.areas[truth]) for text, truth, chosen in pairs if {truth, chosen} == {a, b} and truth != chosen]
        return tuple(sorted(mistaken, key=lambda each: (len(each[0]), each))[:_SHOWN])
