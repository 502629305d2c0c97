"""What contacts count for in the rollups. A change is the tally after minus the tally before; a recount in SQL must agree."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from operator import add
from typing import NamedTuple, TypeVar
from uuid import UUID

K = TypeVar("K")

SATISFIED = 4
"""The least of five points that say so."""


@dataclass(frozen=True, slots=True)
class CountedFriction:
    """A friction as it is counted: `intensity` in thousandths, `signal_id` of None waits."""

    signal_id: UUID | None
    intensity: int


@dataclass(frozen=True, slots=True)
class CountedOutcome:
    """How a contact ended, as it is counted: on the day of the report, in UTC."""

    day: date
    resolution: str
    csat: int | None
    seconds: int | None
    is_remedy_taken: bool = False


@dataclass(frozen=True, slots=True)
class CountedContact:
    """A contact as it is counted. `occurred_at` is in UTC; `names_value` is whether it says what its customer is worth."""

    tenant: str
    person: str
    occurred_at: datetime
    product: str
    disposition: str
    frictions: tuple[CountedFriction, ...]
    names_value: bool = False
    outcome: CountedOutcome | None = None
    remedy_id: UUID | None = None


class Person(NamedTuple):
    tenant: str
    person: str


class SignalKey(NamedTuple):
    tenant: str
    signal_id: UUID


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


class SignalDay(NamedTuple):
    tenant: str
    signal_id: UUID
    day: date


class OutcomeDay(NamedTuple):
    tenant: str
    day: date
    disposition: str


class RemedyDay(NamedTuple):
    tenant: str
    remedy_id: UUID
    day: date


class Amount(NamedTuple):
    contacts: int
    frictions: int
    intensity: int


class Answered(NamedTuple):
    """Contacts with an outcome, those of them that tell the time they took, and that time."""

    answered: int
    timed: int
    seconds: int


class Ended(NamedTuple):
    outcomes: int
    won: int
    lost: int
    rated: int
    satisfied: int


class Helped(NamedTuple):
    """Contacts that were offered a remedy, that took it, and of those that ended how many won and lost: with it, and without."""

    offered: int
    taken: int
    taken_won: int
    taken_lost: int
    left_won: int
    left_lost: int


A = TypeVar("A", Amount, Answered, Ended, Helped)


@dataclass(frozen=True, slots=True)
class Tally:
    """Amounts by what they are counted under; entries of zero are left out. `valued` are people whose value may be another now."""

    hours: dict[SignalHour, Amount] = field(default_factory=dict)
    customers: dict[SignalCustomer, int] = field(default_factory=dict)
    days: dict[ContactDay, Amount] = field(default_factory=dict)
    answers: dict[SignalDay, Answered] = field(default_factory=dict)
    outcomes: dict[OutcomeDay, Ended] = field(default_factory=dict)
    remedies: dict[RemedyDay, Helped] = field(default_factory=dict)
    valued: frozenset[Person] = frozenset()

    @property
    def met(self) -> frozenset[Person]:
        """Who may have met other signals than before."""
        return frozenset(Person(key.tenant, key.person) for key in self.customers)


def change(*, before: Iterable[CountedContact], after: Iterable[CountedContact]) -> Tally:
    """What has to be added to the rollups when `before` stops counting and `after` starts to."""
    found = Tally()
    valued: set[Person] = set()
    for sign, contacts in ((-1, before), (+1, after)):
        for contact in contacts:
            _count(contact, sign, found)
            if contact.names_value:
                valued.add(Person(contact.tenant, contact.person))
    return Tally(
        _without_zeros(found.hours),
        {key: contacts for key, contacts in found.customers.items() if contacts},
        _without_zeros(found.days),
        _without_zeros(found.answers),
        _without_zeros(found.outcomes),
        _without_zeros(found.remedies),
        frozenset(valued),
    )


def _count(contact: CountedContact, sign: int, tally: Tally) -> None:
    day = contact.occurred_at.date()
    whole = _amount(sign, contact.frictions)
    _add(tally.days, ContactDay(contact.tenant, day, contact.product, contact.disposition), whole)
    for signal_id in {friction.signal_id for friction in contact.frictions} - {None}:
        assert signal_id is not None
        share = _amount(sign, [friction for friction in contact.frictions if friction.signal_id == signal_id])
        hour = contact.occurred_at.replace(minute=0, second=0, microsecond=0)
        _add(tally.hours, SignalHour(contact.tenant, signal_id, hour), share)
        met = SignalCustomer(contact.tenant, signal_id, day, contact.person)
        tally.customers[met] = tally.customers.get(met, 0) + sign
        if contact.outcome:
            _add(tally.answers, SignalDay(contact.tenant, signal_id, day), _answered(sign, contact.outcome))
    if contact.outcome:
        _add(tally.outcomes, OutcomeDay(contact.tenant, contact.outcome.day, contact.disposition), _ended(sign, contact.outcome))
    if contact.remedy_id:
        _add(tally.remedies, RemedyDay(contact.tenant, contact.remedy_id, day), _helped(sign, contact.outcome))


def _amount(sign: int, frictions: Iterable[CountedFriction]) -> Amount:
    intensities = [friction.intensity for friction in frictions]
    return Amount(sign, sign * len(intensities), sign * sum(intensities))


def _answered(sign: int, outcome: CountedOutcome) -> Answered:
    return Answered(sign, sign * (outcome.seconds is not None), sign * (outcome.seconds or 0))


def _ended(sign: int, outcome: CountedOutcome) -> Ended:
    won, lost = outcome.resolution == "won", outcome.resolution == "lost"
    rated = outcome.csat is not None
    return Ended(sign, sign * won, sign * lost, sign * rated, sign * (rated and (outcome.csat or 0) >= SATISFIED))


def _helped(sign: int, outcome: CountedOutcome | None) -> Helped:
    if outcome is None:
        return Helped(sign, 0, 0, 0, 0, 0)
    won, lost, taken = outcome.resolution == "won", outcome.resolution == "lost", outcome.is_remedy_taken
    left = not taken
    return Helped(
        sign, sign * taken, sign * (taken and won), sign * (taken and lost), sign * (left and won), sign * (left and lost)
    )


def _add(amounts: dict[K, A], key: K, more: A) -> None:
    known = amounts.get(key)
    amounts[key] = more if known is None else type(more)(*map(add, known, more))


def _without_zeros(amounts: dict[K, A]) -> dict[K, A]:
    return {key: amount for key, amount in amounts.items() if any(amount)}
