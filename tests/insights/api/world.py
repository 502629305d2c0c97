"""A tenant's history, written straight into the tables: rows as the sink leaves them, rollups by a recount."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from services.insights.store.connection import Connection

NAMESPACE = UUID("5e0a9a54-6f3d-4a3e-9d0b-1f2a3b4c5d6e")


def an_id(*parts: object) -> UUID:
    return uuid5(NAMESPACE, "/".join(str(part) for part in parts))


@dataclass(frozen=True, slots=True)
class Signal:
    title: str
    tenant: str = "acme"
    status: str = "open"
    opened_at: datetime | None = None

    @property
    def signal_id(self) -> UUID:
        return an_id("signal", self.tenant, self.title)


@dataclass(frozen=True, slots=True)
class Contact:
    """One contact; with a signal it has one friction, which is `words` (else the whole text)."""

    name: str
    text: str
    occurred_at: datetime
    tenant: str = "acme"
    signal: Signal | None = None
    words: str = ""
    disposition: str = "friction"
    kind: str = "defect"
    intensity: int = 500
    similarity: float = 0.8
    person: str = ""
    channel: str = "email"
    plan: str | None = None
    product: str | None = None
    version: str | None = None
    subject: str | None = None
    annual_value: float | None = None
    erased_at: datetime | None = None
    csat: int | None = None
    minutes: float | None = None
    resolution: str | None = None
    ended_at: datetime | None = None
    source: str | None = None
    external_id: str | None = None
    thread_id: str | None = None
    latency: timedelta = field(default=timedelta(milliseconds=240))

    @property
    def contact_id(self) -> UUID:
        return an_id("contact", self.tenant, self.name)

    @property
    def who(self) -> str:
        return self.person or f"person-of-{self.name}"


async def write(connection: Connection, signals: Sequence[Signal], contacts: Sequence[Contact]) -> None:
    """The whole history at once."""
    months = {contact.occurred_at.date().replace(day=1) for contact in contacts}
    for month in sorted(months):
        await connection.execute("SELECT add_month($1)", month)
    await connection.executemany(_SIGNAL, [_signal(signal, contacts) for signal in signals])
    await connection.executemany(
        _OPENED, [(s.tenant, s.signal_id, an_id("change", s.signal_id), _opened(s, contacts), s.title) for s in signals]
    )
    await connection.executemany(_KEY, [(c.tenant, c.contact_id, c.occurred_at, c.erased_at) for c in contacts])
    await connection.executemany(_CONTACT, [_contact(contact) for contact in contacts])
    await connection.executemany(_FRICTION, [_friction(contact) for contact in contacts if contact.disposition == "friction"])
    await connection.executemany(
        _OUTCOME,
        [
            (c.tenant, c.contact_id, c.resolution or "open", c.csat, c.ended_at or c.occurred_at, c.minutes)
            for c in contacts
            if c.csat or c.resolution or c.minutes
        ],
    )
    await connection.execute(_RECOUNT)


def _opened(signal: Signal, contacts: Sequence[Contact]) -> datetime:
    return signal.opened_at or min(contact.occurred_at for contact in contacts if contact.signal == signal)


def _signal(signal: Signal, contacts: Sequence[Contact]) -> tuple[object, ...]:
    opened = _opened(signal, contacts)
    founder = next((contact.contact_id for contact in contacts if contact.signal == signal), an_id("nobody"))
    return (signal.tenant, signal.signal_id, signal.title, signal.status, founder, opened)


def _contact(contact: Contact) -> tuple[object, ...]:
    received = contact.occurred_at + contact.latency
    return (
        *(contact.tenant, contact.contact_id, contact.occurred_at, contact.channel, contact.subject, contact.text, contact.who),
        *(contact.plan, contact.product, contact.version, contact.disposition, int(contact.disposition == "friction")),
        *(received, received + timedelta(milliseconds=310), received + timedelta(milliseconds=890), contact.erased_at),
        contact.annual_value,
        *(contact.source, contact.external_id, contact.thread_id),
    )


def _friction(contact: Contact) -> tuple[object, ...]:
    start = contact.text.index(contact.words) if contact.words else 0
    return (
        *(contact.tenant, contact.contact_id, contact.occurred_at, start, start + len(contact.words or contact.text)),
        *(contact.kind, contact.intensity, contact.who, contact.channel, contact.plan, contact.product, contact.version),
        *(contact.signal.signal_id if contact.signal else None, contact.similarity),
    )


_SIGNAL = """
INSERT INTO signals (tenant, signal_id, space, title, status, centroid, founding_contact_id, founding_ordinal, founded_at, opened_at)
VALUES ($1, $2, 'test', $3, $4, '[1,0]'::text::halfvec, $5, 0, $6, $6)
"""

_OPENED = """
INSERT INTO signal_changes (tenant, signal_id, change_id, change, actor, changed_at, after)
VALUES ($1, $2, $3, 'opened', 'discovery', $4, jsonb_build_object('title', $5::text))
"""

_KEY = """
INSERT INTO contact_keys (tenant, contact_id, occurred_at, revision, reading, fingerprint, erased_at)
VALUES ($1, $2, $3, 1, 1, 'fingerprint', $4)
"""

_CONTACT = """
INSERT INTO contacts (
    tenant, contact_id, occurred_at, channel, subject, text, person, plan, product, product_version, disposition, frictions,
    received_at, triaged_at, counted_at, erased_at, annual_value, source, external_id, thread_id,
    customer, revision, fingerprint, reading, confidence, mood, mood_score, mood_advice, urgency, language, queue, rule,
    model_name, model_version
)
VALUES (
    $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
    $7, 1, 'fingerprint', 1, 0.9, 'disappointed', 0.7, 'Say sorry for the wait before anything else.', 'normal', 'en',
    'engineering', 'defects to engineering', 'reader', '1'
)
"""

_FRICTION = """
INSERT INTO frictions (
    tenant, contact_id, occurred_at, ordinal, span_start, span_end, kind, confidence, intensity, person, channel, plan, product,
    product_version, language, space, embedding, signal_id, similarity
)
VALUES ($1, $2, $3, 0, $4, $5, $6, 0.9, $7, $8, $9, $10, $11, $12, 'en', 'test', '[1,0]'::text::halfvec, $13, $14)
"""

_OUTCOME = """
INSERT INTO outcomes (tenant, contact_id, resolution, csat, occurred_at, received_at, minutes_spent) VALUES ($1, $2, $3, $4, $5, $5, $6)
"""

_RECOUNT = """
TRUNCATE signal_hours, signal_customers, contact_days, customer_values, signal_values, signal_answers, outcome_days, remedy_days;
INSERT INTO signal_hours
SELECT tenant, signal_id, date_trunc('hour', occurred_at), count(DISTINCT contact_id), count(*), sum(intensity)
FROM frictions WHERE signal_id IS NOT NULL GROUP BY 1, 2, 3;
INSERT INTO signal_customers
SELECT tenant, signal_id, (occurred_at AT TIME ZONE 'UTC')::date, person, count(DISTINCT contact_id)
FROM frictions WHERE signal_id IS NOT NULL GROUP BY 1, 2, 3, 4;
INSERT INTO contact_days
SELECT c.tenant, (c.occurred_at AT TIME ZONE 'UTC')::date, coalesce(c.product, ''), c.disposition, count(*), sum(c.frictions),
    coalesce(sum((SELECT sum(f.intensity) FROM frictions AS f WHERE f.tenant = c.tenant AND f.occurred_at = c.occurred_at AND f.contact_id = c.contact_id)), 0)
