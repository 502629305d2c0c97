"""
How satisfied customers are, against the aim of 80 to 90 %: both edges matter.

Below it customers leave; above it the product pleases those it does not fit, or only the pleased are asked.
"""

from dataclasses import dataclass
from enum import StrEnum
from math import sqrt
from typing import Final

AIM: Final = (0.80, 0.90)
Z_95: Final = 1.959964


class Verdict(StrEnum):
    BELOW = "below"
    WITHIN = "within"
    ABOVE = "above"


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """The share of answers of 4 or 5 out of 5, the 95 % interval around it, and where the share lies."""

    share: float
    low: float
    high: float
    answers: int
    verdict: Verdict


def satisfaction(*, satisfied: int, answers: int) -> Satisfaction | None:
    """None where nobody has answered. The interval is Wilson's (1927), which stays inside 0 to 1 with few answers."""
    if not answers:
        return None
    share = satisfied / answers
    weight = Z_95**2 / answers
    middle = (share + weight / 2) / (1 + weight)
    half = Z_95 / (1 + weight) * sqrt(share * (1 - share) / answers + weight / (4 * answers))
    return Satisfaction(share, max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half)), answers, _verdict(share))


def _verdict(share: float) -> Verdict:
    low, high = AIM
    return Verdict.BELOW if share < low else Verdict.ABOVE if share > high else Verdict.WITHIN
