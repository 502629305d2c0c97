"""Redaction where it matters: over HTTP, on every path, up to the brokers."""

import json

import httpx
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from deploy.local.process import Child
from services.intake.redaction import Redactor
from shared.events import RECEIVED, TOPICS, ContactReceived
from shared.kafka import KafkaSettings, client_options
from tests.intake.conftest import TENANT, Intake, Reading

pytestmark = pytest.mark.broker

PERSONAL = {
    "text": "My card 4111 1111 1111 1111, mail jane@example.com.",
    "channel": "email",
    "source": "desk",
    "external_id": "4711-1",
    "subject": "Call +49 171 2345678",
}
CANARIES = (
    "canary.bird@example.com",
    "4539 1488 0343 6467",
    "+44 7700 900123",
    "GB29NWBK60161331926819",
    "536-90-4399",
    "203.0.113.77",
    "https://example.com/reset?token=canary1234567890",
    "sk_live_canaryCANARY1234567890",
    "hunter2canary",
)
SONG = "Hi, " + "; ".join(CANARIES[:-1]) + f"; my password is {CANARIES[-1]}"


async def test_what_is_personal_does_not_travel_and_is_counted_by_type(intake: Intake, published: Reading) -> None:
    async with published(RECEIVED, ContactReceived) as received:
        await intake.http.post("/v1/contacts", json=PERSONAL)
        await intake.http.post("/v1/contacts/batch", json={"contacts": [PERSONAL]})
        await intake.http.post(
            "/v1/contacts/batch", content=json.dumps(PERSONAL), headers={"Content-Type": "application/x-ndjson"}
        )
        events = [decoded.event for decoded in await received.next(3)]

    assert {event.text for event in events} == {"My card [card], mail [email]."}
    assert {event.subject for event in events} == {"Call [phone]"}
    assert events[0].redactions == {"card": 1, "email": 1, "phone": 1}
    assert intake.registry.get_sample_value("intake_redactions_total", {"type": "card"}) == 3


async def test_two_texts_that_differ_only_in_what_was_redacted_are_a_conflict_and_not_a_repeat(
    intake: Intake, published: Reading
) -> None:
    other = {**PERSONAL, "text": PERSONAL["text"].replace("4111 1111 1111 1111", "4539 1488 0343 6467")}
    async with published(RECEIVED, ContactReceived) as received:
        for sent in (PERSONAL, PERSONAL, other):
            await intake.http.post("/v1/contacts", json=sent)
        one, again, conflict = await received.next(3)

    assert one.event.text == conflict.event.text
    assert one.event.contact_id == again.event.contact_id == conflict.event.contact_id
    assert one.event.fingerprint == again.event.fingerprint != conflict.event.fingerprint
    assert one.id == again.id != conflict.id


async def test_a_preview_shows_what_would_leave_and_nothing_leaves(intake: Intake, published: Reading) -> None:
    async with published(RECEIVED, ContactReceived) as received:
        answer = await intake.http.post("/v1/redactions/preview", json={**PERSONAL, "customer": {"id": "c-1"}})
        assert await received.nothing_more()

    assert answer.status_code == 200
    body = answer.json()
    assert (body["text"], body["subject"]) == ("My card [card], mail [email].", "Call [phone]")
    assert body["redactions"] == {"card": 1, "email": 1, "phone": 1}
    assert "customer" not in body
    assert intake.registry.get_sample_value("intake_redactions_total", {"type": "card"}) is None


async def test_a_preview_needs_a_key(intake: Intake) -> None:
    intake.http.headers.pop("Authorization")

    assert (await intake.http.post("/v1/redactions/preview", json=PERSONAL)).status_code == 401


async def test_canaries_appear_in_no_topic_log_metric_or_answer(
    process: tuple[Child, httpx.AsyncClient], kafka: KafkaSettings
) -> None:
    child, http = process
    everywhere = {
        "text": SONG,
        "subject": SONG,
        "channel": "chat",
        "source": CANARIES[0],
        "external_id": CANARIES[2],
        "thread_id": CANARIES[7],
        "customer": {"id": CANARIES[0], "plan": CANARIES[0]},
        "product": CANARIES[3],
        "product_version": f"1.0 {CANARIES[0]}",
        "area": CANARIES[4],
        "attributes": {
            **{f"a{place}": canary for place, canary in enumerate(CANARIES[:-1])},
            CANARIES[0]: "x",
            "password": CANARIES[-1],
        },
    }
    answers = [
        await http.post("/v1/contacts", json=everywhere),
        await http.post("/v1/contacts", json={**everywhere, "external_id": None}, headers={"Idempotency-Key": CANARIES[0]}),
        await http.post("/v1/contacts/batch", json={"contacts": [everywhere, {**everywhere, CANARIES[0]: 1}]}),
        await http.post("/v1/contacts/batch", content=json.dumps(everywhere), headers={"Content-Type": "application/x-ndjson"}),
        await http.post("/v1/redactions/preview", json=everywhere),
        await http.post("/v1/outcomes", json={"source": CANARIES[0], "external_id": CANARIES[2], "resolution": "won"}),
        await http.post("/v1/erasures", json={"customer_id": CANARIES[0]}),
        await http.post("/v1/contacts", json={**everywhere, CANARIES[0]: SONG, "attributes": {CANARIES[0]: 7}}),
        await http.post("/v1/contacts", content=SONG),
        await http.get(f"/v1/{CANARIES[0]}"),
        await http.get("/metrics"),
    ]
    assert [answer.status_code for answer in answers] == [202, 202, 202, 202, 200, 202, 202, 422, 400, 404, 200]

    said = [answer.text for answer in answers]
    said.append(child.log.read_text())
    said += await everything_published(kafka)
    assert sum('"redactions":{"' in record for record in said) >= 4
    for canary in CANARIES:
        assert not [record for record in said if canary in record], canary


async def test_what_was_redacted_holds_nothing_more_to_redact() -> None:
    left = Redactor().redact(SONG).text

    assert Redactor().redact(left).text == left


async def everything_published(kafka: KafkaSettings) -> list[str]:
    """Every record of this tenant on every topic: key, headers, value."""
    consumer = AIOKafkaConsumer(**client_options(kafka), auto_offset_reset="earliest")
    await consumer.start()
    try:
        partitions = []
        for topic in TOPICS:
            await consumer._client._wait_on_metadata(topic.name)
            partitions += [TopicPartition(topic.name, number) for number in consumer.partitions_for_topic(topic.name) or ()]
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        found = []
        while any([await consumer.position(partition) < ends[partition] for partition in partitions]):
            batches = await consumer.getmany(timeout_ms=1_000)
            found += [f"{record.key!r} {record.headers} {record.value!r}" for batch in batches.values() for record in batch]
        return [record for record in found if TENANT in record]
    finally:
        await consumer.stop()
