"""What an adapter is given, and how it makes a contact or an outcome of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.intake.requests import ContactRequest, OutcomeRequest
from services.intake.said import Said
from services.intake.webhooks.cut import CUT, fitted
from services.intake.webhooks.endpoints import Endpoint
from services.intake.webhooks.payload import Payload
from shared.events import Channel, Resolution

NOT_A_CUSTOMERS: Final = "these are not the customer's words"
NO_WORDS: Final = "there are no words in it"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One delivery whose signature was found good. Header names are in lower case."""

    endpoint: Endpoint
    headers: Mapping[str, str]
    payload: Payload
    now: datetime

    def contact(
        self,
        *,
        text: str,
        channel: Channel,
        external_id: str | None = None,
        thread_id: str | None = None,
        subject: str | None = None,
        occurred_at: datetime | None = None,
        customer_id: str | None = None,
        rating: tuple[float, float] | None = None,
    ) -> ContactRequest:
        """
        A contact of this endpoint, cut to what one may have; `rating` is a score and its scale.

        Raises ValidationError where one cannot be such.
        """
        cut = fitted({"text": text, "subject": subject})
        return ContactRequest.model_validate(
            {
                "text": cut["text"],
                "channel": channel,
                "source": self.endpoint.scope,
                "external_id": external_id,
                "thread_id": thread_id,
                "subject": cut["subject"],
                "occurred_at": occurred_at,
                "customer": None if customer_id is None else {"id": customer_id},
                "product": self.endpoint.product,
                "rating": None if rating is None else {"score": rating[0], "scale": rating[1]},
                "attributes": {"cut": cut[CUT]} if CUT in cut else {},
            },
            context=self.now,
        )

    def outcome(
        self, *, external_id: str, resolution: Resolution, csat: int | None = None, occurred_at: datetime | None
    ) -> OutcomeRequest:
        """How a contact of this endpoint ended. Raises ValidationError where it cannot be such."""
        return OutcomeRequest.model_validate(
            {
                "source": self.endpoint.scope,
                "external_id": external_id,
                "resolution": resolution,
                "csat": csat,
                "occurred_at": occurred_at,
            },
            context=self.now,
        )

    def rated(
        self, *, thread_id: str, message: str, csat: int, words: str | None, customer_id: str | None, occurred_at: datetime | None
    ) -> Said:
        """A rating of 1 to 5 that a thread was given, and what was said with it, as `thread/message`."""
        outcome = self.outcome(external_id=thread_id, resolution=resolution_of(csat), csat=csat, occurred_at=occurred_at)
        if words is None:
            return Said(outcome=outcome)
        contact = self.contact(
            text=words,
            channel=Channel.SURVEY,
            external_id=f"{thread_id}/{message}",
            thread_id=thread_id,
            occurred_at=occurred_at,
            customer_id=customer_id,
            rating=(csat, 5),
        )
        return Said(contact, outcome)

    def scoped(self, sender_id: str | None) -> str | None:
        """A customer id that only the sender's account knows: the same number of another account is another person."""
        return None if sender_id is None else f"{self.endpoint.scope}:{sender_id}"


def resolution_of(csat: int) -> Resolution:
    """What a rating of 1 to 5 says of how the contact ended: 4 and 5 won, 1 and 2 lost, 3 neither."""
    if csat >= 4:
        return Resolution.WON
    return Resolution.LOST if csat <= 2 else Resolution.OPEN
