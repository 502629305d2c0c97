"""A contact's words: free text gets marks, ids stay ids, and who it is does not depend on what was redacted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.redaction import Left, Redactor, redacted
from services.intake.requests import ContactRequest, CustomerRequest
from shared.events import Channel

PIECES = (
    "call", "order no.", "my password is", "pass:", "555", "0123", "4111 1111", "1111 1111", "4567", "+49 171", "jane@example.com", "DE89 3704 0044",
    "0532 0130 00", "10.0.0.1", "version", "one two", "three four five six seven", "https://a.b/?token=", "abc123def", "sk_live_4eC39HqLyjWDarjt", "home", "office", "\n", ".", "x",
)  # fmt: skip
texts = st.lists(st.sampled_from(PIECES), min_size=1, max_size=8).map(" ".join)

SENT = {"text": "Hello.", "channel": Channel.CHAT}


def words(**fields: object) -> Left:
    return redacted(ContactRequest.model_validate({**SENT, **fields}), Redactor(), lambda said: f"pseudonym of {len(said)}")


@pytest.mark.parametrize("field", ["text", "subject", "product", "area"])
def test_every_free_text_gets_marks(field: str) -> None:
    left = words(**{field: "from jane@example.com"})

    assert getattr(left.contact, field) == "from [email]"
    assert left.redactions == {"email": 1}


def test_the_plan_and_the_version_get_marks_and_version_numbers_stay() -> None:
    customer = CustomerRequest(id="c", plan="jane@example.com")

    left = words(customer=customer).contact

    assert left.customer == CustomerRequest(id="c", plan="[email]")
    assert words(product_version="4.2.0.1", subject="a@b.co").contact.product_version == "4.2.0.1"
    assert words(product_version="for jane@example.com").contact.product_version == "for [email]"


def test_an_attribute_is_read_with_its_name() -> None:
    sent = {"phone": "5551234567", "order": "5551234567", "password": "hunter2", "jane@example.com": "yes"}

    left = words(attributes=sent)

    assert left.contact.attributes == {"phone": "[phone]", "order": "5551234567", "password": "[secret]", "[email]": "yes"}
    assert left.redactions == {"phone": 1, "secret": 1, "email": 1}


def test_two_attributes_whose_names_become_one_keep_both_values() -> None:
    sent = {"a@x.com": "1", "b@x.com": "2", "[email 2]": "3", "of c@x.com": "4", "of d@x.com": "5"}

    left = words(attributes=sent).contact.attributes

    assert left == {"[email 2]": "3", "[email]": "1", "[email 3]": "2", "of [email]": "4", "of [email 2]": "5"}


@pytest.mark.parametrize("field", ["source", "external_id", "thread_id"])
def test_an_id_that_is_personal_becomes_a_pseudonym_so_that_two_stay_two(field: str) -> None:
    assert getattr(words(**{field: "whatsapp:+4915112345678"}).contact, field) == "pseudonym of 23"
    assert getattr(words(**{field: "jane@example.com"}).contact, field) == "pseudonym of 16"


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
    left = words(source=said, external_id=said, thread_id=said, subject="jane@example.com").contact

    assert (left.source, left.external_id, left.thread_id) == (said, said, said)


def test_a_text_that_grew_by_its_marks_still_fits_the_contract_and_ends_with_no_half_mark() -> None:
    left = words(text=("a@b.co " * 2857)[:20_000]).contact

    assert len(left.text) <= 20_000
    assert left.text.endswith(("[email]", " "))


@given(text=texts, subject=texts, product=texts)
def test_one_look_at_all_fields_finds_what_a_look_at_each_does(text: str, subject: str, product: str) -> None:
    redactor = Redactor()

    left = words(text=text, subject=subject, product=product).contact

    assert (left.text, left.subject, left.product) == tuple(redactor.redact(said).text for said in (text, subject, product))


def test_a_contact_with_nothing_personal_is_left_as_it_is() -> None:
    sent = ContactRequest.model_validate(SENT)

    left = redacted(sent, Redactor(), str.upper)

    assert left.contact is sent
    assert left.redactions == {}
