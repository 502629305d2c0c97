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

from services.insights.rules.proof import Days, Rates, calm, is_not_working, is_verified, rates_of

Floats = NDArray[np.float64]

SEED: Final = 7
RUNS: Final = 2000
BEFORE: Final = 28
AFTER: Final = 42
VOLUMES: Final = (1.0, 5.0, 25.0)
"""Contacts a day before the fix."""

STRONG: Final = 0.4
EFFECTS: Final = (1.0, 0.7, STRONG, 1.3)
WORKS: Final = 0.8
DISPERSIONS: Final = (1.0, 2.0)
"""The variance of a day's count over its mean, beside rhythm and busy days."""

CUSTOMERS: Final = 10_000.0
OUTSIDE: Final = 400.0
"""Contacts a day outside the signal."""

FEW_OUTSIDE: Final = 20.0

OTHER_SHARE: Final = 0.3
OTHER_DAY: Final = BEFORE + 7
FIXED: Final = 0.4
WAVE: Final = 3.0
WAVE_DAYS: Final = 5
"""So much of what is outside falls for good to so much, a week after the fix, by a fix of its own; or it is a wave of so many days."""

LEFT_IN: Final = "a wave, left in"
EXPOSURES: Final = ("customers", "contacts", "few contacts", "another fix", "another fix, left in", "a wave", LEFT_IN)
"""
What the rate is per: active customers; contacts outside the signal, many or few; the same while the fix of another signal moves them, which
is left out, as the service does, or, to show why, in; or while a wave that no signal shows does, without its days, as the service has it,
or with them.
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
    before, after = (Days(contacts[:, part], exposed[:, part], weekday) for part in (slice(BEFORE), slice(BEFORE, None)))
    if exposure not in ("customers", LEFT_IN):
        before, after = calm(before, after)
    return [rates_of(before, after.first(days)) for days in range(1, AFTER + 1)]


def _exposure(random: np.random.Generator, busy: Floats, exposure: str) -> Floats:
    if exposure == "customers":
        return np.full(busy.shape, CUSTOMERS)
    level = FEW_OUTSIDE if exposure == "few contacts" else OUTSIDE
    other = random.poisson(level * OTHER_SHARE * busy * _moves(np.arange(busy.shape[1]) - OTHER_DAY, exposure))
    outside = random.poisson(level * (1 - OTHER_SHARE) * busy)
    return np.asarray(outside + (0 if exposure == "another fix" else other), dtype=np.float64)


def _moves(day: NDArray[np.int64], exposure: str) -> Floats:
    if exposure.startswith("another fix"):
        return np.where(day >= 0, FIXED, 1.0)
    return np.where((day >= 0) & (day < WAVE_DAYS), WAVE, 1.0) if exposure.startswith("a wave") else np.ones(len(day))


def rows() -> Iterator[str]:
    """The table, in Markdown, and the worst of what the service would have done."""
    random = np.random.default_rng(SEED)
    yield "| rate per | spread | a day | " + " | ".join(_name(effect) for effect in EFFECTS) + " | wrong | median day of -60 % |"
    yield "|---|---:|---:|" + "---:|" * (len(EFFECTS) + 2)
    worst = 0.0
    for exposure, dispersion, volume in product(EXPOSURES, DISPERSIONS, VOLUMES):
        found = {effect: outcome(random, volume, effect, dispersion, exposure) for effect in EFFECTS}
        said = " | ".join(f"{each.verified:.1%} · {each.not_working:.1%}" for each in found.values())
        wrong = max(each.wrong for each in found.values())
        worst = worst if exposure.endswith("left in") else max(worst, wrong)
        yield f"| {exposure} | {dispersion:g} | {volume:g} | {said} | {wrong:.1%} | {found[STRONG].day:.0f} |"
    yield f"\nWrong in at most {worst:.1%} of the runs of any history, but for what was left in."


def _name(effect: float) -> str:
    return f"{effect - 1:+.0%}".replace("%", " %") if effect != 1 else "none"


def main() -> None:
    print(f"Seed {SEED}, {RUNS} runs a row, {BEFORE} days before, a look on each of {AFTER} days after.\n")
    for row in rows():
        print(row, flush=True)


if __name__ == "__main__":
    main()
