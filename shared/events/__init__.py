"""
THE CONTRACT: what may be said between services, and how it looks on the wire.

words → event → contact, triage, dead, signal → topics → codec; `python -m shared.events` writes schemas/ and asyncapi.json.
"""

from shared.events.codec import Decoded, Encoded, decode, derived_id, encode
from shared.events.contact import ContactReceived, CustomerForgotten, OutcomeReported, Rating
from shared.events.dead import ContactDead, Header, Position
from shared.events.event import Event, Moment, Pseudonym, Share, Tenant, Value
from shared.events.signal import Change, LoopClosed, SignalChanged
from shared.events.topics import (
    CORRECTIONS,
    DEAD,
    FORGOTTEN,
    LOOPS,
    OUTCOMES,
    RECEIVED,
    REMEDIES,
    ROUTES,
    SIGNALS,
    TOPICS,
    TRIAGED,
    Topic,
)
from shared.events.triage import (
    Candidate,
    ContactTriaged,
    CorrectionRecorded,
    Friction,
    Gift,
    Mood,
    Remedy,
    RemedyChanged,
    Route,
    Span,
    Vector,
    Versioned,
)
from shared.events.words import Channel, Disposition, Feeling, Kind, Queue, Resolution, Status, Trend, Urgency

__all__ = [
    "CORRECTIONS",
    "DEAD",
    "FORGOTTEN",
    "LOOPS",
    "OUTCOMES",
    "RECEIVED",
    "REMEDIES",
    "ROUTES",
    "SIGNALS",
    "TOPICS",
    "TRIAGED",
    "Candidate",
    "Change",
    "Channel",
    "ContactDead",
    "ContactReceived",
    "ContactTriaged",
    "CorrectionRecorded",
    "CustomerForgotten",
    "Decoded",
    "Disposition",
    "Encoded",
    "Event",
    "Feeling",
    "Friction",
    "Gift",
    "Header",
    "Kind",
    "LoopClosed",
    "Moment",
    "Mood",
    "OutcomeReported",
    "Position",
    "Pseudonym",
    "Queue",
    "Rating",
    "Remedy",
    "RemedyChanged",
    "Resolution",
    "Route",
    "Share",
    "SignalChanged",
    "Span",
    "Status",
    "Tenant",
    "Topic",
    "Trend",
    "Urgency",
    "Value",
    "Vector",
    "Versioned",
    "decode",
    "derived_id",
    "encode",
]
