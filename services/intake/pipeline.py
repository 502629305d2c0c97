"""One request from top to bottom: what was sent → the event that says it → the brokers have it."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID, uuid4

from services.intake.identity import contact_id, fingerprint
from services.intake.metrics import Metrics
from services.intake.pseudonyms import Pseudonyms
from services.intake.redaction import Redactor, redacted
from services.intake.remembered import Remembered
from services.intake.requests import ContactRequest, ErasureRequest, OutcomeRequest
from shared.clock import Clock
from shared.errors import Unavailable
from shared.events import (
    FORGOTTEN,
    OUTCOMES,
    RECEIVED,
    ContactReceived,
    CustomerForgotten,
    Encoded,
    OutcomeReported,
    Rating,
    derived_id,
    encode,
)
from shared.kafka import Publisher, TooLarge

SOURCE = "/failbetter/intake"


class Draft(NamedTuple):
    """An event that is ready for the brokers, what it is counted as, and the id that its sender will be told."""

    item: str
    id: UUID
    record: Encoded


@dataclass(frozen=True, slots=True)
class Pipeline:
    """What stands between a checked request and the brokers."""

    publisher: Publisher
    pseudonyms: Pseudonyms
    redactor: Redactor
    fingerprint_key: bytes
    metrics: Metrics
    clock: Clock
    remembered: Remembered = field(default_factory=Remembered)

    async def publish(self, drafts: Sequence[Draft]) -> list[Unavailable | TooLarge | None]:
        """For each draft, None when the brokers have it, or why they may not."""
        started = time.perf_counter()
        failures = await self.publisher.publish_each([draft.record for draft in drafts])
        self.metrics.publish_seconds.observe(time.perf_counter() - started)
        outcomes: dict[tuple[str, str], int] = {}
        for draft, failure in zip(drafts, failures, strict=True):
            outcome = draft.item, "accepted" if failure is None else failure.code
            outcomes[outcome] = outcomes.get(outcome, 0) + 1
        for outcome, count in outcomes.items():
            self.metrics.items.labels(*outcome).inc(count)
        return failures

    def contact(self, tenant: str, sent: ContactRequest, *, trace: str, idempotency_key: str | None = None) -> Draft:
        """The contact as it will be known from now on, ready for the brokers. Raises KeyReused."""
        event = self.received(tenant, sent, idempotency_key=idempotency_key)
        if idempotency_key is not None and sent.external_id is None:
            self.remembered.check(tenant, idempotency_key, revision=event.revision, fingerprint=event.fingerprint)
        for mark, count in event.redactions.items():
            self.metrics.redactions.labels(mark).inc(count)
        event_id = derived_id("contact", event.contact_id, event.revision, event.fingerprint)
        return Draft("contact", event.contact_id, encode(event, RECEIVED, event_id=event_id, source=SOURCE, traceparent=trace))

    def received(self, tenant: str, sent: ContactRequest, *, idempotency_key: str | None = None) -> ContactReceived:
        """
        The contact as it leaves: derived id, fingerprint, marks for what is personal, and a pseudonym for the customer.

        Id and fingerprint follow from what was sent, not from what is left of it: docs/adr/0011.
        """
        now = self.clock()
        identity = contact_id(tenant, source=sent.source, external_id=sent.external_id, idempotency_key=idempotency_key)
        customer = sent.customer
        what_is_left = redacted(sent, self.redactor, lambda said: self.pseudonyms.of_id(tenant, said))
        left = what_is_left.contact
        return ContactReceived(
            tenant=tenant,
            contact_id=identity,
            revision=sent.revision,
            fingerprint=fingerprint(self.fingerprint_key, tenant, sent),
            source=left.source,
            external_id=left.external_id,
            thread_id=left.thread_id,
            channel=sent.channel,
            subject=left.subject,
            text=left.text,
            occurred_at=sent.occurred_at or now,
            received_at=now,
            customer=customer and self.pseudonyms.of(tenant, customer.id),
            customer_previous=customer and self.pseudonyms.previous_of(tenant, customer.id),
            plan=left.customer and left.customer.plan,
            annual_value=customer and customer.annual_value,
            locale=customer and customer.locale,
            product=left.product,
            product_version=left.product_version,
            area=left.area,
            rating=sent.rating and Rating(score=sent.rating.score, scale=sent.rating.scale),
            attributes=left.attributes,
            redactions=dict(what_is_left.redactions),
        )

    def outcome(self, tenant: str, sent: OutcomeRequest, *, trace: str) -> Draft:
        """How a contact ended, under the contact's id, whether or not the contact has arrived."""
        now = self.clock()
        identity = sent.contact_id or contact_id(tenant, source=sent.source, external_id=sent.external_id)
        event = OutcomeReported(
            tenant=tenant,
            contact_id=identity,
            resolution=sent.resolution,
            csat=sent.csat,
            minutes_spent=sent.minutes_spent,
            remedy_taken=sent.remedy_taken,
            occurred_at=sent.occurred_at or now,
            received_at=now,
        )
        said_at = sent.occurred_at or now
        event_id = derived_id("outcome", identity, said_at.isoformat(), fingerprint(self.fingerprint_key, tenant, sent))
        return Draft("outcome", identity, encode(event, OUTCOMES, event_id=event_id, source=SOURCE, traceparent=trace))

    def erasure(self, tenant: str, sent: ErasureRequest, *, trace: str) -> Draft:
        """Every pseudonym of the customer, to be forgotten."""
        identity = uuid4()
        event = CustomerForgotten(
            tenant=tenant,
            erasure_id=identity,
            customers=self.pseudonyms.all_of(tenant, sent.customer_id),
            requested_at=self.clock(),
        )
        return Draft("erasure", identity, encode(event, FORGOTTEN, event_id=identity, source=SOURCE, traceparent=trace))
