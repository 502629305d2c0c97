"""
What upstream apps may send, and every limit on it. A field that is not here is refused by name, not ignored.

Moments are judged against the time given as validation context: `ContactRequest.model_validate_json(body, context=now)`.
"""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Self
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    FiniteFloat,
    StringConstraints,
    ValidationInfo,
    model_validator,
)

from shared.events import Channel, Resolution

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
AHEAD = timedelta(minutes=5)
MAX_TEXT = 20_000
MAX_SUBJECT = 1000
MAX_NAME = 200
MAX_ATTRIBUTE = 256
MAX_ATTRIBUTES = 32


def _without_nul(value: str) -> str:
    if "\x00" in value:
        raise ValueError("the character NUL (U+0000) cannot be stored")
    return value


def _possible(said: datetime, info: ValidationInfo[datetime]) -> datetime:
    if said < EARLIEST:
        raise ValueError("before the year 2000")
    if said > info.context + AHEAD:
        raise ValueError("more than 5 minutes ahead")
    return said.astimezone(UTC)


def _by_name(said: dict[str, str]) -> dict[str, str]:
    return dict(sorted(said.items()))  # whoever sends them in another order sends the same


Moment = Annotated[AwareDatetime, AfterValidator(_possible)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=MAX_NAME), AfterValidator(_without_nul)]
ShortText = Annotated[str, StringConstraints(max_length=MAX_ATTRIBUTE), AfterValidator(_without_nul)]
AttributeName = Annotated[str, StringConstraints(min_length=1, max_length=64), AfterValidator(_without_nul)]


class Request(BaseModel):
    """Strict: a number in quotes is not a number."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class CustomerRequest(Request):
    """Who wrote. The id becomes a pseudonym before anything leaves intake."""

    id: Name = Field(description="The id that your app knows the customer by. Leaves intake as a keyed pseudonym only.")
    plan: Name | None = None
    annual_value: Annotated[FiniteFloat, Field(ge=0, le=1e12)] | None = Field(
        default=None, description="What the customer is worth a year, in your currency."
    )
    locale: Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$", max_length=35)] | None = Field(
        default=None, description="BCP 47: de-CH, pt-BR."
    )


class RatingRequest(Request):
    """A rating on the scale it was given on: 4 of 5, 9 of 10."""

    score: Annotated[FiniteFloat, Field(ge=0)]
    scale: Annotated[FiniteFloat, Field(gt=0, le=1000)]

    @model_validator(mode="after")
    def _is_on_its_scale(self) -> Self:
        if self.score > self.scale:
            raise ValueError("score is above scale")
        return self


class ContactRequest(Request):
    """One thing a customer said through one channel."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=MAX_TEXT), AfterValidator(_without_nul)] = Field(
        description="What the customer said, 1 to 20,000 characters."
    )
    channel: Channel
    source: Name | None = Field(default=None, description="The app or account it comes from. Scopes external_id.")
    external_id: Name | None = Field(default=None, description="The message's id in your app: the same id is the same contact.")
    thread_id: Name | None = Field(
        default=None, description="The ticket or conversation: several messages, one meeting with a friction."
    )
    subject: Annotated[str, StringConstraints(max_length=MAX_SUBJECT), AfterValidator(_without_nul)] | None = None
    occurred_at: Moment | None = Field(
        default=None, description="When it was said, with zone. Default: now. From the year 2000 on, at most 5 minutes ahead."
    )
    customer: CustomerRequest | None = None
    product: Name | None = None
    product_version: Name | None = None
    area: Name | None = None
    revision: int = Field(
        default=1, ge=1, le=2_147_483_647, description="Sent again, corrected? Send a higher revision: the highest wins."
    )
    rating: RatingRequest | None = None
    attributes: Annotated[dict[AttributeName, ShortText], Field(max_length=MAX_ATTRIBUTES), AfterValidator(_by_name)] = Field(
        default_factory=dict
    )


class OutcomeRequest(Request):
    """How a contact ended. It may arrive before its contact, and again: the latest counts."""

    contact_id: Annotated[UUID, Field(strict=False)] | None = None
    source: Name | None = None
    external_id: Name | None = None
    resolution: Resolution
    csat: Annotated[int, Field(ge=1, le=5)] | None = Field(default=None, description="Satisfaction the customer gave, 1 to 5.")
    minutes_spent: Annotated[FiniteFloat, Field(ge=0, le=100_000)] | None = None
    remedy_taken: bool | None = None
    occurred_at: Moment | None = None

    @model_validator(mode="after")
    def _names_one_contact(self) -> Self:
        if (self.contact_id is None) == (self.external_id is None):
            raise ValueError("name the contact either by contact_id or by external_id (with its source)")
        return self


class ErasureRequest(Request):
    """Forget a customer."""

    customer_id: Name = Field(description="The id that your app knows the customer by.")
