"""Which contact this is, and who stands behind it: derived, so that intake needs no memory."""

import hmac
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.intake.identity import contact_id, fingerprint
from services.intake.pseudonyms import Pseudonyms
from services.intake.requests import ContactRequest
from shared.events import Channel

names = st.text(min_size=1, max_size=200)
KEY = b"k" * 32


@given(tenant=names, source=st.none() | names, external_id=names)
def test_the_same_message_of_the_same_source_is_the_same_contact(tenant: str, source: str | None, external_id: str) -> None:
    assert contact_id(tenant, source=source, external_id=external_id) == contact_id(
        tenant, source=source, external_id=external_id
    )


def test_an_id_is_what_it_was_in_the_first_version() -> None:
    """Changing the derivation would count every contact of every customer twice."""
    assert contact_id("acme", source="zendesk-eu", external_id="35436-1") == UUID("73c88a36-4739-528f-952c-89818695f253")
    assert contact_id("acme", source=None, idempotency_key="k") == UUID("ba0c3b8b-0a0e-5e83-8da6-cc5500f1a023")


@given(names, names, names)
def test_tenants_sources_and_kinds_of_id_do_not_meet(tenant: str, source: str, name: str) -> None:
    found = {
        contact_id(tenant, source=source, external_id=name),
        contact_id(tenant + "x", source=source, external_id=name),
        contact_id(tenant, source=source + "x", external_id=name),
        contact_id(tenant, source=None, external_id=name),
        contact_id(tenant, source=source, idempotency_key=name),
    }

    assert len(found) == 5


def test_what_nothing_names_is_a_new_contact_every_time_in_the_order_of_time() -> None:
    found = [contact_id("acme", source=None) for _ in range(100)]

    assert len(set(found)) == 100
    assert {identity.version for identity in found} == {7}
    assert sorted(found) == found


def test_the_external_id_names_a_contact_that_has_both() -> None:
    assert contact_id("acme", source="a", external_id="1", idempotency_key="2") == contact_id("acme", source="a", external_id="1")


def test_the_fingerprint_sees_what_was_sent_and_not_how_it_was_spelt() -> None:
    spelt = [
        b'{"text":"a","channel":"chat","revision":1,"attributes":{"a":"1","b":"2"}}',
        b'{ "subject": null, "channel":"chat", "text":"\\u0061", "attributes":{"b":"2","a":"1"} }',
    ]
    one, other = (fingerprint(KEY, "acme", ContactRequest.model_validate_json(body)) for body in spelt)
    changed = fingerprint(KEY, "acme", ContactRequest(text="b", channel=Channel.CHAT, attributes={"a": "1", "b": "2"}))

    assert one == other != changed


def test_the_fingerprint_says_nothing_without_its_key_and_differs_between_tenants() -> None:
    sent = ContactRequest(text="a", channel=Channel.CHAT)

    assert len({fingerprint(KEY, "acme", sent), fingerprint(b"x" * 32, "acme", sent), fingerprint(KEY, "other", sent)}) == 3


@given(names, names)
def test_a_pseudonym_is_stable_and_says_nothing_of_the_id(tenant: str, customer: str) -> None:
    pseudonyms = Pseudonyms(KEY)

    assert pseudonyms.of(tenant, customer) == pseudonyms.of(tenant, customer)
    assert len(pseudonyms.of(tenant, customer)) == 32
    assert pseudonyms.of(tenant, customer) != pseudonyms.of(tenant + "x", customer)


def test_a_pseudonym_is_what_it_was_in_the_first_version() -> None:
    """Changing the derivation would count every customer twice."""
    tenant_key = hmac.digest(KEY, b"tenant\x00acme", "sha256")

    assert Pseudonyms(KEY).of("acme", "c-1") == hmac.digest(tenant_key, b"customer\x00c-1", "sha256").hex()[:32]
    assert Pseudonyms(KEY).of_id("acme", "c-1") == hmac.digest(tenant_key, b"id\x00c-1", "sha256").hex()[:32]


def test_while_a_key_rotates_the_old_pseudonym_is_the_previous_one() -> None:
    before, during, after = Pseudonyms(b"1" * 32), Pseudonyms(b"2" * 32, b"1" * 32), Pseudonyms(b"2" * 32)

    assert during.previous_of("acme", "c") == before.of("acme", "c")
    assert during.of("acme", "c") == after.of("acme", "c") != before.of("acme", "c")
    assert during.all_of("acme", "c") == (after.of("acme", "c"), before.of("acme", "c"))
    assert after.all_of("acme", "c") == (after.of("acme", "c"),)
