"""What contacts count for in the rollups. A change is the tally after minus the tally before; a recount in SQL must agree."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple, TypeVar
from uuid import UUID

K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class CountedFriction:
    """A friction as it is counted: `intensity` in thousandths, `signal_id` of None waits."""

    signal_id: UUID | None
    intensity: int


@dataclass(frozen=True, slots=True)
class CountedContact:
    """A contact as it is counted. `occurred_at` is in UTC."""

    tenant: str
    person: str
    occurred_at: datetime
    product: str
    disposition: str
    frictions: tuple[CountedFriction, ...]


class SignalHour(NamedTuple):
    tenant: str
    signal_id: UUID
    hour: datetime


class SignalCustomer(NamedTuple):
    tenant: str
    signal_id: UUID
    day: date
    person: str


class ContactDay(NamedTuple):
    tenant: str
    day: date
    product: str
    disposition: str


class Amount(NamedTuple):
    contacts: int
    frictions: int
    intensity: int


ZERO = Amount(0, 0, 0)


@dataclass(frozen=True, slots=True)
class Tally:
    """Amounts by what they are counted under. Entries of zero are left out."""

    hours: dict[SignalHour, Amount] = field(default_factory=dict)
    customers: dict[SignalCustomer, int] = field(default_factory=dict)
    days: dict[ContactDay, Amount] = field(default_factory=dict)


def change(*, before: Iterable[CountedContact], after: Iterable[CountedContact]) -> Tally:
    """What has to be added to the rollups when `before` stops counting and `after` starts to."""
    hours: dict[SignalHour, Amount] = {}
    customers: Counter[SignalCustomer] = Counter()
    days: dict[ContactDay, Amount] = {}
    for sign, contacts in ((-1, before), (+1, after)):
        for contact in contacts:
            _count(contact, sign, hours, customers, days)
    return Tally(
        {key: amount for key, amount in hours.items() if amount != ZERO},
        {key: contacts for key, contacts in customers.items() if contacts},
        {key: amount for key, amount in days.items() if amount != ZERO},
    )


def _count(
    contact: CountedContact,
    sign: int,
    hours: dict[SignalHour, Amount],
    customers: Counter[SignalCustomer],
    days: dict[ContactDay, Amount],
) -> None:
    day = contact.occurred_at.date()
    whole = _amount(sign, contact.frictions)
    _add(days, ContactDay(contact.tenant, day, contact.product, contact.disposition), whole)
    for signal_id in {friction.signal_id for friction in contact.frictions} - {None}:
        assert signal_id is not None
        share = _amount(sign, [friction for friction in contact.frictions if friction.signal_id == signal_id])
        hour = contact.occurred_at.replace(minute=0, second=0, microsecond=0)
        _add(hours, SignalHour(contact.tenant, signal_id, hour), share)
        customers[SignalCustomer(contact.tenant, signal_id, day, contact.person)] += sign


def _amount(sign: int, frictions: Iterable[CountedFriction]) -> Amount:
    intensities = [friction.intensity for friction in frictions]
    return Amount(sign, sign * len(intensities), sign * sum(intensities))


def _add(amounts: dict[K, Amount], key: K, more: Amount) -> None:
    known = amounts.get(key, ZERO)
    amounts[key] = Amount(known.contacts + more.contacts, known.frictions + more.frictions, known.intensity + more.intensity)
