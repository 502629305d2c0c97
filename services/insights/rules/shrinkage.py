"""Ratios of counts to what was expected, no further from 1 than the counts support."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def ratios(observed: Floats, expected: Floats) -> Floats:
    """
    What to multiply the expected counts by, along the last axis; `expected` is positive and sums to what was observed.

    Empirical Bayes for ratios of Poisson counts: posterior means under a gamma prior about 1, its variance by moments
    (Clayton & Kaldor, Biometrics 43, 1987).
    """
    excess = ((observed - expected) ** 2 - expected).sum(-1, keepdims=True)
    # A prior without variance is one that nothing moves.
    prior = (expected**2).sum(-1, keepdims=True) / np.where(excess > 0, excess, 1.0)
    return np.asarray(np.where(excess > 0, (observed + prior) / (expected + prior), 1.0), dtype=np.float64)
