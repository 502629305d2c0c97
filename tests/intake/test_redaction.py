"""Redaction where it matters: over HTTP, on every path, up to the brokers."""

import json

import httpx
import pytest

from deploy.local.process import Child
from services.intake.redaction import Redactor
from shared.events import RECEIVED, ContactReceived
from shared.kafka import KafkaSettings
from tests.canaries import CANARIES, EVERYWHERE, SONG, everything_published
from tests.intake.conftest import TENANT, Intake, Reading

pytestmark = pytest.mark.broker

PERSONAL = {
    "text": "My card 4111 1111 1111 1111, mail jane@example.com.",
    "channel": "email",
    "source": "desk",
    "external_id": "4711-1",
    "subject": "Call +49 171 2345678",
}


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
    answers = [
        await http.post("/v1/contacts", json=EVERYWHERE),
        await http.post("/v1/contacts", json={**EVERYWHERE, "external_id": None}, headers={"Idempotency-Key": CANARIES[0]}),
        await http.post("/v1/contacts/batch", json={"contacts": [EVERYWHERE, {**EVERYWHERE, CANARIES[0]: 1}]}),
        await http.post("/v1/contacts/batch", content=json.dumps(EVERYWHERE), headers={"Content-Type": "application/x-ndjson"}),
        await http.post("/v1/redactions/preview", json=EVERYWHERE),
        await http.post("/v1/outcomes", json={"source": CANARIES[0], "external_id": CANARIES[2], "resolution": "won"}),
        await http.post("/v1/erasures", json={"customer_id": CANARIES[0]}),
        await http.post("/v1/contacts", json={**EVERYWHERE, CANARIES[0]: SONG, "attributes": {CANARIES[0]: 7}}),
        await http.post("/v1/contacts", content=SONG),
        await http.get(f"/v1/{CANARIES[0]}"),
        await http.get("/metrics"),
    ]
    assert [answer.status_code for answer in answers] == [202, 202, 202, 202, 200, 202, 202, 422, 400, 404, 200]

    said = [answer.text for answer in answers]
    said.append(child.log.read_text())
    said += [record for record in await everything_published(kafka) if TENANT in record]
    assert sum('"redactions":{"' in record for record in said) >= 4
    for canary in CANARIES:
        assert not [record for record in said if canary in record], canary


async def test_what_was_redacted_holds_nothing_more_to_redact() -> None:
    left = Redactor().redact(SONG).text

    assert Redactor().redact(left).text == left
