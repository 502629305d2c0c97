"""One contact's whole journey: what was said, what triage read, where it went, what it counts for, how it ended."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from services.insights.store.blocks import blocks
from services.insights.store.connection import Connection
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

MOST_TROUBLES: Final = 50
"""Dead letters, conflicts and corrections of one contact that are told."""


@dataclass(frozen=True, slots=True)
class JourneySignal:
    """The signal a friction belongs to."""

    signal_id: UUID
    title: str
    status: Status


@dataclass(frozen=True, slots=True)
class JourneyFriction:
    """One friction as it was read; without a signal it waits for others like it, unless a person placed it there."""

    span: Span
    kind: Kind
    confidence: float
    candidates: tuple[Candidate, ...]
    intensity: float
    area: str | None
    reasons: tuple[str, ...]
    is_placed: bool
    signal: JourneySignal | None


@dataclass(frozen=True, slots=True)
class JourneyCorrection:
    """What a person said that it is; None was not corrected."""

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


@dataclass(frozen=True, slots=True)
class JourneyOutcome:
    """How it ended, by the latest report."""

    resolution: Resolution
    csat: int | None
    minutes_spent: float | None
    remedy_taken: bool | None
    occurred_at: datetime
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Letter:
    """A record of this contact that was buried: where it stood, and why."""

    topic: str
    partition: int
    offset: int
    code: str
    reason: str
    deaths: int
    buried_by: str
    buried_at: datetime


@dataclass(frozen=True, slots=True)
class Conflict:
    """The same contact and revision came again with another content; the first was kept."""

    revision: int
    received_at: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Said:
    """The contact as it was received: redacted, and blank once its customer was forgotten."""

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


@dataclass(frozen=True, slots=True)
class Read:
    """Everything triage read in it."""

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
    frictions: tuple[JourneyFriction, ...]


@dataclass(frozen=True, slots=True)
class Arrival:
    """A contact that was counted: what was said and read, and when it passed each station."""

    said: Said
    read: Read
    occurred_at: datetime
    received_at: datetime
    triaged_at: datetime
    counted_at: datetime
    erased_at: datetime | None


@dataclass(frozen=True, slots=True)
class Journey:
    """`arrival` is None for a contact that is known only because it was buried or its outcome came first."""

    contact_id: UUID
    arrival: Arrival | None
    outcome: JourneyOutcome | None
    letters: tuple[Letter, ...]
    conflicts: tuple[Conflict, ...]
    corrections: tuple[JourneyCorrection, ...]


async def journey_of(connection: Connection, tenant: str, contact_id: UUID) -> Journey | None:
    """The journey of one contact; None where this tenant has none of that id."""
    sql = blocks("read_journey")
    row = await connection.fetchrow(sql["contact"], tenant, contact_id)
    frictions = await connection.fetch(sql["frictions"], tenant, contact_id)
    outcome = await connection.fetchrow(sql["outcome"], tenant, contact_id)
    letters = await connection.fetch(sql["letters"], tenant, contact_id, MOST_TROUBLES)
    conflicts = await connection.fetch(sql["conflicts"], tenant, contact_id, MOST_TROUBLES)
    corrections = await connection.fetch(sql["corrections"], tenant, contact_id, MOST_TROUBLES)
    if row is None and outcome is None and not letters:
        return None
    return Journey(
        contact_id=contact_id,
        arrival=_arrival(row, frictions) if row is not None else None,
        outcome=_outcome(outcome) if outcome is not None else None,
        letters=tuple(Letter(**dict(letter)) for letter in letters),
        conflicts=tuple(Conflict(**dict(conflict)) for conflict in conflicts),
        corrections=tuple(_correction(said) for said in corrections),
    )


def _arrival(row: asyncpg.Record, frictions: Sequence[asyncpg.Record]) -> Arrival:
    return Arrival(
        said=_said(row),
        read=_read(row, frictions),
        occurred_at=row["occurred_at"],
        received_at=row["received_at"],
        triaged_at=row["triaged_at"],
        counted_at=row["counted_at"],
        erased_at=row["erased_at"],
    )


def _said(row: asyncpg.Record) -> Said:
    score, scale = row["rating_score"], row["rating_scale"]
    return Said(
        revision=row["revision"],
        source=row["source"],
        external_id=row["external_id"],
        thread_id=row["thread_id"],
        channel=Channel(row["channel"]),
        subject=row["subject"],
        text=row["text"],
        customer=row["customer"],
        plan=row["plan"],
        annual_value=row["annual_value"],
        locale=row["locale"],
        product=row["product"],
        product_version=row["product_version"],
        area=row["area"],
        rating=Rating(score=score, scale=scale) if score is not None and scale else None,
    )


def _read(row: asyncpg.Record, frictions: Sequence[asyncpg.Record]) -> Read:
    taxonomy = row["taxonomy_name"]
    return Read(
        reading=row["reading"],
        disposition=Disposition(row["disposition"]),
        confidence=round(row["confidence"], 4),  # four bytes in the table
        misfit_reason=row["misfit_reason"],
        mood=Mood(feeling=Feeling(row["mood"]), score=round(row["mood_score"], 4), advice=row["mood_advice"]),
        urgency=Urgency(row["urgency"]),
        urgency_reason=row["urgency_reason"],
        language=row["language"],
        route=Route(queue=Queue(row["queue"]), rule=row["rule"]),
        remedy=Remedy.model_validate_json(row["remedy"]) if row["remedy"] else None,
        model=Versioned(name=row["model_name"], version=row["model_version"]),
        taxonomy=Versioned(name=taxonomy, version=row["taxonomy_version"]) if taxonomy else None,
        frictions=tuple(_friction(friction) for friction in frictions),
    )


def _friction(row: asyncpg.Record) -> JourneyFriction:
    return JourneyFriction(
        span=Span(start=row["span_start"], end=row["span_end"]),
        kind=Kind(row["kind"]),
        confidence=round(row["confidence"], 4),
        candidates=tuple(Candidate.model_validate(candidate) for candidate in json.loads(row["candidates"])),
        intensity=row["intensity"] / 1000,
        area=row["area"],
        reasons=tuple(row["reasons"]),
        is_placed=row["is_placed"],
        signal=JourneySignal(row["signal_id"], row["title"], Status(row["status"])) if row["signal_id"] else None,
    )


def _correction(row: asyncpg.Record) -> JourneyCorrection:
    start, end = row["span_start"], row["span_end"]
    return JourneyCorrection(
        correction_id=row["correction_id"],
        span=None if start is None else Span(start=start, end=end),
        disposition=row["disposition"] and Disposition(row["disposition"]),
        kind=row["kind"] and Kind(row["kind"]),
        area=row["area"],
        feeling=row["feeling"] and Feeling(row["feeling"]),
        urgency=row["urgency"] and Urgency(row["urgency"]),
        queue=row["queue"] and Queue(row["queue"]),
        actor=row["actor"],
        corrected_at=row["corrected_at"],
    )


def _outcome(row: asyncpg.Record) -> JourneyOutcome:
    return JourneyOutcome(
        resolution=Resolution(row["resolution"]),
        csat=row["csat"],
        minutes_spent=row["minutes_spent"],
        remedy_taken=row["remedy_taken"],
        occurred_at=row["occurred_at"],
        received_at=row["received_at"],
    )
