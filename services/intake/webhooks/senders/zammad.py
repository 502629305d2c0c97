"""
Zammad's trigger webhooks with the default payload: the ticket as it is, and the article that set the trigger off.

Source: admin-docs.zammad.org, manage/webhook/payload.
"""

from typing import Final

from services.intake.requests import ContactRequest
from services.intake.said import NEITHER, Ignored, Said
from services.intake.webhooks.delivery import Delivery
from services.intake.webhooks.markup import words
from services.intake.webhooks.payload import Payload
from shared.events import Channel, Resolution

CHANNELS: Final = {
    "email": Channel.EMAIL,
    "phone": Channel.PHONE,
    "chat": Channel.CHAT,
    "sms": Channel.CHAT,
    "whatsapp message": Channel.CHAT,
    "telegram personal-message": Channel.CHAT,
    "twitter status": Channel.SOCIAL,
    "twitter direct-message": Channel.SOCIAL,
    "facebook feed post": Channel.SOCIAL,
    "facebook feed comment": Channel.SOCIAL,
}


def read(delivery: Delivery) -> Said | Ignored:
    """The customer's articles, and tickets that were closed."""
    ticket, article = delivery.payload.part("ticket"), delivery.payload.find("article")
    contact = None if article is None else _contact(delivery, ticket, article)
    outcome = None
    if ticket.find_text("state") == "closed":
        at = ticket.find_moment("close_at") or ticket.find_moment("updated_at")
        outcome = delivery.outcome(external_id=ticket.id("id"), resolution=Resolution.WON, occurred_at=at)
    if contact is None and outcome is None:
        return Ignored(NEITHER)
    return Said(contact, outcome)


def _contact(delivery: Delivery, ticket: Payload, article: Payload) -> ContactRequest | None:
    body = article.find_text("body") or ""
    text = words(body) if article.find_text("content_type") == "text/html" else body
    if article.find_text("sender") != "Customer" or article.is_true("internal") or not text:
        return None
    number, message = ticket.id("id"), article.id("id")
    return delivery.contact(
        text=text,
        channel=CHANNELS.get(article.find_text("type") or "", Channel.TICKET),
        external_id=number if ticket.find_id("article_ids.0") == message else f"{number}/{message}",
        thread_id=number,
        subject=ticket.find_text("title"),
        occurred_at=article.find_moment("created_at"),
        customer_id=delivery.scoped(ticket.find_id("customer_id")),
    )
