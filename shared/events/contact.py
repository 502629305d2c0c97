"""A contact as intake accepted it: checked, redacted, with a pseudonym in place of the customer's id."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from shared.events.event import Event, Moment, Pseudonym, Value
from shared.events.words import Channel, Resolution


class Rating(Value):
    """What the customer gave, on the scale it was given on: 4 of 5, 9 of 10."""

    score: float = Field(ge=0)
    scale: float = Field(gt=0)


class ContactReceived(Event):
    """
    A customer said one thing through one channel, and the broker has it.

    The same contact sent again carries the same `contact_id`; the same input carries the same `fingerprint`.
    Of several revisions the highest counts.
    """

    type: ClassVar[str] = "failbetter.contact.received.v1"

    contact_id: UUID
    revision: int = Field(default=1, ge=1)
    fingerprint: str = Field(min_length=16, max_length=64)
    source: str | None = None
    external_id: str | None = None
    thread_id: str | None = None

    channel: Channel
    subject: str | None = None
    text: str = Field(min_length=1, max_length=20_000)
    occurred_at: Moment
    received_at: Moment

    customer: Pseudonym | None = None
    customer_previous: Pseudonym | None = None
    plan: str | None = None
    annual_value: float | None = Field(default=None, ge=0)
    locale: str | None = None

    product: str | None = None
    product_version: str | None = None
    area: str | None = None
    rating: Rating | None = None
    attributes: dict[str, str] = Field(default_factory=dict)
    redactions: dict[str, int] = Field(default_factory=dict)

    @property
    def key(self) -> str:
        return f"{self.tenant}/{self.customer or self.contact_id}"


class OutcomeReported(Event):
    """How a contact ended, as the people who answered it saw it. The latest report of a contact counts."""

    type: ClassVar[str] = "failbetter.outcome.reported.v1"

    contact_id: UUID
    resolution: Resolution
    csat: Annotated[int, Field(ge=1, le=5)] | None = None
    minutes_spent: float | None = Field(default=None, ge=0)
    remedy_taken: bool | None = None
    occurred_at: Moment
    received_at: Moment

    @property
    def key(self) -> str:
        return f"{self.tenant}/{self.contact_id}"


class CustomerForgotten(Event):
    """A customer asked to be forgotten: every pseudonym under which the system may know them."""

    type: ClassVar[str] = "failbetter.customer.forgotten.v1"

    erasure_id: UUID
    customers: tuple[Pseudonym, ...] = Field(min_length=1)
    requested_at: Moment

    @property
    def key(self) -> str:
        return f"{self.tenant}/{self.customers[0]}"
