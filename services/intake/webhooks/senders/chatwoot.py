"""
Chatwoot's account webhooks.

Source: chatwoot/chatwoot, app/presenters/conversations/event_data_presenter.rb; their pull request 13573 for the signature.
"""

from typing import Final

from services.intake.said import NEITHER, Ignored, Said
from services.intake.webhooks.delivery import NO_WORDS, NOT_A_CUSTOMERS, Delivery
from services.intake.webhooks.payload import Payload
from shared.events import Channel, Resolution

CHANNELS: Final = {
    "Channel::WebWidget": Channel.CHAT,
    "Channel::Whatsapp": Channel.CHAT,
    "Channel::Sms": Channel.CHAT,
    "Channel::TwilioSms": Channel.CHAT,
    "Channel::Telegram": Channel.CHAT,
    "Channel::Line": Channel.CHAT,
    "Channel::Email": Channel.EMAIL,
    "Channel::FacebookPage": Channel.SOCIAL,
    "Channel::Instagram": Channel.SOCIAL,
    "Channel::TwitterProfile": Channel.SOCIAL,
    "Channel::Voice": Channel.PHONE,
}


def read(delivery: Delivery) -> Said | Ignored:
    """The customer's messages, ratings with their comments, conversations resolved or opened again."""
    payload = delivery.payload
    match payload.text("event"):
        case "message_created":
            return _wrote(delivery, payload)
        case "message_updated" if rating := payload.find("content_attributes.submitted_values.csat_survey_response"):
            return _rated(delivery, payload, rating)
        case "conversation_status_changed":
            return _changed(delivery, payload)
    return Ignored(NEITHER)


def _wrote(delivery: Delivery, message: Payload) -> Said | Ignored:
    if message.find_text("message_type") != "incoming" or message.is_true("private"):
        return Ignored(NOT_A_CUSTOMERS)
    text = message.find_text("content")
    if text is None:
        return Ignored(NO_WORDS)
    thread = message.id("conversation.id")
    contact = delivery.contact(
        text=text,
        channel=CHANNELS.get(message.find_text("conversation.channel") or "", Channel.OTHER),
        external_id=thread if _opens(message.part("conversation")) else f"{thread}/{message.id('id')}",
        thread_id=thread,
        occurred_at=message.find_moment("created_at"),
        customer_id=_customer(delivery, message.part("sender")),
    )
    return Said(contact)


def _opens(conversation: Payload) -> bool:
    # The one unread message of a conversation that no agent ever looked at is the one that opened it.
    return conversation.find_number("unread_count") == 1 and conversation.find_number("agent_last_seen_at") == 0


def _rated(delivery: Delivery, message: Payload, rating: Payload) -> Said:
    return delivery.rated(
        thread_id=message.id("conversation.id"),
        message=message.id("id"),
        csat=rating.csat("rating"),
        words=rating.find_text("feedback_message"),
        customer_id=_customer(delivery, message.part("conversation.meta.sender")),
        occurred_at=message.find_moment("updated_at"),
    )


def _changed(delivery: Delivery, conversation: Payload) -> Said | Ignored:
    match conversation.text("status"):
        case "resolved":
            resolution = Resolution.WON
        case "open":
            resolution = Resolution.OPEN
        case _:
            return Ignored(NEITHER)
    at = conversation.find_moment("updated_at") or conversation.find_moment("timestamp")
    outcome = delivery.outcome(external_id=conversation.id("id"), resolution=resolution, occurred_at=at)
    return Said(outcome=outcome)


def _customer(delivery: Delivery, person: Payload) -> str | None:
    # `identifier` is the company's own id of the customer.
    return person.find_id("identifier") or delivery.scoped(person.find_id("id"))
