"""One contact and what was read in it become one decision: who should act, and with what."""

from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest

from services.triage.reading import Friction as Read
from services.triage.reading import Reading
from services.triage.remedies import RemedyBook
from services.triage.rules import Routes
from shared.events import (
    Candidate,
    ContactReceived,
    ContactTriaged,
    Friction,
    Mood,
    Span,
    Vector,
    Versioned,
)


@dataclass(frozen=True, slots=True)
class Known:
    """What a decision rests on besides the contact itself."""

    routes: Routes
    remedies: RemedyBook
    model: Versioned
    reading: int
    publishes_routes: bool = True


@dataclass(frozen=True, slots=True)
class Placed:
    """The area of each friction, in order, and the taxonomy that says so."""

    taxonomy: Versioned | None = None
    areas: tuple[str | None, ...] = ()


NOWHERE = Placed()


def decide(contact: ContactReceived, reading: Reading, known: Known, placed: Placed = NOWHERE, *, at: datetime) -> ContactTriaged:
    """The contact, unchanged, with what was read in it, the queue that should act and the remedy that is known to help."""
    return ContactTriaged(
        tenant=contact.tenant,
        contact=contact,
        triaged_at=at,
        reading=known.reading,
        disposition=reading.disposition,
        confidence=reading.confidence,
        misfit_reason=reading.misfit_reason,
        frictions=tuple(
            # Who sent it knows best what it is about.
            _friction(read, area if contact.area is None else contact.area)
            for read, area in zip_longest(reading.frictions, placed.areas)
        ),
        mood=Mood(feeling=reading.mood.feeling, score=reading.mood.score, advice=reading.mood.advice),
        urgency=reading.urgency,
        urgency_reason=reading.urgency_reason,
        language=reading.language,
        route=known.routes.route(contact, reading),
        remedy=known.remedies.remedy(contact, reading),
        model=known.model,
        taxonomy=placed.taxonomy,
    )


def _friction(read: Read, area: str | None) -> Friction:
    vector = read.vector
    return Friction(
        span=Span(start=read.start, end=read.end),
        kind=read.kind,
        confidence=read.confidence,
        candidates=tuple(Candidate(kind=each.kind, probability=each.probability) for each in read.candidates),
        intensity=read.intensity,
        area=area,
        reasons=read.reasons,
        vector=Vector(space=vector.space, dims=vector.dims, scale=vector.scale, values=vector.values),
    )
