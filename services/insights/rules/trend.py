"""
Where a signal is going: the last seven days against the four weeks before them.

A first, simple version for counts per week: it says `escalating` or `easing` only where a Poisson rate of the earlier weeks
makes the last one improbable (two standard deviations of the difference) and the change is large (by half).
"""

from collections.abc import Sequence
from math import sqrt

from shared.events import Trend

WEEKS_BEFORE = 4
DEVIATIONS = 2.0
LARGE = 1.5


def trend_of(weeks: Sequence[int], *, is_young: bool) -> Trend:
    """
    The trend after contacts per week, `weeks[0]` being the last seven days, `weeks[1]` the seven before, and so on.

    `is_young`: the signal's first contact is too recent for a comparison. What is missing counts as 0.
    """
    last, *before = [*weeks[: 1 + WEEKS_BEFORE], *[0] * (1 + WEEKS_BEFORE - len(weeks))]
    if not any(weeks[:WEEKS_BEFORE]):
        return Trend.QUIET
    if is_young:
        return Trend.NEW
    usual = sum(before) / WEEKS_BEFORE
    # Variance of a count is its mean; that of the mean of four counts a quarter of it. One is added so that zeros are not certain.
    spread = DEVIATIONS * sqrt(usual + usual / WEEKS_BEFORE + 1)
    if last > usual + spread and last >= LARGE * usual:
        return Trend.ESCALATING
    if last < usual - spread and last * LARGE <= usual:
        return Trend.EASING
    return Trend.STEADY
