"""How far each view of a text is trusted, how soft the answers are made, and from where on they are given."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from services.triage.reading.heads import fused

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SHARES: Final = tuple(np.linspace(0.0, 1.0, 11).tolist())
_TEMPERATURES: Final = tuple(np.geomspace(0.3, 2.0, 24).tolist())
_CUT_OFFS: Final = tuple(np.linspace(0.25, 0.7, 46).tolist())


@dataclass(frozen=True, slots=True)
class Calibration:
    """The weight of the words' view, and the temperature."""

    share: float
    temperature: float


def calibrated(
    words: NDArray[np.float32], meaning: NDArray[np.float32], truth: NDArray[np.int64], weights: NDArray[np.float64]
) -> Calibration:
    """The pair with the least weighted log-loss on log-probabilities (texts, labels) of texts not trained on."""
    options = [Calibration(share, temperature) for share in _SHARES for temperature in _TEMPERATURES]
    return min(options, key=lambda option: _loss(option, words, meaning, truth, weights))


def cut_off(probabilities: NDArray[np.float32], truth: NDArray[np.int64], *, accuracy: float) -> float:
    """The lowest probability from which on the answers given are right in `accuracy` of cases; at most .7."""
    confidence, is_right = probabilities.max(axis=1), probabilities.argmax(axis=1) == truth
    for least in _CUT_OFFS:
        given = is_right[confidence >= least]
        if len(given) and given.mean() >= accuracy:
            return float(round(least, 2))
    return float(_CUT_OFFS[-1])


def finding(probabilities: NDArray[np.float32], truth: NDArray[np.int64], *, recall: float) -> float:
    """The highest probability of the second of two labels from which on `recall` of those that are it are found."""
    found = np.sort(probabilities[truth == 1, 1])[::-1]
    return float(found[math.ceil(recall * len(found)) - 1])


def expected_calibration_error(probabilities: NDArray[np.float32], truth: NDArray[np.int64], *, bins: int = 10) -> float:
    """Mean distance between confidence and accuracy over equally filled bins (Naeini et al. 2015, adaptive binning)."""
    confidence, is_right = probabilities.max(axis=1), probabilities.argmax(axis=1) == truth
    parts = np.array_split(np.argsort(confidence, kind="stable"), bins)
    gaps = [abs(confidence[part].mean() - is_right[part].mean()) * len(part) for part in parts if len(part)]
    return float(sum(gaps) / len(truth))


def _loss(
    option: Calibration,
    words: NDArray[np.float32],
    meaning: NDArray[np.float32],
    truth: NDArray[np.int64],
    weights: NDArray[np.float64],
) -> float:
    scores = fused(words, meaning, share=option.share, temperature=option.temperature)
    return float(-(weights * scores[np.arange(len(truth)), truth]).sum() / weights.sum())
