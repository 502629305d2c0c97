"""One contact over HTTP: a 202 means the brokers have it, anything else says what to do."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from services.intake.pseudonyms import Pseudonyms
from shared.credentials import Scope
from shared.events import RECEIVED, ContactReceived
from tests.intake.conftest import NOW, TENANT, Intake, Reading, keys_in

pytestmark = pytest.mark.broker

HELLO = {"text": "The app logs me out.", "channel": "chat"}
WHOLE = {
    "text": "Still no refund.",
    "channel": "email",
    "source": "zendesk-eu",
    "external_id": "35436-1",
    "thread_id": "35436",
    "subject": "Refund",
    "occurred_at": "2026-11-20T10:00:00+02:00",
    "customer": {"id": "c-1001", "plan": "pro", "annual_value": 1200, "locale": "en-GB"},
    "product": "checkout",
    "product_version": "4.2.0",
    "area": "refunds",
    "revision": 2,
    "rating": {"score": 2, "scale": 5},
    "attributes": {"region": "eu"},
}


async def test_a_contact_is_accepted_and_published_with_everything_that_was_sent(intake: Intake, published: Reading) -> None:
    async with published(RECEIVED, ContactReceived) as received:
        answer = await intake.http.post("/v1/contacts", json=WHOLE)
        [decoded] = await received.next()

    event = decoded.event
    assert answer.status_code == 202
    assert answer.json() == {"contact_id": str(event.contact_id), "status": "accepted"}
    said = json.loads(event.model_dump_json())
    for name in (
        "text",
        "channel",
        "source",
        "external_id",
        "thread_id",
        "subject",
        "product",
        "product_version",
        "area",
        "revision",
    ):
        assert said[name] == WHOLE[name]
    assert event.tenant == TENANT
    assert event.occurred_at == datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
    assert event.received_at == NOW
    assert (event.plan, event.annual_value, event.locale) == ("pro", 1200.0, "en-GB")
    assert event.rating is not None
    assert (event.rating.score, event.rating.scale) == (2.0, 5.0)
    assert intake.counted("contact", "accepted") == 1


async def test_the_customers_id_never_leaves_intake(intake: Intake, published: Reading) -> None:
    async with published(RECEIVED, ContactReceived) as received:
        await intake.http.post("/v1/contacts", json=WHOLE)
        [decoded] = await received.next()

    assert decoded.event.customer == Pseudonyms(b"k" * 32).of(TENANT, "c-1001")
    assert "c-1001" not in decoded.event.model_dump_json() + decoded.event.key


async def test_the_same_contact_sent_again_is_the_same_contact_and_the_same_event(intake: Intake, published: Reading) -> None:
    async with published(RECEIVED, ContactReceived) as received:
        answers = [(await intake.http.post("/v1/contacts", json=WHOLE)).json() for _ in range(2)]
        one, other = await received.next(2)

    assert answers[0] == answers[1]
    assert one.id == other.id
    assert one.event.fingerprint == other.event.fingerprint


@pytest.mark.parametrize("key", ['"8e03978e-40d5-43e8-bc93-6894a57f9324"', "8e03978e-40d5-43e8-bc93-6894a57f9324"])
async def test_an_idempotency_key_names_a_contact_quoted_or_bare(intake: Intake, key: str) -> None:
    answers = [(await intake.http.post("/v1/contacts", json=HELLO, headers={"Idempotency-Key": key})).json() for _ in range(2)]

    assert answers[0] == answers[1]
    assert UUID(answers[0]["contact_id"]).version == 5


@pytest.mark.parametrize(
    "headers",
    [
        [("Idempotency-Key", "")],
        [("Idempotency-Key", 'a"b')],
        [("Idempotency-Key", "x" * 256)],
        [("Idempotency-Key", "a"), ("Idempotency-Key", "b")],
    ],
)
async def test_an_idempotency_key_that_cannot_be_read_is_refused(intake: Intake, headers: list[tuple[str, str]]) -> None:
    answer = await intake.http.post("/v1/contacts", json=HELLO, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_idempotency_key")


KEYED = {"Idempotency-Key": '"order-17"'}


async def test_another_body_under_the_same_key_is_refused_where_it_is_remembered(intake: Intake) -> None:
    first = await intake.http.post("/v1/contacts", json=HELLO, headers=KEYED)
    for other in ({"text": "Something else."}, {"source": "elsewhere"}):
        refused = await intake.http.post("/v1/contacts", json={**HELLO, **other}, headers=KEYED)
        assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_reused")
        assert refused.json()["invalid_params"][0]["name"] == "Idempotency-Key"
    again = await intake.http.post("/v1/contacts", json=HELLO, headers=KEYED)

    assert again.json() == first.json()


@pytest.mark.parametrize("other", [{"revision": 2}, {"external_id": "its-own-id"}])
async def test_a_correction_and_a_contact_with_its_own_id_may_come_under_a_key_that_was_used(
    intake: Intake, other: dict[str, object]
) -> None:
    await intake.http.post("/v1/contacts", json=HELLO, headers=KEYED)

    answer = await intake.http.post("/v1/contacts", json={**HELLO, "text": "Corrected.", **other}, headers=KEYED)

    assert answer.status_code == 202


async def test_a_key_belongs_to_its_tenant(intake: Intake, tmp_path: Path) -> None:
    other = keys_in(tmp_path, tenant="other")
    await asyncio.sleep(1.1)  # a changed file is read within a second

    first = await intake.http.post("/v1/contacts", json=HELLO, headers=KEYED)
    answer = await intake.http.post(
        "/v1/contacts", json={**HELLO, "text": "Not the same."}, headers={**KEYED, "Authorization": f"Bearer {other}"}
    )

    assert answer.status_code == 202
    assert answer.json()["contact_id"] != first.json()["contact_id"]


async def test_the_trace_of_the_caller_goes_on(intake: Intake, published: Reading) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    async with published(RECEIVED, ContactReceived) as received:
        await intake.http.post("/v1/contacts", json=HELLO, headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01"})
        [decoded] = await received.next()

    assert re.fullmatch(rf"00-{trace}-[0-9a-f]{{16}}-01", decoded.traceparent or "")


REFUSALS = [
    ({}, "text", "Field required"),
    ({"text": ""}, "text", "at least 1 character"),
    ({"text": "x" * 20_001}, "text", "at most 20000 characters"),
    ({"text": "a\x00b"}, "text", "NUL"),
    ({"text": 7}, "text", "valid string"),
    ({"channel": "fax"}, "channel", "'email', 'chat'"),
    ({"colour": "red"}, "colour", "unknown field"),
    ({"tenant": "other"}, "tenant", "unknown field"),
    ({"occurred_at": "2026-11-20T12:05:01Z"}, "occurred_at", "more than 5 minutes ahead"),
    ({"occurred_at": "1999-12-31T23:59:59Z"}, "occurred_at", "before the year 2000"),
    ({"occurred_at": "2026-11-20T12:00:00"}, "occurred_at", "timezone"),
    ({"revision": 0}, "revision", "greater than or equal to 1"),
    ({"revision": "2"}, "revision", "valid integer"),
    ({"customer": {"id": ""}}, "customer.id", "at least 1 character"),
    ({"customer": {"id": "c", "email": "a@b"}}, "customer.email", "unknown field"),
    ({"customer": {"id": "c", "annual_value": -1}}, "customer.annual_value", "greater than or equal to 0"),
    ({"customer": {"id": "c", "locale": "english please"}}, "customer.locale", "pattern"),
    ({"rating": {"score": 6, "scale": 5}}, "rating", "score is above scale"),
    ({"attributes": {str(n): "v" for n in range(33)}}, "attributes", "at most 32"),
    ({"attributes": {"a": "v" * 257}}, "attributes.a", "at most 256"),
    ({"external_id": "x" * 201}, "external_id", "at most 200"),
    ({"subject": "x" * 1001}, "subject", "at most 1000"),
]


@pytest.mark.parametrize(("fields", "name", "reason"), REFUSALS, ids=[f"{name}: {reason}" for _, name, reason in REFUSALS])
async def test_what_does_not_fit_is_refused_by_name_and_reason(
    intake: Intake, fields: dict[str, Any], name: str, reason: str
) -> None:
    answer = await intake.http.post("/v1/contacts", json={**HELLO, **fields} if fields else {"channel": "chat"})

    body = answer.json()
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert body["code"] == "invalid"
    assert body["request_id"] == answer.headers["x-request-id"]
    [param] = [param for param in body["invalid_params"] if param["name"] == name]
    assert reason in param["reason"]
    assert intake.counted("contact", "invalid") == 1


@pytest.mark.parametrize("ahead", [timedelta(0), timedelta(minutes=5)])
async def test_a_clock_that_is_a_little_ahead_is_forgiven(intake: Intake, ahead: timedelta) -> None:
    answer = await intake.http.post("/v1/contacts", json={**HELLO, "occurred_at": (NOW + ahead).isoformat()})

    assert answer.status_code == 202


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"text": "\\ud800", "channel": "chat"}', b"[" * 100_000])
async def test_what_is_not_json_is_refused(intake: Intake, body: bytes) -> None:
    answer = await intake.http.post("/v1/contacts", content=body)

    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_json")


async def test_a_body_that_is_too_large_is_refused_whether_or_not_its_length_is_said(intake: Intake) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(300):
            yield b" " * 1024

    said = await intake.http.post("/v1/contacts", content=b" " * (256 * 1024 + 1))
    unsaid = await intake.http.post("/v1/contacts", content=chunks())

    for answer in (said, unsaid):
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
        assert "262,144 bytes" in answer.json()["detail"]


async def test_too_many_bytes_at_once_are_shed_with_a_time_to_come_back(intake: Intake) -> None:
    with intake.holding() as hold:
        hold.take(intake.door.shares.total // 2)
        answer = await intake.http.post("/v1/contacts", json=HELLO)
    after = await intake.http.post("/v1/contacts", json=HELLO)

    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "overloaded", "1")
    assert after.status_code == 202


@pytest.mark.parametrize(
    "header", [None, "", "Basic YTpi", "Bearer", "Bearer ", "Bearer nonsense", "Bearer fb_00000000_x", "Bearer fb__"]
)
async def test_nobody_comes_in_without_a_key(intake: Intake, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    intake.http.headers.pop("Authorization")

    answer = await intake.http.post("/v1/contacts", json=HELLO, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
    assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_a_key_opens_only_what_its_scopes_say(intake: Intake, tmp_path: Path) -> None:
    reader = keys_in(tmp_path, Scope.INSIGHTS_READ)
    await asyncio.sleep(1.1)  # a changed file is read within a second

    answer = await intake.http.post("/v1/contacts", json=HELLO, headers={"Authorization": f"Bearer {reader}"})

    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")
    assert "contacts:write" in answer.json()["detail"]


async def test_every_request_is_counted_once_under_its_route_and_status(intake: Intake) -> None:
    await intake.http.post("/v1/contacts", json=HELLO)
    await intake.http.post("/v1/contacts", json={})
    await intake.http.get("/elsewhere")

    counted = {
        (sample.labels["route"], sample.labels["status"]): sample.value
        for family in intake.registry.collect()
        for sample in family.samples
        if sample.name == "http_requests_total"
    }
    assert counted == {("/v1/contacts", "202"): 1, ("/v1/contacts", "422"): 1, ("unmatched", "404"): 1}


async def test_the_openapi_document_holds_every_schema_it_refers_to(intake: Intake) -> None:
    document = (await intake.http.get("/openapi.json")).json()

    references = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(document)))
    assert references <= set(document["components"]["schemas"])
    assert {"ContactRequest", "ProblemDocument", "ItemsAnswer"} <= references
    examples = document["paths"]["/v1/contacts"]["post"]["requestBody"]["content"]["application/json"]["examples"]
    for example in examples.values():
        assert (await intake.http.post("/v1/contacts", json=example["value"])).status_code == 202


async def test_a_bug_is_answered_counted_and_found_under_its_request_id(intake: Intake) -> None:
    object.__setattr__(intake.pipeline, "pseudonyms", None)

    answer = await intake.http.post("/v1/contacts", json=WHOLE)

    assert (answer.status_code, answer.json()["code"]) == (500, "bug")
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
    labels = {"method": "POST", "route": "/v1/contacts", "status": "500"}
    assert intake.registry.get_sample_value("http_requests_total", labels) == 1
