"""
How much a signal deserves attention: priority = people x intensity x trend x value, every factor told.

* people     different customers
* intensity  0.5 + mean intensity of the frictions (0 to 1): a mild friction counts half, a severe one three times that
* trend      what grows comes first
* value      1 + a tenth for every tenfold of the customers' annual value above 1,000; 1 where none is known

docs/priority.md has it as a formula, which a test holds against this.
"""

from dataclasses import dataclass
from math import log10, prod

from shared.events import Trend


@dataclass(frozen=True, slots=True)
class Weights:
    """What a company may set differently: docs/priority.md."""

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
    """`score` is the product of the factors, which the weights went into."""

    score: float
    factors: tuple[Factor, ...]
    weights: Weights


@dataclass(frozen=True, slots=True)
class Worth:
    """What a signal's customers are worth a year: the sum over those whose value is known, and how many they are."""

    annual_value: int
    customers: int


def priority_of(
    *, customers: int, intensity: float, trend: Trend, worth: Worth | None = None, weights: Weights | None = None
) -> Priority:
    """The priority of a signal: `intensity` is the mean over its frictions."""
    weights = weights or Weights()
    factors = (
        Factor("people", float(customers), f"{customers:,} different customers"),
        Factor("intensity", weights.least_intensity + intensity, f"{intensity:.2f} of 1 on average over its frictions"),
        Factor("trend", weights.of(trend), trend.value),
        _value(worth, customers, weights),
    )
    return Priority(prod(factor.value for factor in factors), factors, weights)


def _value(worth: Worth | None, customers: int, weights: Weights) -> Factor:
    if worth is None:
        return Factor("value", 1.0, "not weighed: no annual value was given")
    tenfolds = max(0.0, log10(max(worth.annual_value, 1) / 1000))
    of = f"known of {worth.customers:,} of {customers:,} customers"
    return Factor("value", 1 + weights.value_per_tenfold * tenfolds, f"{worth.annual_value:,} of annual value, {of}")
