"""
`python -m bench.proof`: how often a fix is judged wrongly, and how soon it is judged at all. A few minutes.

Seeded histories of one signal: four weeks before a fix, six weeks after, a look every day, with a weekly rhythm and with busy days on
which every signal gets more. Wrong is a run in which any of the looks says `verified` of a fix that did nothing or harm, or `not_working`
of one that took away 30 or 60 %.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray

from services.insights.rules.proof import Days, Rates, is_not_working, is_verified, rates_of

Floats = NDArray[np.float64]

SEED: Final = 7
RUNS: Final = 2000
BEFORE: Final = 28
AFTER: Final = 42
VOLUMES: Final = (1.0, 5.0, 25.0)
"""Contacts a day before the fix."""

EFFECTS: Final = (1.0, 0.7, 0.4, 1.3)
WORKS: Final = 0.8
DISPERSIONS: Final = (1.0, 2.0)
"""The variance of a day's count over its mean, beside rhythm and busy days."""

CUSTOMERS: Final = 10_000.0
OUTSIDE: Final = 400.0
"""Contacts a day outside the signal."""

OTHER_SHARE: Final = 0.3
OTHER_DAY: Final = BEFORE + 7
OTHER_EFFECT: Final = 0.4
"""So much of what is outside falls to so much, a week after the fix, by a fix of its own."""

EXPOSURES: Final = ("customers", "contacts", "another fix", "not told of it")
"""
What the rate is per: active customers; contacts outside the signal; the same while another fix moves them, whose signal is left out, as the
service does; and, to show why, left in.
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Shares of runs, and the median day of a right verdict among those that had one."""

    verified: float
    not_working: float
    wrong: float
    day: float


def outcome(random: np.random.Generator, volume: float, effect: float, dispersion: float, exposure: str) -> Outcome:
    looks = _looks(random, volume, effect, dispersion, exposure)
    verified, not_working = (np.stack([judge(look) for look in looks], axis=1) for judge in (is_verified, is_not_working))
    right, wrong = (verified, not_working) if effect < WORKS else (not_working, verified)
    days = np.argmax(right[right.any(1)], axis=1) + 1
    return Outcome(
        float(verified.any(1).mean()),
        float((not_working & ~verified).any(1).mean()),
        float(wrong.any(1).mean()),
        float(np.median(days)) if len(days) else np.nan,
    )


def _looks(random: np.random.Generator, volume: float, effect: float, dispersion: float, exposure: str) -> list[Rates]:
    """What each day after the fix shows, of all runs."""
    shape = (RUNS, BEFORE + AFTER)
    day, weekday = np.arange(BEFORE + AFTER), int(random.integers(7))
    busy = np.where((weekday + day) % 7 >= 5, 0.6, 1.0) * random.gamma(100, 0.01, shape)
    mean = volume * busy * np.where(day >= BEFORE, effect, 1.0)
    if dispersion > 1:
        mean = random.gamma(mean / (dispersion - 1), dispersion - 1)
    contacts = random.poisson(mean).astype(np.float64)
    exposed = _exposure(random, busy, exposure)
    before = Days(contacts[:, :BEFORE], exposed[:, :BEFORE], weekday)
    return [
        rates_of(before, Days(contacts[:, BEFORE:end], exposed[:, BEFORE:end], weekday))
        for end in range(BEFORE + 1, BEFORE + AFTER + 1)
    ]


def _exposure(random: np.random.Generator, busy: Floats, exposure: str) -> Floats:
    if exposure == "customers":
        return np.full(busy.shape, CUSTOMERS)
    is_fixed = (np.arange(busy.shape[1]) >= OTHER_DAY) & (exposure != "contacts")
    other = random.poisson(OUTSIDE * OTHER_SHARE * busy * np.where(is_fixed, OTHER_EFFECT, 1.0))
    outside = random.poisson(OUTSIDE * (1 - OTHER_SHARE) * busy)
    return np.asarray(outside + (0 if exposure == "another fix" else other), dtype=np.float64)


def rows() -> Iterator[str]:
    """The table, in Markdown."""
    random = np.random.default_rng(SEED)
    yield "| rate per | spread | contacts a day | fix | verified | not working | wrong | median day |"
    yield "|---|---:|---:|---:|---:|---:|---:|---:|"
    for exposure, dispersion, volume, effect in product(EXPOSURES, DISPERSIONS, VOLUMES, EFFECTS):
        found = outcome(random, volume, effect, dispersion, exposure)
        day = "" if np.isnan(found.day) else f"{found.day:.0f}"
        yield (
            f"| {exposure} | {dispersion:g} | {volume:g} | {effect - 1:+.0%} | {found.verified:.1%} | {found.not_working:.1%} "
            f"| {found.wrong:.1%} | {day} |"
        )


def main() -> None:
    print(f"Seed {SEED}, {RUNS} runs a row, {BEFORE} days before, a look on each of {AFTER} days after.\n")
    for row in rows():
        print(row, flush=True)


if __name__ == "__main__":
    main()
