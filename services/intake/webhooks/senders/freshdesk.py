"""
Freshdesk's automation rules, with the "simple" content or the JSON of docs/senders/freshdesk.md, inside `freshdesk_webhook` or bare.

Neither has an id or a time of the event: a ticket is known by its number, and an event is of when it arrives.
"""

import re
from typing import Final

from services.intake.said import NEITHER, Ignored, Said
from services.intake.webhooks.delivery import NO_WORDS, Delivery
from services.intake.webhooks.markup import words
from services.intake.webhooks.payload import Payload
from shared.events import Channel, Resolution

ENDED: Final = frozenset({"resolved", "closed", "4", "5"})
"""Statuses as words or as Freshdesk's numbers."""

_STATUS = re.compile(r"\{status:\{from:([^,{}]+),to:([^,{}]+)\}\}")


def read(delivery: Delivery) -> Said | Ignored:
    """Tickets created, resolved and reopened."""
    ticket = delivery.payload.find("freshdesk_webhook") or delivery.payload
    event = ticket.text("triggered_event")
    if event == "{ticket_action:created}":
        return _created(delivery, ticket)
    if found := _STATUS.fullmatch(event):
        had_ended, has_ended = (status.strip().lower() in ENDED for status in found.groups())
        if had_ended != has_ended:
            return _ended(delivery, ticket, Resolution.WON if has_ended else Resolution.OPEN)
    return Ignored(NEITHER)


def _created(delivery: Delivery, ticket: Payload) -> Said | Ignored:
    text = words(ticket.find_text("ticket_description") or "")
    if not text:
        return Ignored(NO_WORDS)
    number = ticket.id("ticket_id")
    address = ticket.find_text("ticket_requester_email") or ticket.find_text("requester_email")
    contact = delivery.contact(
        text=text,
        channel=Channel.TICKET,
        external_id=number,
        thread_id=number,
        subject=ticket.find_text("ticket_subject"),
        # Freshdesk sends no other id of the customer. The address leaves intake as a pseudonym only.
        customer_id=address and address.strip().lower(),
    )
    return Said(contact)


def _ended(delivery: Delivery, ticket: Payload, resolution: Resolution) -> Said:
    return Said(outcome=delivery.outcome(external_id=ticket.id("ticket_id"), resolution=resolution, occurred_at=None))
