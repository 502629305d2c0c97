"""A field map meets what apps really send: empty places, blank texts, numbers where a label is wanted."""

from typing import Any

import pytest

from services.intake.requests import ContactRequest
from services.intake.said import Ignored, Said
from services.intake.webhooks.delivery import NO_WORDS
from tests.intake.webhooks.test_cut import mapped, read

MORE = {
    "customer.locale": "locale",
    "product_version": "version",
    "rating.score": "stars",
    "rating.scale": {"value": 5},
    "occurred_at": "at",
    "attributes.n": "n",
    "subject": {"at": "subject", "html": True},
}


def said(**payload: Any) -> Said | Ignored:
    return read(mapped(MORE), {"id": 7, "text": "It is slow.", **payload})


def contact(**payload: Any) -> ContactRequest:
    found = said(**payload)
    assert isinstance(found, Said)
    assert found.contact is not None
    return found.contact


@pytest.mark.parametrize("empty", [None, "", " ", "\x00"])
@pytest.mark.parametrize("place", ["product", "plan", "locale", "version", "stars", "at", "n", "subject", "customer"])
def test_a_field_whose_place_is_empty_is_left_out(place: str, empty: str | None) -> None:
    assert contact(**{"customer": "c-1", place: empty}) == contact(**({} if place == "customer" else {"customer": "c-1"}))


@pytest.mark.parametrize(("value", "written"), [(5, "5"), (2.5, "2.5"), (True, "true"), ("x", "x")])
def test_a_label_may_be_a_number(value: Any, written: str) -> None:
    found = contact(n=value, version=value)

    assert (found.attributes, found.product_version) == ({"n": written}, written)


@pytest.mark.parametrize("blank", ["", " ", "\x00"])
def test_a_blank_text_has_no_words(blank: str) -> None:
    assert said(text=blank) == Ignored(NO_WORDS)


def test_a_fixed_label_may_be_a_number_too() -> None:
    found = read(mapped({"attributes.tier": {"value": 2}}), {"id": 7, "text": "It is slow."})

    assert isinstance(found, Said)
    assert found.contact is not None
    assert found.contact.attributes == {"tier": "2"}
