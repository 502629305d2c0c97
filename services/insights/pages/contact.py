"""The page of one contact: its words, what was read in them, and its way through the system."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from services.insights.pages.wording import actor_name, count, day, plural, spoken, took
from services.insights.reads.journey import (
    Arrival,
    Journey,
    JourneyCorrection,
    JourneyFriction,
    JourneyOutcome,
    JourneySignal,
    journey_of,
)
from services.insights.reads.neighbours import Neighbour, neighbours_of
from services.insights.reads.passages import Passage, passages
from services.insights.store.connection import Connection
from shared.events import Disposition, Feeling, Kind, Queue, Resolution, Urgency
from shared.web.wording import channel_name, percent

NEIGHBOURS: Final = 5


@dataclass(frozen=True, slots=True)
class Step:
    """A station of the journey; `tone` is `trouble` or `waits` where it is not a plain one."""

    name: str
    at: datetime | None = None
    took: str = ""
    words: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    name: str
    words: str


@dataclass(frozen=True, slots=True)
class FrictionPlace:
    """One friction, and the signals where it could belong instead."""

    friction: JourneyFriction
    neighbours: tuple[Neighbour, ...]


@dataclass(frozen=True, slots=True)
class CorrectionWords:
    """What a person may say that it is."""

    disposition: tuple[str, ...] = tuple(Disposition)
    kind: tuple[str, ...] = tuple(Kind)
    feeling: tuple[str, ...] = tuple(Feeling)
    urgency: tuple[str, ...] = tuple(Urgency)
    queue: tuple[str, ...] = tuple(Queue)


@dataclass(frozen=True, slots=True)
class ContactPage:
    """Everything the template needs."""

    here: str
    headline: str
    standing: str
    places: tuple[FrictionPlace, ...]
    words: CorrectionWords
    arrival: Arrival | None
    signals: tuple[JourneySignal, ...]
    passages: tuple[Passage, ...]
    steps: tuple[Step, ...]
    facts: tuple[Fact, ...]


async def contact_page(connection: Connection, tenant: str, contact_id: UUID) -> ContactPage | None:
    """The page of a contact; None where this tenant has none of that id."""
    journey = await journey_of(connection, tenant, contact_id)
    if journey is None:
        return None
    arrival = journey.arrival
    return ContactPage(
        here=f"/contacts/{contact_id}",
        places=await _places(connection, tenant, arrival) if arrival else (),
        words=CorrectionWords(),
        headline=_headline(arrival),
        standing=_standing(arrival),
        arrival=arrival,
        signals=tuple(friction.signal for friction in arrival.read.frictions if friction.signal) if arrival else (),
        passages=passages(arrival.said.text, [friction.span for friction in arrival.read.frictions]) if arrival else (),
        steps=(*(_stations(arrival) if arrival else ()), *_troubles(journey), *_corrections(journey), *_end(journey)),
        facts=_facts(journey, arrival) if arrival else (),
    )


async def _places(connection: Connection, tenant: str, arrival: Arrival) -> tuple[FrictionPlace, ...]:
    found = []
    for friction in arrival.read.frictions:
        signal = friction.signal
        near = await neighbours_of(connection, tenant, signal.signal_id, limit=NEIGHBOURS) if signal else ()
        found.append(FrictionPlace(friction, near))
    return tuple(found)


def _headline(arrival: Arrival | None) -> str:
    if arrival is None:
        return "A contact that has not been counted"
    disposition = arrival.read.disposition
    what = "Not clear yet" if disposition is Disposition.UNKNOWN else disposition.value.capitalize()
    return f"{what}, by {channel_name(arrival.said.channel).lower()}, on {day(arrival.occurred_at)}"


def _standing(arrival: Arrival | None) -> str:
    if arrival is None:
        return "It is known only by what is listed here: its words never reached the signals."
    found = len(arrival.read.frictions)
    product = f" about {arrival.said.product}" if arrival.said.product else ""
    if not found:
        return f"A contact{product} in which nothing got in the way."
    return f"A contact{product} with {plural(found, 'thing', 'things')} that got in the way."


def _stations(arrival: Arrival) -> tuple[Step, ...]:
    route, model = arrival.read.route, arrival.read.model
    nobody = "Nobody has to act" if route.queue is Queue.NONE else f"To {route.queue}"
    signals = {friction.signal.signal_id for friction in arrival.read.frictions if friction.signal}
    waiting = sum(friction.signal is None for friction in arrival.read.frictions)
    return (
        Step("Said", arrival.occurred_at),
        Step("Received", arrival.received_at, took(arrival.received_at - arrival.occurred_at)),
        Step(
            "Triaged",
            arrival.triaged_at,
            took(arrival.triaged_at - arrival.received_at),
            f"Read by {model.name} {model.version}, reading {arrival.read.reading}.",
        ),
        Step("Routed", arrival.triaged_at, words=f"{nobody}, by the rule “{route.rule}”."),
        Step("Counted", arrival.counted_at, took(arrival.counted_at - arrival.triaged_at), _counted(len(signals), waiting)),
    )


def _counted(signals: int, waiting: int) -> str:
    parts = [
        f"in {plural(signals, 'signal', 'signals')}" if signals else "",
        f"{count(waiting)} waiting for a signal" if waiting else "",
    ]
    said = ", ".join(part for part in parts if part)
    return f"{said[0].upper()}{said[1:]}." if said else "In no signal: nothing got in the way."


def _troubles(journey: Journey) -> tuple[Step, ...]:
    return (
        *(
            Step(
                "Buried",
                letter.buried_at,
                words=f"By {letter.buried_by}, at {letter.topic} {letter.partition}/{letter.offset}: {letter.reason}",
                tone="trouble",
            )
            for letter in journey.letters
        ),
        *(
            Step(
                "Came again with another content",
                conflict.seen_at,
                words=f"Revision {conflict.revision}; the first one was kept.",
                tone="trouble",
            )
            for conflict in journey.conflicts
        ),
    )


def _corrections(journey: Journey) -> tuple[Step, ...]:
    return tuple(
        Step("Corrected", said.corrected_at, words=f"By {actor_name(said.actor)}: {spoken(_labels(said), most=6)}.")
        for said in journey.corrections
    )


def _labels(said: JourneyCorrection) -> tuple[str, ...]:
    labels = (said.disposition, said.kind, said.area, said.feeling, said.urgency, said.queue)
    return tuple(str(label) for label in labels if label)


def _end(journey: Journey) -> tuple[Step, ...]:
    if journey.outcome is None:
        return (Step("No outcome reported yet", tone="waits"),)
    outcome = journey.outcome
    return (Step(_ENDS[outcome.resolution], outcome.occurred_at, words=_outcome(outcome)),)


def _outcome(outcome: JourneyOutcome) -> str:
    said = [
        f"CSAT {outcome.csat} of 5" if outcome.csat else "",
        f"{outcome.minutes_spent:,.0f} minutes spent" if outcome.minutes_spent else "",
        {True: "remedy taken", False: "remedy not taken", None: ""}[outcome.remedy_taken],
    ]
    return ", ".join(part for part in said if part)


def _facts(journey: Journey, arrival: Arrival) -> tuple[Fact, ...]:
    said, read = arrival.said, arrival.read
    urgency = f"{read.urgency.capitalize()}{f': {read.urgency_reason}' if read.urgency_reason and read.urgency is not Urgency.NORMAL else ''}"
    known = (
        ("Disposition", f"{read.disposition.capitalize()}, {percent(read.confidence)} sure"),
        ("Why a misfit", read.misfit_reason or ""),
        ("Mood", f"{read.mood.feeling.capitalize()}, {percent(read.mood.score)}"),
        ("How to answer", read.mood.advice),
        ("Urgency", urgency),
        ("Remedy", f"{read.remedy.acknowledgement} {read.remedy.solution}" if read.remedy else ""),
        ("Product", " ".join(word for word in (said.product, said.product_version) if word)),
        ("Area", said.area or ""),
        ("Plan", said.plan or ""),
        ("Annual value", f"{said.annual_value:,.0f}" if said.annual_value is not None else ""),
        ("Rating", f"{said.rating.score:g} of {said.rating.scale:g}" if said.rating else ""),
        ("Language", read.language),
        ("Source", " ".join(word for word in (said.source, said.external_id) if word)),
        ("Thread", said.thread_id or ""),
        ("Customer", f"{said.customer[:12]}… (pseudonym)" if said.customer else "not named"),
        ("Revision", count(said.revision)),
        ("Contact", str(journey.contact_id)),
    )
    return tuple(Fact(name, words) for name, words in known if words)


_ENDS: Final = {Resolution.WON: "Ended well", Resolution.LOST: "Lost", Resolution.OPEN: "Still open"}
