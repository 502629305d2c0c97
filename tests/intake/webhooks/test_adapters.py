"""What senders send is what was said, and nothing that names a person."""

import json
from collections import Counter

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