FROM contacts AS c GROUP BY 1, 2, 3, 4;
INSERT INTO customer_values
SELECT DISTINCT ON (tenant, customer) tenant, customer, annual_value FROM contacts
WHERE annual_value IS NOT NULL ORDER BY tenant, customer, occurred_at DESC, contact_id DESC;
INSERT INTO signal_values
SELECT tenant, signal_id, sum(annual_value), count(*)
FROM (SELECT DISTINCT tenant, signal_id, person FROM signal_customers) AS met JOIN customer_values USING (tenant, person) GROUP BY 1, 2;
INSERT INTO signal_answers
SELECT tenant, f.signal_id, (f.occurred_at AT TIME ZONE 'UTC')::date, count(*), count(o.minutes_spent), coalesce(sum(o.minutes_spent * 60), 0)
FROM frictions AS f JOIN outcomes AS o USING (tenant, contact_id) WHERE f.signal_id IS NOT NULL GROUP BY 1, 2, 3;
INSERT INTO outcome_days
SELECT tenant, (o.occurred_at AT TIME ZONE 'UTC')::date, c.disposition, count(*), count(*) FILTER (WHERE o.resolution = 'won'),
    count(*) FILTER (WHERE o.resolution = 'lost'), count(o.csat), count(*) FILTER (WHERE o.csat >= 4)
FROM outcomes AS o JOIN contacts AS c USING (tenant, contact_id) GROUP BY 1, 2, 3;
"""
