"""
How much a signal deserves attention: priority = people x intensity x trend x value, every factor told.

* people     different customers
* intensity  0.5 + mean intensity of the frictions (0 to 1): a mild friction counts half, a severe one three times that
* trend      what grows comes first
* value      1 + a tenth for every tenfold of the customers' annual value above 1,000; 1 where none is known
"""

from dataclasses import dataclass
from math import log10, prod

from shared.events import Trend


@dataclass(frozen=True, slots=True)
class Weights:
    """What a company may set differently."""

    least_intensity: float = 0.5
    new: float = 1.5
    escalating: float = 2.0
    steady: float = 1.0
    easing: float = 0.6
    quiet: float = 0.2
    value_per_tenfold: float = 0.1

    def of(self, trend: Trend) -> float:
        return {
            Trend.NEW: self.new,
            Trend.ESCALATING: self.escalating,
            Trend.STEADY: self.steady,
            Trend.EASING: self.easing,
            Trend.QUIET: self.quiet,
        }[trend]


@dataclass(frozen=True, slots=True)
class Factor:
    """One factor of the product, and where it comes from."""

    name: str
    value: float
    explanation: str


@dataclass(frozen=True, slots=True)
class Priority:
    """`score` is the product of the factors."""

    score: float
    factors: tuple[Factor, ...]


def priority_of(
    *, customers: int, intensity: float, trend: Trend, annual_value: float | None = None, weights: Weights | None = None
) -> Priority:
    """The priority of a signal: `intensity` is the mean over its frictions, `annual_value` the sum over its customers."""
    weights = weights or Weights()
    factors = (
        Factor("people", float(customers), f"{customers:,} different customers"),
        Factor("intensity", weights.least_intensity + intensity, f"{intensity:.2f} of 1 on average over its frictions"),
        Factor("trend", weights.of(trend), trend.value),
        _value(annual_value, weights),
    )
    return Priority(prod(factor.value for factor in factors), factors)


def _value(annual_value: float | None, weights: Weights) -> Factor:
    if annual_value is None:
        return Factor("value", 1.0, "not weighed: no annual value was given")
    tenfolds = max(0.0, log10(max(annual_value, 1.0) / 1000))
    return Factor("value", 1 + weights.value_per_tenfold * tenfolds, f"{annual_value:,.0f} of annual value")
