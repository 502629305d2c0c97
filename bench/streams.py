"""
Seeded streams of contacts: signals with a daily and a weekly rhythm, Poisson or overdispersed, with or without a surge.

Overdispersed is a rate that strays by itself, by a gamma factor an hour and another a day, so that counts are negative binomial.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

STEPS: Final = 12
"""An hour's: counts are of five minutes."""

WEEK: Final = 168
HOURS: Final = 8 * WEEK


@dataclass(frozen=True, slots=True)
class Noise:
    """The relative variances of the gamma factors of an hour and of a day."""

    name: str
    hourly: float
    daily: float


POISSON: Final = Noise("Poisson", 0.0, 0.0)
OVERDISPERSED: Final = Noise("overdispersed", 0.01, 0.005)


@dataclass(frozen=True, slots=True)
class Surge:
    """For `hours` from step `start` on, three times as many contacts; to be noticed within `notice` hours."""

    start: int
    hours: int
    notice: int


@dataclass(frozen=True, slots=True)
class Streams:
    """One row per signal: `means` are the true ones of every step, without noise and surge, `counts` what came."""

    means: Floats
    counts: Floats


def quiet(random: np.random.Generator, hourly: Floats, noise: Noise) -> Streams:
    """Eight weeks without any surge of signals that get `hourly` contacts an hour on average."""
    return _streams(random, hourly[:, None] * _rhythms(random, len(hourly)), noise, ())


def surging(random: np.random.Generator, hourly: float, noise: Noise, surges: Sequence[Surge]) -> Streams:
    """Eight weeks of one signal per surge: it would get `hourly` contacts an hour in the stretch in which the surge is to be noticed."""
    rhythm = _rhythms(random, len(surges))
    usual = [_mean(rhythm[row], surge) for row, surge in enumerate(surges)]
    return _streams(random, hourly * rhythm / np.array(usual)[:, None], noise, surges)


def _rhythms(random: np.random.Generator, signals: int) -> Floats:
    """Relative rates of every step of eight weeks: alike, as the customers of one company are, and not the same."""
    hour = np.arange(HOURS)
    peak = random.normal(14, 2, (signals, 1))
    height = random.uniform(0.3, 0.8, (signals, 1))
    weekend = np.where(hour % WEEK >= 5 * 24, random.uniform(0.4, 1.1, (signals, 1)), 1.0)
    rhythm = (1 + height * np.cos((hour - peak) * 2 * np.pi / 24)) * weekend
    return np.asarray(np.repeat(rhythm / rhythm.mean(1, keepdims=True), STEPS, axis=1), dtype=np.float64)


def _mean(rhythm: Floats, surge: Surge) -> float:
    return float(rhythm[surge.start : surge.start + surge.notice * STEPS].mean())


def _streams(random: np.random.Generator, rates: Floats, noise: Noise, surges: Sequence[Surge]) -> Streams:
    means = rates / STEPS
    noisy = means * _gamma(random, noise.hourly, len(means), HOURS) * _gamma(random, noise.daily, len(means), HOURS // 24)
    for row, surge in enumerate(surges):
        noisy[row, surge.start : surge.start + surge.hours * STEPS] *= 3
    return Streams(means, random.poisson(noisy).astype(np.float64))


def _gamma(random: np.random.Generator, variance: float, signals: int, stretches: int) -> Floats:
    factors = random.gamma(1 / variance, variance, (signals, stretches)) if variance else np.ones((signals, stretches))
    return np.repeat(factors, HOURS * STEPS // stretches, axis=1)
