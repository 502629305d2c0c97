"""A sender of webhooks cannot correct itself: what is too long for a contact is cut, and the contact says so."""

from typing import Any

import pytest

from services.intake.requests import ContactRequest
from services.intake.said import Ignored, Said
from services.intake.webhooks.delivery import NO_WORDS, Delivery
from services.intake.webhooks.endpoints import Endpoint
from services.intake.webhooks.payload import Payload
from services.intake.webhooks.senders import ADAPTERS
from tests.intake.webhooks.gallery import NOW

ZENDESK = {"sender": "zendesk", "endpoint": "acme", "tenant": "acme", "secrets": ["correct-horse"]}
FIELDS = {
    "text": "text",
    "channel": {"value": "chat"},
    "external_id": "id",
    "subject": "subject",
    "product": "product",
    "customer.id": "customer",
    "customer.plan": "plan",
}


def read(endpoint: dict[str, Any], payload: dict[str, Any]) -> Said | Ignored:
    found = Endpoint.model_validate(endpoint)
    return ADAPTERS[found.sender](Delivery(found, {}, Payload(payload), NOW))


def ticket(**detail: str) -> ContactRequest | None:
    said = read(ZENDESK, {"type": "zen:event-type:ticket.created", "detail": {"id": "7", **detail}})
    assert isinstance(said, Said)
    return said.contact


def generic(fields: dict[str, Any] | None = None, **payload: Any) -> ContactRequest | None:
    said = read(mapped(fields), {"id": 7, "text": "It is slow.", **payload})
    assert isinstance(said, Said)
    return said.contact


def mapped(fields: dict[str, Any] | None = None) -> dict[str, Any]:
    own = {"contact": {"fields": {**FIELDS, **(fields or {})}}}
    return {**ZENDESK, "sender": "generic", "signature": "github", "fields": own}


@pytest.mark.parametrize("size", [20_000, 20_001, 100_000])
def test_a_text_is_cut_to_what_a_contact_may_have_and_the_contact_says_so(size: int) -> None:
    for contact in (ticket(description="x" * size), generic(text="x" * size)):
        assert contact is not None
        assert contact.text == "x" * 20_000
        assert contact.attributes == ({} if size == 20_000 else {"cut": "text"})


def test_a_subject_is_cut_too() -> None:
    for contact in (ticket(description="It is slow.", subject="s" * 1001), generic(subject="s" * 1001)):
        assert contact is not None
        assert contact.subject == "s" * 1000
        assert contact.attributes == {"cut": "subject"}


def test_nul_is_dropped_and_is_no_word() -> None:
    for contact in (ticket(description="a\x00b", subject="c\x00d"), generic(text="a\x00b", subject="c\x00d")):
        assert contact is not None
        assert (contact.text, contact.subject, contact.attributes) == ("ab", "cd", {})

    nothing = read(ZENDESK, {"type": "zen:event-type:ticket.created", "detail": {"id": "7", "description": "\x00"}})
    assert nothing == Ignored(NO_WORDS)


def test_a_field_map_cuts_every_label_and_names_it() -> None:
    contact = generic({"attributes.page": "page"}, product="p" * 201, customer="c-1", plan="q" * 201, page="r" * 257)

    assert contact is not None
    assert contact.customer is not None
    assert (contact.product, contact.customer.plan) == ("p" * 200, "q" * 200)
    assert contact.attributes == {"page": "r" * 256, "cut": "product, customer.plan, attributes.page"}


def test_a_map_that_has_no_attribute_left_cuts_all_the_same() -> None:
    contact = generic({f"attributes.{number}": {"value": "a"} for number in range(32)}, text="x" * 20_001)

    assert contact is not None
    assert len(contact.text) == 20_000
    assert len(contact.attributes) == 32
