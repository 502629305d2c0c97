"""Signals as the API tells them."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from services.insights.api import examples
from services.insights.api.answer import Answer, shown_as
from services.insights.api.weights import WeightsAnswer
from services.insights.reads.answers import Bucket
from services.insights.reads.signals import SignalDetail
from services.insights.rules.comparison import Per
from services.insights.rules.proof import Verdict
from shared.events import Change, Channel, Kind, Status, Trend


class PointAnswer(Answer):
    """Contacts in the bucket that begins at `start`, UTC. The bucket that is still running is not complete."""

    start: datetime
    contacts: int
    is_complete: bool


class QuoteAnswer(Answer):
    """A customer's words about one friction (`words`), and a little of what stood around them. Escape them before showing them."""

    contact_id: UUID
    occurred_at: datetime
    before: str
    words: str
    after: str
    kind: Kind
    channel: Channel
    product: str | None
    plan: str | None


class MatchingAnswer(Answer):
    """How many customers and contacts fit the filters."""

    customers: int
    contacts: int


class SignalAnswer(Answer):
    """
    A product-level thing behind many frictions.

    `customers` and `contacts` are all it ever had; `kind` and `products` are those of its latest 200 frictions;
    `weeks` are stretches of seven days, the last one up to now; first and last seen are exact to the hour.
    """

    signal_id: UUID
    title: str
    status: Status
    owner: str | None
    opened_at: datetime
    snoozed_at: datetime | None
    kind: Kind
    products: tuple[str, ...]
    trend: Trend
    priority: float
    customers: int
    contacts: int
    first_seen: datetime | None
    last_seen: datetime | None
    matching: MatchingAnswer | None = Field(description="Only with a filter that asks for contacts.")
    weeks: tuple[PointAnswer, ...]
    quotes: tuple[QuoteAnswer, ...]


class FactorAnswer(Answer):
    """One factor of a priority: its value and what it was made from."""

    name: str
    value: float
    explanation: str


class PriorityAnswer(Answer):
    """The product of its factors, and the weights that went into them."""

    score: float
    factors: tuple[FactorAnswer, ...]
    weights: WeightsAnswer


class ShareAnswer(Answer):
    """So many contacts say `value`; null where they say nothing."""

    value: str | None
    contacts: int
    share: float


class OthersAnswer(Answer):
    """Values that are not named, and their contacts together."""

    values: int
    contacts: int
    share: float


class DivisionAnswer(Answer):
    """The eight most frequent values, and the others."""

    named: tuple[ShareAnswer, ...]
    others: OthersAnswer | None


class SharesAnswer(Answer):
    """How the signal's latest contacts divide: `contacts` of them, at most 2,000."""

    contacts: int
    kind: DivisionAnswer
    product: DivisionAnswer
    version: DivisionAnswer
    channel: DivisionAnswer
    plan: DivisionAnswer
    language: DivisionAnswer


class ComparedAnswer(Answer):
    """Whole days, UTC, `until` excluded, the contacts of the signal in them, and how many of the days are left out as a wave."""

    since: date
    until: date
    contacts: int
    days_left_out: int


class NeededAnswer(Answer):
    """What a verdict still needs at the present rate."""

    days: int
    contacts: int


class ProofAnswer(Answer):
    """
    Whether a fix works, as counted now: `ratio` is the rate of contacts after it over that before, and `low` to `high` holds the true one
    whenever somebody looks (docs/proof.md). `high` is null where nothing limits it, `needed` where there is a verdict or half a year
    would not do.
    """

    verdict: Verdict
    ratio: float | None
    low: float
    high: float | None
    per: Per
    before: ComparedAnswer
    after: ComparedAnswer
    needed: NeededAnswer | None


class FixAnswer(Answer):
    """The fix that counts: from which version on, in which product; null is all of them."""

    fix_id: UUID
    at: datetime
    version: str | None
    product: str | None
    told_by: str
    told_at: datetime
    proof: ProofAnswer


class HistoryAnswer(Answer):
    """What happened to a signal, and by whom. `before` and `after` are what changed: a title, a status, an owner, a note."""

    change: Change
    actor: str
    changed_at: datetime
    before: str | None
    after: str | None


class SnoozeAnswer(Answer):
    """
    Nobody is told of the signal until it gets worse than it was: it escalates though it did not then (`trend`), gets twice the
    `contacts` of that day and ten at least, or comes back after its fix.
    """

    signal_id: UUID
    actor: str
    snoozed_at: datetime
    trend: Trend
    contacts: int = Field(description="In the day before it was snoozed.")


class SignalDetailAnswer(SignalAnswer):
    """One signal with its evidence, its history and the formula of its priority."""

    model_config = shown_as(examples.SIGNAL)

    note: str | None
    merged_into: UUID | None
    snooze: SnoozeAnswer | None
    fix: FixAnswer | None
    priority_formula: PriorityAnswer
    shares: SharesAnswer
    history: tuple[HistoryAnswer, ...]


class SignalsAnswer(Answer):
    """A page of signals, the most urgent first. `total` counts all that fit."""

    model_config = shown_as(examples.SIGNALS)

    signals: tuple[SignalAnswer, ...]
    total: int
    next_cursor: str | None


class SignalContactAnswer(Answer):
    contact_id: UUID
    occurred_at: datetime
    kind: Kind
    intensity: float
    channel: Channel
    plan: str | None
    product: str | None
    product_version: str | None
    language: str


class SignalContactsAnswer(Answer):
    """A page of a signal's contacts, latest first."""

    model_config = shown_as(examples.CONTACTS)

    contacts: tuple[SignalContactAnswer, ...]
    next_cursor: str | None


class SeriesAnswer(Answer):
    """Whole buckets from the one that `since` lies in, zeros included."""

    model_config = shown_as(examples.SERIES)

    signal_id: UUID
    bucket: Bucket
    since: datetime
    until: datetime
    contacts: int
    points: tuple[PointAnswer, ...]


def told(detail: SignalDetail) -> SignalDetailAnswer:
    return SignalDetailAnswer(
        **SignalAnswer.model_validate(detail.signal).model_dump(),
        note=detail.note,
        merged_into=detail.merged_into,
        snooze=SnoozeAnswer.model_validate(detail.snooze) if detail.snooze else None,
        fix=FixAnswer.model_validate(detail.fix) if detail.fix else None,
        priority_formula=PriorityAnswer.model_validate(detail.priority),
        shares=SharesAnswer.model_validate(detail.shares),
        history=tuple(HistoryAnswer.model_validate(entry) for entry in detail.history),
    )
