"""Events for tests: contacts as triage would say them, with vectors around a few topics."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

import numpy as np

from services.insights.known import KnownSignals
from services.insights.pipeline import Ledger, Said
from services.insights.store import offsets
from services.insights.store.connection import Pool, transaction
from services.insights.store.offsets import Log, Stretch
from shared.events import (
    Channel,
    ContactReceived,
    ContactTriaged,
    Disposition,
    Feeling,
    Friction,
    Kind,
    Mood,
    Queue,
    Route,
    Span,
    Urgency,
    Vector,
    Versioned,
)

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
DIMS = 32
NAMESPACE = UUID("b6a1a7cf-2c05-4b3a-9d35-5f7ad7b5c001")
MINUTE = timedelta(minutes=1)


def topic(number: int, spread: float = 0.05, *, seed: int = 0) -> Vector:
    """A vector near the centre of topic `number`; topics are far from each other."""
    random = np.random.default_rng([number, seed])
    centre = np.zeros(DIMS)
    centre[number] = 1.0
    values = centre + random.normal(0, spread, DIMS)
    unit = values / np.linalg.norm(values)
    return Vector(space="test", dims=DIMS, scale=1 / 127, values=np.rint(unit * 127).astype(np.int8).tobytes())


def contact_id(name: str, tenant: str = "acme") -> UUID:
    return uuid5(NAMESPACE, f"{tenant}/{name}")


def pseudonym(name: str) -> str:
    return f"{name}-{'0' * 20}"


def friction(number: int = 0, *, intensity: float = 0.5, seed: int = 0, end: int = 4) -> Friction:
    return Friction(
        span=Span(start=0, end=end), kind=Kind.DEFECT, confidence=0.9, intensity=intensity, vector=topic(number, seed=seed)
    )


def contact(
    name: str,
    *frictions: Friction,
    tenant: str = "acme",
    customer: str | None = None,
    previous: str | None = None,
    revision: int = 1,
    reading: int = 1,
    fingerprint: str | None = None,
    occurred_at: datetime = NOW,
    received_at: datetime | None = None,
    text: str = "The printer is broken again.",
    product: str | None = "printer",
    thread_id: str | None = None,
    disposition: Disposition = Disposition.FRICTION,
) -> ContactTriaged:
    """A triaged contact; one friction on topic 0 unless told otherwise."""
    received = ContactReceived(
        tenant=tenant,
        contact_id=contact_id(name, tenant),
        revision=revision,
        fingerprint=fingerprint or f"fingerprint-{name}-{revision}".ljust(16, "0"),
        source="desk",
        external_id=f"external-{name}",
        thread_id=thread_id,
        channel=Channel.EMAIL,
        subject="about the printer",
        text=text,
        occurred_at=occurred_at,
        received_at=received_at or occurred_at,
        customer=pseudonym(customer) if customer else None,
        customer_previous=pseudonym(previous) if previous else None,
        product=product,
        attributes={"colour": "red"},
    )
    return ContactTriaged(
        tenant=tenant,
        contact=received,
        triaged_at=(received_at or occurred_at) + MINUTE,
        reading=reading,
        disposition=disposition,
        confidence=0.8,
        frictions=frictions or (friction(),),
        mood=Mood(feeling=Feeling.ANGRY, score=0.7, advice="acknowledge first"),
        urgency=Urgency.NORMAL,
        language="en",
        route=Route(queue=Queue.ENGINEERING, rule="defects"),
        model=Versioned(name="test", version="1"),
    )


async def rows(pool: Pool, statement: str, *arguments: object) -> list[tuple[object, ...]]:
    """What a statement returns, as plain tuples."""
    return [tuple(row.values()) for row in await pool.fetch(statement, *arguments)]


@dataclass
class Desk:
    """Counts what is said as the next records of one log. Time stands still unless it is moved."""

    pool: Pool
    now: datetime = NOW
    threshold: float = 0.6
    partition: int = 0
    position: int = 0

    def __post_init__(self) -> None:
        self.ids = iter(uuid5(NAMESPACE, f"random {number}") for number in range(10_000))
        self.ledger = Ledger(
            self.pool,
            known_signals=KnownSignals(threshold=self.threshold),
            clock=lambda: self.now,
            random_id=lambda: next(self.ids),
        )

    @property
    def log(self) -> Log:
        return Log("cluster", "contacts.triaged", "", self.partition)

    async def open(self) -> "Desk":
        async with transaction(self.pool) as connection:
            standings = await offsets.enter(connection, {self.log: 0})
        self.position = standings[self.log].next_offset
        return self

    async def count(self, *said: ContactTriaged, **other: object) -> None:
        until = self.position + max(1, len(said))
        await self.ledger.count(Said((Stretch(self.log, self.position, until),), tuple(said), **other))  # type: ignore[arg-type]
        self.position = until
