"""
How far a count lies from what was expected: about a standard normal number, positive above, negative below.

The signed root of the deviance of a negative binomial count with mean m and variance m + v m² (McCullagh & Nelder, Generalized Linear
Models, 1989); a Poisson count where v is 0. The predictive distribution of a Poisson count whose rate is gamma with relative variance v
is just that, so v may hold both how the rate strays and what is not known of it.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_POISSON = 1e-9
"""The least relative variance, where the negative binomial is Poisson to every digit that counts."""


def surprise(observed: Floats, expected: Floats, variance: Floats) -> Floats:
    """Element by element; `variance` is relative (v). Expected counts must be positive."""
    size = 1 / np.maximum(variance, _POISSON)
    above = observed * np.log(np.maximum(observed, _POISSON) / expected)
    deviance = 2 * (above - (observed + size) * np.log1p((observed - expected) / (size + expected)))
    return np.asarray(np.sign(observed - expected) * np.sqrt(np.maximum(deviance, 0)), dtype=np.float64)
