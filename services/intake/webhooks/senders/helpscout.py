"""
Help Scout's webhooks, payload version 2; the header says which event it is.

Source: developer.helpscout.com/webhooks and /webhooks/objects; times are documented as UTC and may lack a zone.
"""

from datetime import UTC, datetime
from typing import Final

from services.intake.said import NEITHER, Ignored, Said
from services.intake.webhooks.delivery import NO_WORDS, NOT_A_CUSTOMERS, Delivery
from services.intake.webhooks.markup import words
from services.intake.webhooks.payload import Payload, Unmappable
from shared.events import Channel, Resolution

EVENT: Final = "x-helpscout-event"
CHANNELS: Final = {"email": Channel.EMAIL, "chat": Channel.CHAT, "phone": Channel.PHONE}
RATINGS: Final = {"great": 5, "okay": 3, "bad": 1, "not_good": 1}
"""On the scale of 1 to 5: both ends and the middle."""


def read(delivery: Delivery) -> Said | Ignored:
    """Conversations begun, the customer's replies, ratings with their comments, conversations closed."""
    conversation = delivery.payload
    match delivery.headers.get(EVENT):
        case "convo.created":
            return _contact(delivery, _threads(conversation)[0], external_id=conversation.id("id"))
        case "convo.customer.reply.created":
            return _replied(delivery, conversation)
        case "convo.status" if conversation.find_text("status") == "closed":
            return _closed(delivery, conversation)
        case "satisfaction.ratings":
            return _rated(delivery, conversation)
        case None:
            raise Unmappable(EVENT, "the header is missing")
    return Ignored(NEITHER)


def _threads(conversation: Payload) -> list[Payload]:
    threads = list(conversation.each("_embedded.threads"))
    messages = [thread for thread in threads if thread.find_text("type") != "lineitem"]
    if not messages:
        raise Unmappable("_embedded.threads", "is missing")
    return sorted(messages, key=lambda thread: _at(thread, "createdAt") or datetime.min.replace(tzinfo=UTC))


def _replied(delivery: Delivery, conversation: Payload) -> Said | Ignored:
    # Whoever answered before the delivery came stands behind the customer's reply.
    replies = [thread for thread in _threads(conversation) if _is_customers(thread)]
    if not replies:
        return Ignored(NOT_A_CUSTOMERS)
    return _contact(delivery, replies[-1], external_id=f"{conversation.id('id')}/{replies[-1].id('id')}")


def _is_customers(thread: Payload) -> bool:
    return thread.find_text("createdBy.type") == "customer"


def _contact(delivery: Delivery, thread: Payload, *, external_id: str) -> Said | Ignored:
    if not _is_customers(thread):
        return Ignored(NOT_A_CUSTOMERS)
    text = words(thread.find_text("body") or "")
    if not text:
        return Ignored(NO_WORDS)
    conversation = delivery.payload
    contact = delivery.contact(
        text=text,
        channel=CHANNELS.get(conversation.find_text("type") or "", Channel.OTHER),
        external_id=external_id,
        thread_id=conversation.id("id"),
        subject=conversation.find_text("subject"),
        occurred_at=_at(thread, "createdAt"),
        customer_id=delivery.scoped(thread.find_id("createdBy.id")),
    )
    return Said(contact)


def _closed(delivery: Delivery, conversation: Payload) -> Said:
    at = _at(conversation, "closedAt") or _at(conversation, "userUpdatedAt")
    return Said(outcome=delivery.outcome(external_id=conversation.id("id"), resolution=Resolution.WON, occurred_at=at))


def _rated(delivery: Delivery, rating: Payload) -> Said:
    csat = RATINGS.get(rating.text("rating").lower())
    if csat is None:
        raise Unmappable("rating", f"has to be one of {', '.join(RATINGS)}")
    return delivery.rated(
        thread_id=rating.find_id("conversationId") or rating.id("ticketId"),
        message=f"rating/{rating.id('id')}",
        csat=csat,
        words=rating.find_text("comments"),
        customer_id=delivery.scoped(rating.find_id("customer.id")),
        occurred_at=_at(rating, "modifiedAt") or _at(rating, "createdAt"),
    )


def _at(part: Payload, path: str) -> datetime | None:
    return part.find_moment(path, zone=UTC)
