"""One contact's journey as the API tells it."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from services.insights.api import examples
from services.insights.api.answer import Answer, shown_as
from services.insights.reads.journey import Arrival, Journey
from shared.events import (
    Candidate,
    Channel,
    Disposition,
    Feeling,
    Kind,
    Mood,
    Queue,
    Rating,
    Remedy,
    Resolution,
    Route,
    Span,
    Status,
    Urgency,
    Versioned,
)


class JourneySignalAnswer(Answer):
    signal_id: UUID
    title: str
    status: Status


class FrictionAnswer(Answer):
    """One thing that got in the customer's way. `signal` is null while it waits for others like it."""

    span: Span
    kind: Kind
    confidence: float
    candidates: tuple[Candidate, ...]
    intensity: float
    area: str | None
    reasons: tuple[str, ...]
    is_placed: bool = Field(description="A person put it where it is.")
    signal: JourneySignalAnswer | None


class SaidAnswer(Answer):
    """The contact as it was received: redacted, and blank once its customer was forgotten. `customer` is a pseudonym."""

    revision: int
    source: str | None
    external_id: str | None
    thread_id: str | None
    channel: Channel
    subject: str | None
    text: str
    customer: str | None
    plan: str | None
    annual_value: float | None
    locale: str | None
    product: str | None
    product_version: str | None
    area: str | None
    rating: Rating | None


class ReadAnswer(Answer):
    """Everything triage read in it, and who should act."""

    reading: int
    disposition: Disposition
    confidence: float
    misfit_reason: str | None
    mood: Mood
    urgency: Urgency
    urgency_reason: str | None
    language: str
    route: Route
    remedy: Remedy | None
    model: Versioned
    taxonomy: Versioned | None
    frictions: tuple[FrictionAnswer, ...]


class StationAnswer(Answer):
    """When the contact passed a station."""

    at: datetime


class RoutedAnswer(StationAnswer):
    queue: Queue
    rule: str


class StationsAnswer(Answer):
    """The way of a contact that was counted."""

    occurred: StationAnswer
    received: StationAnswer
    triaged: StationAnswer
    routed: RoutedAnswer
    counted: StationAnswer


class OutcomeAnswer(Answer):
    resolution: Resolution
    csat: int | None
    minutes_spent: float | None
    remedy_taken: bool | None
    occurred_at: datetime
    received_at: datetime


class LetterAnswer(Answer):
    """A record of this contact that was buried; its bytes are in contacts.dead."""

    topic: str
    partition: int
    offset: int
    code: str
    reason: str
    deaths: int
    buried_by: str
    buried_at: datetime


class ConflictAnswer(Answer):
    revision: int
    received_at: datetime
    seen_at: datetime


class JourneyCorrectionAnswer(Answer):
    """What a person said that it is, in place of what was read. Null: they left it."""

    correction_id: UUID
    span: Span | None
    disposition: Disposition | None
    kind: Kind | None
    area: str | None
    feeling: Feeling | None
    urgency: Urgency | None
    queue: Queue | None
    actor: str
    corrected_at: datetime


class JourneyAnswer(Answer):
    """
    `journey`, `contact` and `triage` are null for a contact that is known only by a dead letter or by an outcome that came first.
    """

    model_config = shown_as(examples.JOURNEY)

    contact_id: UUID
    journey: StationsAnswer | None
    contact: SaidAnswer | None
    triage: ReadAnswer | None
    erased_at: datetime | None
    signals: tuple[JourneySignalAnswer, ...]
    outcome: OutcomeAnswer | None
    dead_letters: tuple[LetterAnswer, ...]
    conflicts: tuple[ConflictAnswer, ...]
    corrections: tuple[JourneyCorrectionAnswer, ...] = Field(description="The latest first; `triage` tells what counts now.")


def told(journey: Journey) -> JourneyAnswer:
    """A journey, with the signals that its frictions belong to, each once."""
    arrival = journey.arrival
    triage = ReadAnswer.model_validate(arrival.read) if arrival else None
    signals = {friction.signal.signal_id: friction.signal for friction in (triage.frictions if triage else ()) if friction.signal}
    return JourneyAnswer(
        contact_id=journey.contact_id,
        journey=_stations(arrival) if arrival else None,
        contact=SaidAnswer.model_validate(arrival.said) if arrival else None,
        triage=triage,
        erased_at=arrival.erased_at if arrival else None,
        signals=tuple(signals.values()),
        outcome=OutcomeAnswer.model_validate(journey.outcome) if journey.outcome else None,
        dead_letters=tuple(LetterAnswer.model_validate(letter) for letter in journey.letters),
        conflicts=tuple(ConflictAnswer.model_validate(conflict) for conflict in journey.conflicts),
        corrections=tuple(JourneyCorrectionAnswer.model_validate(said) for said in journey.corrections),
    )


def _stations(arrival: Arrival) -> StationsAnswer:
    route = arrival.read.route
    return StationsAnswer(
        occurred=StationAnswer(at=arrival.occurred_at),
        received=StationAnswer(at=arrival.received_at),
        triaged=StationAnswer(at=arrival.triaged_at),
        routed=RoutedAnswer(at=arrival.triaged_at, queue=route.queue, rule=route.rule),  # triage publishes both at once
        counted=StationAnswer(at=arrival.counted_at),
    )
