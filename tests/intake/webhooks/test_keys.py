"""What names a contact without an id of its own is signed: the same signed body is the same contact, whatever its headers say."""

from typing import Any

import pytest

from services.intake.said import Said
from services.intake.webhooks.delivery import Delivery
from services.intake.webhooks.endpoints import Endpoint
from services.intake.webhooks.payload import Payload
from services.intake.webhooks.senders import ADAPTERS
from tests.intake.webhooks.gallery import NOW

WHSEC = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def key(signature: Any, id_header: str, delivery: str, **payload: str) -> str | None:
    contact = {"fields": {"text": "text", "channel": {"value": "chat"}}}
    endpoint = Endpoint.model_validate(
        {
            "sender": "generic",
            "endpoint": "acme",
            "tenant": "acme",
            "secrets": [WHSEC],
            "signature": signature,
            "fields": {"id_header": id_header, "contact": contact},
        }
    )
    headers = {id_header: delivery}
    said = ADAPTERS[endpoint.sender](Delivery(endpoint, headers, Payload({"text": "It is slow.", **payload}), NOW))
    assert isinstance(said, Said)
    return said.key


def test_a_signed_header_is_the_key() -> None:
    assert key("standard", "webhook-id", "msg_1") == "msg_1"


@pytest.mark.parametrize("id_header", ["x-github-delivery", "webhook-id"])
def test_a_header_that_is_not_signed_cannot_make_another_contact_of_the_same_body(id_header: str) -> None:
    first = key("github", id_header, "d-1")

    assert first
    assert key("github", id_header, "d-2") == first
    assert key("github", id_header, "d-1", text="It is very slow.") != first


def test_another_header_than_the_signed_one_is_no_key() -> None:
    assert key("standard", "x-delivery", "d-1") == key("standard", "x-delivery", "d-2")


def test_where_nothing_is_signed_the_header_is_as_good_as_the_body() -> None:
    assert key("token", "x-delivery", "d-1") == "d-1"
