"""
Intercom's notifications about conversations.

Source: developers.intercom.com, docs/references/2.16/webhooks. Text is HTML before version 2.15 of their API, plain from then on.
"""

from typing import Final

from services.intake.said import NEITHER, Ignored, Said
from services.intake.webhooks.delivery import NO_WORDS, NOT_A_CUSTOMERS, Delivery
from services.intake.webhooks.markup import words_if_marked_up
from services.intake.webhooks.payload import Payload, Unmappable
from shared.events import Channel, Resolution

CUSTOMERS: Final = frozenset({"contact", "user", "lead", "visitor"})
CHANNELS: Final = {
    "conversation": Channel.CHAT,
    "whatsapp": Channel.CHAT,
    "sms": Channel.CHAT,
    "push": Channel.IN_APP,
    "email": Channel.EMAIL,
    "facebook": Channel.SOCIAL,
    "instagram": Channel.SOCIAL,
    "twitter": Channel.SOCIAL,
    "phone_call": Channel.PHONE,
    "phone_switch": Channel.PHONE,
}


def read(delivery: Delivery) -> Said | Ignored:
    """Conversations begun, replies, ratings with their remarks, conversations closed or opened again."""
    topic = delivery.payload.text("topic")
    readers = {
        "conversation.user.created": _created,
        "conversation.user.replied": _replied,
        "conversation.rating.added": _rated,
        "conversation.admin.closed": _closed,
        "conversation.admin.opened": _opened,
    }
    if topic not in readers:
        return Ignored(NEITHER)
    return readers[topic](delivery, delivery.payload.part("data.item"))


def _created(delivery: Delivery, conversation: Payload) -> Said | Ignored:
    return _contact(delivery, conversation, conversation.part("source"), external_id=conversation.id("id"))


def _replied(delivery: Delivery, conversation: Payload) -> Said | Ignored:
    parts = list(conversation.each("conversation_parts.conversation_parts"))
    if not parts:
        raise Unmappable("data.item.conversation_parts.conversation_parts", "is missing")
    # One notification is of one reply: the customer's last, behind which a bot or a colleague may have answered.
    replies = [part for part in parts if _is_customers(part)]
    if not replies:
        return Ignored(NOT_A_CUSTOMERS)
    return _contact(delivery, conversation, replies[-1], external_id=f"{conversation.id('id')}/{replies[-1].id('id')}")


def _is_customers(message: Payload) -> bool:
    return message.find_text("author.type") in CUSTOMERS


def _contact(delivery: Delivery, conversation: Payload, message: Payload, *, external_id: str) -> Said | Ignored:
    if not _is_customers(message):
        return Ignored(NOT_A_CUSTOMERS)
    text = words_if_marked_up(message.find_text("body") or "")
    if not text:
        return Ignored(NO_WORDS)
    subject = conversation.find_text("source.subject")
    contact = delivery.contact(
        text=text,
        channel=CHANNELS.get(conversation.find_text("source.type") or "", Channel.OTHER),
        external_id=external_id,
        thread_id=conversation.id("id"),
        subject=subject and words_if_marked_up(subject),
        occurred_at=message.find_moment("created_at") or conversation.find_moment("created_at"),
        customer_id=_customer(delivery, conversation, message.find_id("author.id")),
    )
    return Said(contact)


def _rated(delivery: Delivery, conversation: Payload) -> Said:
    rating = conversation.part("conversation_rating")
    return delivery.rated(
        thread_id=conversation.id("id"),
        message="rating",
        csat=rating.csat("rating"),
        words=rating.find_text("remark"),
        customer_id=_customer(delivery, conversation, rating.find_id("contact.id")),
        occurred_at=delivery.payload.find_moment("created_at"),
    )


def _closed(delivery: Delivery, conversation: Payload) -> Said:
    return _ended(delivery, conversation, Resolution.WON)


def _opened(delivery: Delivery, conversation: Payload) -> Said:
    return _ended(delivery, conversation, Resolution.OPEN)


def _ended(delivery: Delivery, conversation: Payload, resolution: Resolution) -> Said:
    at = delivery.payload.find_moment("created_at")
    outcome = delivery.outcome(external_id=conversation.id("id"), resolution=resolution, occurred_at=at)
    return Said(outcome=outcome)


def _customer(delivery: Delivery, conversation: Payload, author: str | None) -> str | None:
    # `external_id` is the company's own id of the customer, and so the same one wherever the customer writes.
    for contact in conversation.each("contacts.contacts"):
        if author in (None, contact.find_id("id")):
            return contact.find_id("external_id") or delivery.scoped(contact.find_id("id"))
    return delivery.scoped(author)
