"""What goes into the reader and what comes out of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared.events.words import Disposition, Feeling, Kind, Urgency


@dataclass(frozen=True, slots=True)
class Text:
    """What the customer wrote, and the satisfaction (0 worst, 1 best) they gave with it, where they gave one."""

    subject: str | None
    body: str
    rating: float | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A kind that a friction may be, and how likely that is."""

    kind: Kind
    probability: float


@dataclass(frozen=True, slots=True)
class Vector:
    """A unit vector in one space: `dims` signed bytes, each worth `scale`. Compare only within one space."""

    space: str
    dims: int
    scale: float
    values: bytes


@dataclass(frozen=True, slots=True)
class Friction:
    """
    One thing that got in the customer's way: `body[start:end]`, the passage that says it best.

    `kind` is `unknown` where no candidate reaches the cut-off; the candidates, likeliest first, are given either way.
    `confidence` is the calibrated probability of the likeliest candidate, `intensity` runs from 0 to 1,
    `reasons` are words of the passage that spoke for the kind.
    """

    start: int
    end: int
    kind: Kind
    confidence: float
    candidates: tuple[Candidate, ...]
    intensity: float
    reasons: tuple[str, ...]
    vector: Vector


@dataclass(frozen=True, slots=True)
class Mood:
    """How the customer feels, how sure that is, and how to answer somebody who feels so."""

    feeling: Feeling
    score: float
    advice: str


@dataclass(frozen=True, slots=True)
class Reading:
    """
    Everything read from one contact.

    `confidence` is the calibrated probability of the likeliest disposition, even where that is under the cut-off
    and the disposition therefore `unknown`. `language` is an ISO 639-1 code, or `und` where there is too little to tell.
    """

    disposition: Disposition
    confidence: float
    misfit_reason: str | None
    frictions: tuple[Friction, ...]
    mood: Mood
    urgency: Urgency
    urgency_reason: str | None
    language: str
