"""
What a signal usually gets: contacts per hour of the week, how sure that is, and how far the counts stray by themselves.

The rate of an hour is the signal's level times a rhythm: the tenant's own (what all its signals do together), corrected by hour of the
day, by day of the week and by hour of the week, each no further than the counts support (shrinkage). A sparse signal keeps the tenant's
rhythm, a busy one has its own.
How far counts stray beyond Poisson is two gamma frailties, one an hour and one a day, by moments: a count is then negative binomial.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from services.insights.rules.shrinkage import ratios

Floats = NDArray[np.float64]

WEEK: Final = 168
DAY: Final = 24

LEVEL_WEEKS: Final = 4
"""The latest weeks say how much there is; the rhythm is learned from all."""

FREE_HOURS: Final = 24
"""A rhythm is not known before there are many contacts for each of its free hours …"""

KINDRED: Final = 0.1
"""… but rhythms of one tenant are no further apart than this relative variance."""

ALIKE_HOURS: Final = 6
"""Hours next to each other share the error of their rhythm; over longer windows it evens out."""

LEAST_SPREAD: Final = 0.005
"""Standard deviation by which the straying of signals differs, at least, from what is usual."""


@dataclass(frozen=True, slots=True)
class Straying:
    """How counts stray beyond Poisson: the relative variances of the rate from hour to hour and from day to day."""

    hourly: float
    daily: float


ASSUMED: Final = Straying(0.02, 0.02)
"""Before any signal of a tenant has two weeks to be compared: more than most, so that nobody is alarmed by what is usual there."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """
    Contacts an hour, `rates[0]` being Monday 00:00 to 01:00 UTC.

    The relative variances are those of the level, of the rhythm, and of the straying.
    """

    rates: Floats
    level: float
    rhythm: float
    straying: Straying

    def expected(self, since: Floats, until: Floats) -> Floats:
        """Contacts between two moments, in hours since a Monday 00:00 UTC."""
        return self._until(until) - self._until(since)

    def variance(self, hours: Floats) -> Floats:
        """The relative variance of the rate over so many hours: what is not known of it, and how it strays."""
        terms = ((self.rhythm, ALIKE_HOURS), (self.straying.hourly, 1), (self.straying.daily, DAY))
        return np.asarray(self.level + sum(variance / np.maximum(hours / alike, 1.0) for variance, alike in terms))

    def _until(self, moment: Floats) -> Floats:
        whole = np.concatenate(([0.0], np.cumsum(self.rates)))
        weeks, rest = np.divmod(moment, WEEK)
        return np.asarray(weeks * whole[-1] + np.interp(rest, np.arange(WEEK + 1), whole), dtype=np.float64)


def weeks_of(hourly: Floats, until: int) -> Floats:
    """
    Counts of hours, along the last axis, as weeks x hours of the week: the whole weeks before hour `until`, the last of them at the end.

    Hours are numbered from a Monday 00:00 UTC.
    """
    weeks = hourly.shape[-1] // WEEK
    whole = hourly[..., hourly.shape[-1] - weeks * WEEK :].reshape(*hourly.shape[:-1], weeks, WEEK)
    return np.roll(whole, until % WEEK, axis=-1)


def rhythm_of(counts: Floats) -> Floats:
    """The rhythm of what all signals of a tenant get together, per hour of the week: mean 1, smooth where counts are few."""
    return _rhythm(counts, np.ones(WEEK))


def usual_straying(signals: Sequence[Floats], rhythm: Floats) -> Straying:
    """How the signals of a tenant stray, each of them weeks x hours of the week: the median, which a surge in one does not move."""
    found = [_straying(counts, rhythm) for counts in signals if len(counts) > 1 and counts.any()]
    if not found:
        return ASSUMED
    hourly, daily = np.median([(each.hourly, each.daily) for each in found], axis=0)
    return Straying(max(0.0, float(hourly)), max(0.0, float(daily)))


def baseline_of(counts: Floats, *, rhythm: Floats, usual: Straying) -> Baseline:
    """
    The baseline after `counts` (weeks x hours of the week, the latest week last, at least one week).

    `rhythm` and `usual` are what the tenant's signals have in common.
    """
    own = _rhythm(counts.sum(0), rhythm)
    straying = _between(counts, own, usual)
    latest = counts[-LEVEL_WEEKS:]
    # The posterior mean of a Poisson rate under Jeffreys' prior, which a signal that was silent needs.
    contacts = float(latest.sum()) + 0.5
    strayed = straying.hourly / 7 + straying.daily
    return Baseline(
        contacts / latest.size * own,
        level=1 / contacts + straying.daily / (7 * len(latest)),
        rhythm=1 / (float(counts.sum()) / FREE_HOURS + 1 / KINDRED) + strayed / len(counts),
        straying=straying,
    )


def _rhythm(week: Floats, prior: Floats) -> Floats:
    if not week.any():
        return prior
    expected = (week.sum() * prior / prior.sum()).reshape(7, DAY)
    seen = week.reshape(7, DAY)
    hours = ratios(seen.sum(0), expected.sum(0))
    expected = expected * (np.roll(hours, 1) + 2 * hours + np.roll(hours, -1)) / 4
    expected = expected * ratios(seen.sum(1), expected.sum(1))[:, None]
    rates = expected.ravel() * ratios(week, expected.ravel())
    return np.asarray(rates / rates.mean(), dtype=np.float64)


def _between(counts: Floats, rhythm: Floats, usual: Straying) -> Straying:
    """The straying between the signal's own and what is usual, by how sure its own is."""
    if len(counts) == 1 or not counts.any():
        return usual
    own = _straying(counts, rhythm)
    hour = counts.mean() * rhythm
    day = hour.reshape(7, DAY).sum(1)
    return Straying(
        _weighed(own.hourly, usual.hourly, means=hour, weeks=len(counts)),
        _weighed(own.daily, usual.daily, means=day, weeks=len(counts)),
    )


def _straying(counts: Floats, rhythm: Floats) -> Straying:
    """
    By moments; below 0 where counts happen to stray less than Poisson's.

    Each hour is compared with the same hour of other weeks, so that no misfit of the rhythm is taken for straying.
    """
    hour = counts.mean() * rhythm
    day = hour.reshape(7, DAY).sum(1)
    by_day = counts.reshape(-1, 7, DAY).sum(2)
    # Var(hour) = m + (h + d) m², Var(day) = M + h Σm² + d M².
    both = float((counts.var(0, ddof=1) - counts.mean(0)).sum() / (hour**2).sum())
    days = float((by_day.var(0, ddof=1) - by_day.mean(0)).sum() / (day**2).sum())
    share = float((hour**2).sum() / (day**2).sum())
    daily = (days - share * both) / (1 - share)
    return Straying(both - daily, daily)


def _weighed(own: float, usual: float, *, means: Floats, weeks: int) -> float:
    """By inverse variances: of the estimate, were the straying usual, and of signals about what is usual."""
    error = 2 / (weeks - 1) * float(((means + usual * means**2) ** 2).sum() / (means**2).sum() ** 2)
    spread = max(usual, LEAST_SPREAD) ** 2
    return max(0.0, (own * spread + usual * error) / (spread + error))
