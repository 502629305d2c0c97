"""What senders send is what was said, and nothing that names a person."""

import json
import math
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from services.intake.webhooks.endpoints import Sender
from tests.intake.webhooks.gallery import PERSONAL, Example, examples

EXAMPLES = examples()


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_a_payload_says_what_its_golden_file_says(example: Example) -> None:
    assert example.read() == example.says


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_names_and_addresses_stay_behind_but_for_the_customers_id(example: Example) -> None:
    said = example.read()
    if contact := said.get("contact"):
        # It becomes a pseudonym before anything leaves intake.
        contact.pop("customer", None)

    written = json.dumps(said, ensure_ascii=False)
    assert not [word for word in PERSONAL if word.lower() in written.lower()]


JUNK: tuple[Any, ...] = (None, True, 0, -1, 1.5, math.nan, math.inf, 10**400, "", " ", "x", "\x00", "0", [], [1], {}, {"id": {}})


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every container of a payload with every key or index in it."""
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield value, key
        yield from places(value[key])


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_whatever_stands_at_whatever_place_is_read_ignored_or_refused(example: Example) -> None:
    """Anything else that is raised would be a 500."""
    payload = json.loads(example.body)
    for container, key in list(places(payload)):
        kept = container[key]
        for junk in JUNK:
            container[key] = junk
            assert example.read_as(payload)
        container[key] = kept
    for junk in JUNK:
        assert example.read_as(junk)


def test_every_sender_has_examples_of_what_counts_what_does_not_and_what_is_refused() -> None:
    seen = {(example.endpoint.sender, kind) for example in EXAMPLES for kind in example.says}

    for sender in Sender:
        assert {(sender, "contact"), (sender, "outcome"), (sender, "ignored"), (sender, "refused")} <= seen, sender
    assert len(EXAMPLES) >= 100
    assert min(Counter(example.endpoint.sender for example in EXAMPLES).values()) >= 6


def test_an_outcome_of_a_thread_finds_the_contact_that_opened_it() -> None:
    for sender in Sender:
        said = [example.says for example in EXAMPLES if example.endpoint.sender is sender]
        contacts = {(part["contact"]["source"], part["contact"].get("external_id")) for part in said if "contact" in part}
        outcomes = {(part["outcome"]["source"], part["outcome"]["external_id"]) for part in said if "outcome" in part}
        assert outcomes & contacts, sender
