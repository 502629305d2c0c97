"""
Whether a fix works: the contact rate after it against before, by an interval that is valid at every look.

Given how many contacts came before and after together, those after are binomial, whatever the rate before was. A confidence sequence
follows from the likelihood ratio of a mixture of ratios against each single one: that is a martingale, so by Ville's inequality it
exceeds 1/a at any time with a chance of at most a (Robbins, Ann. Math. Stat. 41, 1970; Howard et al., Ann. Stat. 49, 2021). The mixture
is half normal in the logarithm of the ratio, once to each side, so that each limit is wrong with a chance of at most WRONG, over all
looks together. Overdispersion divides every count by its factor, as quasi-likelihood does (McCullagh & Nelder, 1989).
"""

from dataclasses import dataclass
from enum import StrEnum
from math import exp
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

from services.insights.rules.shrinkage import ratios

Floats = NDArray[np.float64]

WRONG: Final = 0.025
"""The chance that a verdict is ever wrong."""

USEFUL: Final = 0.8
"""A fix that leaves more of the rate than this does not work."""

HOPED: Final = 0.5
"""The ratio that is assumed before anything has come."""

LONGEST: Final = 182
"""Days after a fix that are compared, at most."""

WAVE: Final = 4 / 3
"""A day with so much more exposure than is usual on it is left out."""

_SPREAD: Final = 0.7
_NODES: Final = 64
_STEPS: Final = np.array([_SPREAD * NormalDist().inv_cdf(0.5 + (node + 0.5) / _NODES / 2) for node in range(_NODES)])
_WIDEST: Final = 7.0
_LEAST: Final = 1e-9


class Verdict(StrEnum):
    VERIFIED = "verified"
    NOT_WORKING = "not_working"
    NOT_ENOUGH_DATA = "not_enough_data"


@dataclass(frozen=True, slots=True)
class Days:
    """Whole days in a row, along the last axis: contacts and exposure of each, the first on `weekday` (Monday is 0)."""

    contacts: Floats
    exposure: Floats
    weekday: int

    def first(self, number: int) -> "Days":
        return Days(self.contacts[..., :number], self.exposure[..., :number], self.weekday)


@dataclass(frozen=True, slots=True)
class Rates:
    """
    Contacts before and after, the exposure in which they came, and the overdispersion: the variance of a count over its mean.

    Every field may be an array of many cases.
    """

    before: Floats
    after: Floats
    exposure_before: Floats
    exposure_after: Floats
    overdispersion: Floats


@dataclass(frozen=True, slots=True)
class Needed:
    """What a verdict still needs at the present rate: whole days, and the contacts of the signal to be expected in them."""

    days: int
    contacts: int


@dataclass(frozen=True, slots=True)
class Proof:
    """
    `verdict` is that of the latest look at which there was one: more days never take it back, only other counts of the same days do.

    `ratio` is the rate after over the rate before, inside `low` to `high`; None where there is nothing to divide. `high` is None where nothing
    limits it. `needed` is told with NOT_ENOUGH_DATA, None where LONGEST would not do.
    """

    verdict: Verdict
    ratio: float | None
    low: float
    high: float | None
    needed: Needed | None


def proof_of(before: Days, after: Days) -> Proof:
    """The proof as it stands after whole days."""
    if not _is_comparable(before, after):
        return Proof(Verdict.NOT_ENOUGH_DATA, ratio=None, low=0.0, high=None, needed=None)
    rates = rates_of(before, after)
    verdict = _latest_verdict(before, after)
    return Proof(
        verdict,
        ratio=_ratio(rates),
        low=_limit(rates, -1) or 0.0,
        high=_limit(rates, +1),
        needed=_needed(rates, len(before.contacts), len(after.contacts)) if verdict is Verdict.NOT_ENOUGH_DATA else None,
    )


def calm(before: Days, after: Days) -> tuple[Days, Days]:
    """
    The same, with nothing on days on which there was more than WAVE times as much of everything else as usual: so many more write for
    reasons of their own, and say nothing of how many could have met the friction. Chosen by exposure alone, days bias no rate.
    """
    usual = _usual(before)
    return _kept(before, usual), _kept(after, usual)


def rates_of(before: Days, after: Days) -> Rates:
    """The days in sum. Exposure on a day of the week on which customers have more trouble counts for more."""
    shares = _weekdays(before)
    exposures = [days.exposure * shares[..., _weekday(days)] for days in (before, after)]
    return Rates(
        before.contacts.sum(-1),
        after.contacts.sum(-1),
        exposures[0].sum(-1),
        exposures[1].sum(-1),
        _overdispersion((before.contacts, after.contacts), exposures),
    )


def is_verified(rates: Rates) -> NDArray[np.bool_]:
    """Whether the rate has fallen."""
    return np.asarray(_evidence(rates, np.zeros(1), -1) >= -np.log(WRONG))


def is_not_working(rates: Rates) -> NDArray[np.bool_]:
    """Whether the rate has not fallen to what would be useful."""
    return np.asarray(_evidence(rates, np.log([USEFUL]), +1) >= -np.log(WRONG))


