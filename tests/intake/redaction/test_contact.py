"""A contact's words: free text gets marks, ids stay ids, and who it is does not depend on what was redacted."""

import pytest

from services.intake.redaction import Redactor, Words, redacted
from services.intake.requests import ContactRequest, CustomerRequest
from shared.events import Channel

SENT = {"text": "Hello.", "channel": Channel.CHAT}


def words(**fields: object) -> Words:
    return redacted(ContactRequest.model_validate({**SENT, **fields}), Redactor(), lambda said: f"pseudonym of {len(said)}")


@pytest.mark.parametrize("field", ["text", "subject", "product", "area"])
def test_every_free_text_gets_marks(field: str) -> None:
    left = words(**{field: "from jane@example.com"})

    assert getattr(left, field) == "from [email]"
    assert left.redactions == {"email": 1}


def test_the_plan_and_the_version_get_marks_and_version_numbers_stay() -> None:
    customer = CustomerRequest(id="c", plan="jane@example.com")

    assert words(customer=customer).plan == "[email]"
    assert words(product_version="4.2.0.1", subject="a@b.co").product_version == "4.2.0.1"
    assert words(product_version="for jane@example.com").product_version == "for [email]"


def test_an_attribute_is_read_with_its_name() -> None:
    sent = {"phone": "5551234567", "order": "5551234567", "password": "hunter2", "jane@example.com": "yes"}

    left = words(attributes=sent)

    assert left.attributes == {"phone": "[phone]", "order": "5551234567", "password": "[secret]", "[email]": "yes"}
    assert left.redactions == {"phone": 1, "secret": 1, "email": 1}


@pytest.mark.parametrize("field", ["source", "external_id", "thread_id"])
def test_an_id_that_is_personal_becomes_a_pseudonym_so_that_two_stay_two(field: str) -> None:
    assert getattr(words(**{field: "whatsapp:+4915112345678"}), field) == "pseudonym of 23"
    assert getattr(words(**{field: "jane@example.com"}), field) == "pseudonym of 16"


@pytest.mark.parametrize(
    "said",
    [
        "35436-1",
        "4111111111111111",
        "5551234567",
        "8e03978e-40d5-43e8-bc93-6894a57f9324",
        "zendesk-eu",
        "ORD 4711 2024 0815",
        "01HZX3K7N2",
    ],
)
def test_an_id_that_a_machine_gave_stays(said: str) -> None:
    left = words(source=said, external_id=said, thread_id=said, subject="jane@example.com")

    assert (left.source, left.external_id, left.thread_id) == (said, said, said)


def test_a_text_that_grew_by_its_marks_still_fits_the_contract_and_ends_with_no_half_mark() -> None:
    left = words(text=("a@b.co " * 2857)[:20_000])

    assert len(left.text) <= 20_000
    assert left.text.endswith(("[email]", " "))
