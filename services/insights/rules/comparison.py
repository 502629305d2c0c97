"""Which days a proof compares, and what the rate is per."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Final

from services.insights.rules.proof import LONGEST

DAY: Final = timedelta(days=1)

BEFORE: Final = 28
"""Days before a fix that are compared, at most."""

SETTLED: Final = timedelta(hours=12)
"""A day is compared once it ended so long ago: what comes late is mostly there by then."""


class Per(StrEnum):
    """What a rate is per."""

    CUSTOMERS = "customers"
    CONTACTS = "contacts"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Whole days, UTC, `until` excluded."""

    since: date
    until: date

    @property
    def days(self) -> list[date]:
        return [self.since + number * DAY for number in range((self.until - self.since).days)]


@dataclass(frozen=True, slots=True)
class Told:
    """How many customers were active, as somebody told it. '' stands for all products, and for all versions."""

    day: date
    product: str
    version: str
    customers: int


def stretches(fixed_at: datetime, *, met_since: date, fixed_before: date | None, now: datetime) -> tuple[Stretch, Stretch]:
    """
    The days before a fix and after it. The day on which it shipped is neither.

    Before begins no earlier than the friction was first met, and after an earlier fix, whose work is not this one's.
    """
    day = fixed_at.astimezone(UTC).date()
    begin = max(day - BEFORE * DAY, met_since, fixed_before + DAY if fixed_before else date.min)
    end = min((now - SETTLED).astimezone(UTC).date(), day + (LONGEST + 1) * DAY)
    return Stretch(min(begin, day), day), Stretch(day + DAY, max(end, day + DAY))


def customers_of(told: Sequence[Told], product: str, days: Sequence[date]) -> list[int] | None:
    """
    The active customers of each day, of one product or ('') of all; None where they are not told of every day in the same way.

    What is told of all versions, or products, together counts; where it is not, its parts are added up, if they are those of every day.
    """
    by_product = _by_product(told)
    if all(day in by_product[product] for day in days):
        return [by_product[product][day] for day in days]
    if product:
        return None
    parts = [counts for name, counts in by_product.items() if name and counts]
    is_complete = parts and all(day in counts for counts in parts for day in days)
    return [sum(counts[day] for counts in parts) for day in days] if is_complete else None


def _by_product(told: Sequence[Told]) -> Mapping[str, Mapping[date, int]]:
    together = {(each.product, each.day) for each in told if not each.version}
    found: defaultdict[str, defaultdict[date, int]] = defaultdict(lambda: defaultdict(int))
    for each in told:
        if not each.version or (each.product, each.day) not in together:
            found[each.product][each.day] += each.customers
    return found
