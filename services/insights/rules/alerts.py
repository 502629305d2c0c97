"""
When others are told that a signal got worse: once in an episode, and of a snoozed one only when it is worse than it was then.

An episode begins when a signal escalates and ends when it has not for a day, so one that wavers is told once. A snoozed signal is
worse when it escalates though it did not then; if it did, when it gets twice the contacts a day, and ten at least.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from shared.events import Trend

CALM: Final = timedelta(days=1)
"""How long a signal must not have escalated for the next escalation to be another episode."""

WORSE: Final = 2
"""So many times the contacts of a day; chance alone makes that of ten in less than one day in 200."""

FEWEST: Final = 5
"""Contacts a day below which no number is told from another."""


@dataclass(frozen=True, slots=True)
class Snooze:
    """How a signal stood when it was snoozed: its trend, and the contacts of the day before."""

    trend: Trend
    contacts: int


def is_new_episode(*, before: Trend, calm_since: datetime | None, trend: Trend, now: datetime) -> bool:
    """Whether an episode begins with the turn from `before` to `trend`."""
    has_turned = trend is Trend.ESCALATING and before is not Trend.ESCALATING
    return has_turned and (calm_since is None or now - calm_since >= CALM)


def is_worse(snooze: Snooze, *, trend: Trend, contacts: int) -> bool:
    """Whether a signal that now goes this way, with so many contacts in the last day, is worse than when it was snoozed."""
    if trend is not Trend.ESCALATING:
        return False
    return snooze.trend is not Trend.ESCALATING or contacts >= WORSE * max(snooze.contacts, FEWEST)
