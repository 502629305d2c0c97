"""
Zendesk's event webhooks. What a trigger or an automation sends is the admin's own JSON: `generic` with `signature: zendesk`.

Source: developer.zendesk.com, webhooks/event-types/ticket-events.
"""

from typing import Final

from services.intake.said import NEITHER, Ignored, Said
from services.intake.webhooks.delivery import NO_WORDS, NOT_A_CUSTOMERS, Delivery
from services.intake.webhooks.payload import Payload
from shared.events import Channel, Resolution

TICKET: Final = "zen:event-type:ticket."
CHANNELS: Final = {
    "email": Channel.EMAIL,
    "chat": Channel.CHAT,
    "native_messaging": Channel.CHAT,
    "whatsapp": Channel.CHAT,
    "sms": Channel.CHAT,
    "voice": Channel.PHONE,
    "facebook": Channel.SOCIAL,
    "twitter": Channel.SOCIAL,
    "mobile_sdk": Channel.IN_APP,
    "web_widget": Channel.IN_APP,
}
"""By `via.channel`; whatever came another way is a ticket."""
ENDED: Final = frozenset({"SOLVED", "CLOSED"})


def read(delivery: Delivery) -> Said | Ignored:
    """Tickets created, the customer's public comments, tickets solved or reopened."""
    payload = delivery.payload
    match payload.text("type").removeprefix(TICKET):
        case "created":
            return _created(delivery, payload.part("detail"))
        case "comment_added":
            return _commented(delivery, payload.part("detail"), payload.part("event.comment"))
        case "status_changed":
            return _changed(delivery, payload.part("detail"), payload.part("event"))
    return Ignored(NEITHER)


def _created(delivery: Delivery, ticket: Payload) -> Said | Ignored:
    text = ticket.find_text("description")
    if text is None:
        return Ignored(NO_WORDS)
    number = ticket.id("id")
    contact = delivery.contact(
        text=text,
        channel=_channel(ticket),
        external_id=number,
        thread_id=number,
        subject=ticket.find_text("subject"),
        occurred_at=ticket.find_moment("created_at"),
        customer_id=delivery.scoped(ticket.find_id("requester_id")),
    )
    return Said(contact)


def _commented(delivery: Delivery, ticket: Payload, comment: Payload) -> Said | Ignored:
    text = comment.find_text("body")
    if text is None:
        return Ignored(NO_WORDS)
    if comment.is_true("author.is_staff") or not comment.is_true("is_public"):
        return Ignored(NOT_A_CUSTOMERS)
    if text == ticket.find_text("description"):
        return Ignored("ticket.created brings the ticket's own description")
    number = ticket.id("id")
    contact = delivery.contact(
        text=text,
        channel=_channel(ticket),
        external_id=f"{number}/{comment.id('id')}",
        thread_id=number,
        subject=ticket.find_text("subject"),
        occurred_at=delivery.payload.find_moment("time"),
        customer_id=delivery.scoped(comment.id("author.id")),
    )
    return Said(contact)


def _changed(delivery: Delivery, ticket: Payload, change: Payload) -> Said | Ignored:
    has_ended, had_ended = change.text("current").upper() in ENDED, change.text("previous").upper() in ENDED
    if has_ended == had_ended:
        return Ignored(NEITHER)
    outcome = delivery.outcome(
        external_id=ticket.id("id"),
        resolution=Resolution.WON if has_ended else Resolution.OPEN,
        occurred_at=delivery.payload.find_moment("time"),
    )
    return Said(outcome=outcome)


def _channel(ticket: Payload) -> Channel:
    return CHANNELS.get(ticket.find_text("via.channel") or "", Channel.TICKET)