def _usual(before: Days) -> Floats:
    """The median exposure of each day of the week; of all days where not every one is there."""
    days, weekday = before.exposure, _weekday(before)
    if days.shape[-1] < 7:
        return (
            np.repeat(np.median(days, axis=-1, keepdims=True), 7, axis=-1) if days.shape[-1] else np.zeros((*days.shape[:-1], 7))
        )
    return np.stack([np.median(days[..., weekday == day], axis=-1) for day in range(7)], axis=-1)


def _kept(days: Days, usual: Floats) -> Days:
    is_kept = days.exposure <= WAVE * usual[..., _weekday(days)]
    return Days(days.contacts * is_kept, days.exposure * is_kept, days.weekday)


def _is_comparable(before: Days, after: Days) -> bool:
    """Whether there was anything before that could become less, and anybody whom it could have happened to."""
    return bool(before.contacts.sum() > 0 and before.exposure.sum() > 0 and (not len(after.exposure) or after.exposure.sum() > 0))


def _latest_verdict(before: Days, after: Days) -> Verdict:
    looks = (_verdict(rates_of(before, after.first(days))) for days in range(len(after.contacts), 0, -1))
    return next((verdict for verdict in looks if verdict is not Verdict.NOT_ENOUGH_DATA), Verdict.NOT_ENOUGH_DATA)


def _verdict(rates: Rates) -> Verdict:
    if is_verified(rates).any():
        return Verdict.VERIFIED
    return Verdict.NOT_WORKING if is_not_working(rates).any() else Verdict.NOT_ENOUGH_DATA


def _ratio(rates: Rates) -> float | None:
    if not rates.before or not rates.exposure_after:
        return None
    return float(rates.after / rates.exposure_after * rates.exposure_before / rates.before)


def _evidence(rates: Rates, log_ratio: Floats, side: int) -> Floats:
    """The logarithm of the mixture's likelihood ratio against `log_ratio`: -1 for smaller ratios, +1 for larger ones."""
    ratios_ = np.multiply.outer(side * _STEPS, np.ones_like(log_ratio)) + log_ratio
    gain = (_likelihood(rates, ratios_) - _likelihood(rates, log_ratio)) / rates.overdispersion
    most = gain.max(0)
    return np.asarray(most + np.log(np.exp(gain - most).mean(0)), dtype=np.float64)


def _likelihood(rates: Rates, log_ratio: Floats) -> Floats:
    """Of a binomial count with the chance that a contact came after, but for a constant."""
    both = np.log(rates.exposure_before + np.exp(log_ratio) * rates.exposure_after)
    return np.asarray(rates.after * log_ratio - (rates.before + rates.after) * both, dtype=np.float64)


def _limit(rates: Rates, side: int) -> float | None:
    """The ratio from which on, to that side, the evidence is against; None where that is nowhere near."""
    inside, outside = side * -_WIDEST, side * _WIDEST
    if not _is_against(rates, outside, side):
        return None
    for _ in range(40):
        middle = (inside + outside) / 2
        inside, outside = (inside, middle) if _is_against(rates, middle, side) else (middle, outside)
    return exp(outside)


def _is_against(rates: Rates, log_ratio: float, side: int) -> bool:
    return bool((_evidence(rates, np.array([log_ratio]), -side) >= -np.log(WRONG)).item())


def _weekday(days: Days) -> NDArray[np.int64]:
    return (days.weekday + np.arange(days.contacts.shape[-1])) % 7


def _weekdays(before: Days) -> Floats:
    is_day = np.eye(7)[_weekday(before)]
    contacts, exposure = before.contacts @ is_day, before.exposure @ is_day
    rate = contacts.sum(-1, keepdims=True) / exposure.sum(-1, keepdims=True)
    return ratios(contacts, np.maximum(exposure * rate, _LEAST))


def _overdispersion(contacts: tuple[Floats, ...], exposures: list[Floats]) -> Floats:
    """
    Squares about the rate before and the rate after, over their means; 1, which is Poisson's, is the least.

    The days of the week were fitted to the days before, and a rate to those after: that takes so many days' worth of freedom away.
    """
    squares, means = np.zeros(()), np.zeros(())
    for counts, exposure, fitted in zip(contacts, exposures, (7, 1), strict=True):
        days = counts.shape[-1]
        if days <= fitted:
            continue
        expected = exposure * counts.sum(-1, keepdims=True) / np.maximum(exposure.sum(-1, keepdims=True), _LEAST)
        squares = squares + days / (days - fitted) * ((counts - expected) ** 2).sum(-1)
        means = means + expected.sum(-1)
    return np.maximum(1.0, squares / np.maximum(means, _LEAST))


def _needed(rates: Rates, days_before: int, days: int) -> Needed | None:
    """By growing what came after at its present rate; before the first contact as if the fix halved the rate."""
    daily = float(rates.after) / days if float(rates.after) else HOPED * float(rates.before) / days_before
    exposure = float(rates.exposure_after) / days if days else float(rates.exposure_before) / days_before
    more = np.arange(1, LONGEST - days + 1)
    later = Rates(
        rates.before,
        rates.after + more * daily,
        rates.exposure_before,
        rates.exposure_after + more * exposure,
        rates.overdispersion,
    )
    is_enough = is_verified(later) | is_not_working(later)
    if not is_enough.any():
        return None
    first = int(more[is_enough.argmax()])
    return Needed(first, round(first * daily))
