"""The contract: what was said once can be read for ever, and a change of it is a visible diff."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import jsonschema
import pytest

from shared import events
from shared.errors import Undecodable
from shared.events import RECEIVED, TOPICS, ContactDead, ContactReceived, ContactTriaged, Event, Topic, decode, encode
from shared.events.documents import documents

HERE = Path(events.__file__).parent
CARRIED = {topic.carries.type: topic for topic in TOPICS}
EXAMPLES = sorted((HERE / "examples").glob("*.json"))
WORDS = "my cat is called Whiskers"


@dataclass(frozen=True)
class Read:
    """A record as a consumer hands it out."""

    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]] = field(default_factory=tuple)
    key: bytes | None = b"acme/c"
    topic: str = "contacts.received"
    partition: int = 3
    offset: int = 7


def example(path: Path) -> Read:
    said = json.loads(path.read_text())
    return Read(
        json.dumps(said["value"]).encode(),
        [(name, value.encode()) for name, value in said["headers"].items()],
        said["key"].encode(),
    )


def example_of(event: type[Event]) -> Read:
    return example(HERE / "examples" / f"{event.type}.json")


def changed(record: Read, **fields: object) -> Read:
    return Read(json.dumps({**json.loads(record.value or b""), **fields}).encode(), record.headers)


def test_every_event_has_an_example() -> None:
    assert {path.stem for path in EXAMPLES} >= set(CARRIED)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_of_every_version_still_decodes_and_fits_its_schema(path: Path) -> None:
    record, topic = example(path), CARRIED[path.stem]

    decoded = decode(record, topic.carries)
    again = encode(decoded.event, topic, event_id=decoded.id, source=decoded.source, traceparent=decoded.traceparent)

    assert (again.key, dict(again.headers), json.loads(again.value)) == (
        record.key,
        dict(record.headers),
        json.loads(record.value or b""),
    )
    schema = json.loads((HERE / "schemas" / f"{path.stem}.json").read_text())
    jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker()).validate(json.loads(again.value))


@pytest.mark.parametrize("name", sorted(documents()))
def test_the_generated_documents_are_the_committed_ones(name: str) -> None:
    assert (HERE / name).read_text() == documents()[name], "run `python -m shared.events` and commit what changed"


def test_nothing_is_committed_that_is_no_longer_generated() -> None:
    assert {f"schemas/{path.name}" for path in (HERE / "schemas").iterdir()} | {"asyncapi.json"} == set(documents())


def test_every_reference_in_the_asyncapi_document_leads_somewhere() -> None:
    document = json.loads((HERE / "asyncapi.json").read_text())

    def references(part: object) -> list[str]:
        if isinstance(part, list):
            return [found for one in part for found in references(one)]
        if isinstance(part, dict):
            here = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
            return here + [found for one in part.values() for found in references(one)]
        return []

    for reference in references(document):
        if reference.startswith("./"):
            assert (HERE / reference).exists(), reference
            continue
        place = document
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]


def test_a_reader_ignores_fields_it_does_not_know() -> None:
    record = changed(example_of(ContactReceived), invented_tomorrow=True)

    assert decode(record, ContactReceived).event.tenant == "acme"


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (Read(b"{}"), "header ce_type is missing"),
        (Read(b"{}", [("ce_type", b"failbetter.contact.received.v9")]), "ce_type is not failbetter.contact.received.v1"),
        (Read(None, [("ce_type", b"failbetter.contact.received.v1")]), "the record has no value"),
        (Read(b"{}", [("ce_type", b"failbetter.contact.received.v1"), ("ce_id", b"7")]), "header ce_id is not a UUID"),
    ],
)
def test_a_record_that_is_not_an_event_is_undecodable_and_says_why(record: Read, reason: str) -> None:
    with pytest.raises(Undecodable, match=reason):
        decode(record, ContactReceived)


@pytest.mark.parametrize("field", [{"channel": WORDS}, {"attributes": {WORDS: 1}}, {"occurred_at": WORDS}, {"text": [WORDS]}])
def test_the_reason_names_the_place_but_never_the_words(field: dict[str, object]) -> None:
    with pytest.raises(Undecodable) as refused:
        decode(changed(example_of(ContactReceived), **field), ContactReceived)

    assert next(iter(field)) in str(refused.value)
    assert "Whiskers" not in str(refused.value)


def test_a_burial_keeps_the_record_byte_for_byte() -> None:
    record = Read(b"\xff\x00{", [("ce_type", b"\xfe")], key=b"acme/c-1")

    buried = ContactDead.burying(record, code="undecodable", reason="bytes", by="triage", at=_moment())
    [topic] = [topic for topic in TOPICS if topic.carries is ContactDead]
    encoded = encode(buried, topic, event_id=UUID(int=1), source="/failbetter/triage")
    read = decode(Read(encoded.value, encoded.headers), ContactDead).event

    assert (read.tenant, read.record_value, read.record_key) == ("acme", record.value, record.key)
    assert [(header.name, header.value) for header in read.record_headers] == list(record.headers)


@pytest.mark.parametrize("event", [ContactReceived, ContactTriaged])
def test_a_burial_names_its_contact_where_that_much_can_be_read(event: type[Event]) -> None:
    record = changed(example_of(event), tenant=7)

    buried = ContactDead.burying(record, code="undecodable", reason="tenant", by="triage", at=_moment())

    assert str(buried.contact_id) in (record.value or b"").decode()
    assert ContactDead.burying(Read(b"[" * 9999), code="x", reason="x", by="triage", at=_moment()).contact_id is None


@pytest.mark.parametrize("key", [None, b"", b"\xff/1", b"a b/1", b"/1"])
def test_a_key_that_says_no_tenant_is_buried_under_unknown(key: bytes | None) -> None:
    assert ContactDead.burying(Read(b"", key=key), code="x", reason="x", by="triage", at=_moment()).tenant == "unknown"


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_topics_that_carry_text_keep_it_thirty_days_at_most(topic: Topic) -> None:
    schema = json.dumps(topic.carries.model_json_schema())
    carries_text = '"text"' in schema or '"title": {' in schema or topic.carries is ContactDead

    assert not carries_text or (topic.retention is not None and topic.retention <= timedelta(days=30))


def test_what_one_customer_says_has_one_key_whatever_the_contact() -> None:
    event = decode(example_of(ContactReceived), ContactReceived).event
    another = event.model_copy(update={"contact_id": UUID(int=5)})
    anonymous = event.model_copy(update={"customer": None})

    assert event.key == another.key == f"acme/{event.customer}"
    assert anonymous.key == f"acme/{event.contact_id}"
    assert RECEIVED.keyed_by == "tenant/customer, else tenant/contact"


def _moment() -> datetime:
    return decode(example_of(ContactReceived), ContactReceived).event.received_at
