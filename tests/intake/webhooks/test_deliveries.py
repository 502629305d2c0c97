"""Deliveries over HTTP, on a broker: who is believed, what becomes of it, and what anybody can see of it."""

import asyncio
import statistics
import time
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from services.intake.limits import Allowance
from services.intake.pseudonyms import Pseudonyms
from shared.credentials import Scope
from shared.events import OUTCOMES, RECEIVED, ContactReceived, OutcomeReported
from shared.kafka import KafkaSettings
from tests.intake.conftest import NOW, TENANT, AwayPublisher, Intake, Reading, keys_in, opened
from tests.intake.webhooks.gallery import ENDPOINTS, PERSONAL, Example, examples, signature

pytestmark = pytest.mark.broker
EXAMPLES = {example.name: example for example in examples()}
TICKET = EXAMPLES["zendesk/ticket.created"]


@pytest.fixture
async def intake(kafka: KafkaSettings, tmp_path: Path) -> AsyncIterator[Intake]:
    """With the endpoints of the gallery, and nobody's API key."""
    file = tmp_path / "webhooks.yaml"
    file.write_text(ENDPOINTS.read_text())
    async with opened(kafka, tmp_path, webhooks=file) as intake:
        intake.http.headers.pop("Authorization")
        yield intake


async def deliver(intake: Intake, example: Example, **changes: Any) -> httpx.Response:
    sent = {"content": example.body, "headers": example.signed(), **changes}
    return await intake.http.post(example.address, **sent)


async def status_of(intake: Intake, sender: str) -> dict[str, Any]:
    answer = await intake.http.get(f"/v1/webhooks/{sender}/status", headers={"Authorization": f"Bearer {intake.key}"})
    assert answer.status_code == 200
    return {endpoint["endpoint"]: endpoint for endpoint in answer.json()["endpoints"]}


def counted(intake: Intake) -> Counter[str]:
    return Counter(
        {
            f"{sample.labels['sender']} {sample.labels['outcome']}": int(sample.value)
            for family in intake.registry.collect()
            for sample in family.samples
            if sample.name == "intake_deliveries_total"
        }
    )


async def test_every_example_is_answered_as_it_should_be_and_the_counts_add_up_to_the_requests(intake: Intake) -> None:
    expected: Counter[str] = Counter()
    for example in EXAMPLES.values():
        answer = await deliver(intake, example)

        kind = next(iter(example.says))
        if "refused" in example.says:
            assert answer.status_code == 422, example.name
            assert answer.headers["content-type"] == "application/problem+json"
            assert [param["name"] for param in answer.json()["invalid_params"]] == [
                name or "body" for name in example.says["refused"]
            ]
            expected[f"{example.endpoint.sender} {answer.json()['code']}"] += 1
        elif kind == "ignored":
            assert (answer.status_code, answer.json()) == (200, {"status": "ignored", "why": example.says["ignored"]})
            expected[f"{example.endpoint.sender} ignored"] += 1
        else:
            assert answer.status_code == 202, answer.text
            assert answer.json()["status"] == "accepted"
            assert ("contact_id" in answer.json(), "outcome_of" in answer.json()) == (
                "contact" in example.says,
                "outcome" in example.says,
            )
            expected[f"{example.endpoint.sender} accepted"] += 1

    assert counted(intake) == expected
    assert sum(expected.values()) == len(EXAMPLES)
    assert intake.counted("contact", "accepted") == sum("contact" in example.says for example in EXAMPLES.values())
    assert intake.counted("outcome", "accepted") == sum("outcome" in example.says for example in EXAMPLES.values())


async def test_a_delivery_is_published_as_a_contact_of_the_endpoints_tenant(intake: Intake, published: Reading) -> None:
    async with published(RECEIVED, ContactReceived) as received:
        answer = await deliver(intake, TICKET)
        [decoded] = await received.next()

    event = decoded.event
    assert answer.json() == {"status": "accepted", "contact_id": str(event.contact_id)}
    assert (event.tenant, event.source, event.external_id) == (TENANT, "zendesk/acme", "35436")
    assert event.customer == Pseudonyms(b"k" * 32).of(TENANT, "zendesk/acme:20978392")
    assert event.received_at == NOW


async def test_no_name_and_no_address_leaves_intake(intake: Intake, published: Reading) -> None:
    saying = [example for example in EXAMPLES.values() if "contact" in example.says]
    async with published(RECEIVED, ContactReceived) as received:
        for example in saying:
            await deliver(intake, example)
        events = await received.next(len(saying))

    written = " ".join(decoded.event.model_dump_json() + decoded.event.key for decoded in events).lower()
    assert not [word for word in (*PERSONAL, "c-1001", "20978392") if word.lower() in written]


async def test_a_replayed_delivery_is_the_same_event(intake: Intake, published: Reading) -> None:
    async with published(RECEIVED, ContactReceived) as received, published(OUTCOMES, OutcomeReported) as reported:
        for name in ("standard/contact.said", "chatwoot/message_updated-rated"):
            answers = [await deliver(intake, EXAMPLES[name]) for _ in range(3)]
            assert [answer.status_code for answer in answers] == [202] * 3
            assert len({answer.text for answer in answers}) == 1
        contacts, outcomes = await received.next(6), await reported.next(3)

    assert len({decoded.id for decoded in contacts}) == 2
    assert len({decoded.event.fingerprint for decoded in contacts}) == 2
    assert len({decoded.id for decoded in outcomes}) == 1


async def test_a_message_that_comes_in_two_deliveries_is_one_contact(intake: Intake) -> None:
    again = {"x-chatwoot-delivery": "another"}
    first, second = [
        await deliver(
            intake,
            EXAMPLES["chatwoot/message_created-first"],
            headers={**EXAMPLES["chatwoot/message_created-first"].signed(), **more},
        )
        for more in ({}, again)
    ]

    assert first.json() == second.json()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"content": TICKET.body + b" "}, "signature_wrong"),
        ({"headers": {}}, "signature_missing"),
        ({"headers": TICKET.signed(secret="another-secret")}, "signature_wrong"),
        ({"headers": {**TICKET.signed(), "x-zendesk-webhook-signature-timestamp": "then"}}, "timestamp_malformed"),
        (
            {"headers": {**TICKET.signed(), "x-zendesk-webhook-signature-timestamp": "2021-07-25T10:00:00Z"}},
            "timestamp_out_of_tolerance",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_what_is_not_signed_is_refused_and_the_status_says_why(intake: Intake, change: dict[str, Any], code: str) -> None:
    answer = await deliver(intake, TICKET, **change)

    assert (answer.status_code, answer.json()["code"]) == (401, code)
    assert "www-authenticate" in answer.headers
    seen = (await status_of(intake, "zendesk"))["acme"]
    assert (seen["last_refused"]["code"], seen["last_refused"]["why"]) == (code, answer.json()["detail"])
    assert seen["last_accepted"] is None
    assert counted(intake) == {f"zendesk {code}": 1}


async def test_over_its_rate_an_endpoint_is_told_when_to_come_back_and_another_is_not_concerned(
    kafka: KafkaSettings, tmp_path: Path
) -> None:
    async with opened(kafka, tmp_path, webhooks=ENDPOINTS, allowance=Allowance(0.5, 1e9, 10)) as intake:
        first, second = await deliver(intake, TICKET), await deliver(intake, TICKET)
        elsewhere = await deliver(intake, next(each for each in EXAMPLES.values() if each.endpoint.sender == "typeform"))

    assert (first.status_code, second.status_code, elsewhere.status_code) == (202, 429, 202)
    assert (second.json()["code"], second.headers["retry-after"]) == ("too_many_requests", "2")


async def test_whoever_cannot_sign_does_not_use_up_an_endpoints_limits(kafka: KafkaSettings, tmp_path: Path) -> None:
    async with opened(kafka, tmp_path, webhooks=ENDPOINTS, allowance=Allowance(0.5, 1e9, 10)) as intake:
        forged = [await deliver(intake, TICKET, headers=TICKET.signed(secret="another-secret")) for _ in range(5)]
        answer = await deliver(intake, TICKET)

    assert {each.status_code for each in forged} == {401}
    assert answer.status_code == 202


async def test_an_unknown_endpoint_is_a_404_and_no_label(intake: Intake) -> None:
    for address in ("/v1/webhooks/zendesk/other", "/v1/webhooks/fax/acme", "/v1/webhooks/zendesk/status"):
        answer = await intake.http.post(address, content=b"{}")
        assert (answer.status_code, answer.json()["code"]) == (404, "endpoint_unknown")

    assert counted(intake) == {"unknown endpoint_unknown": 3}
    assert (await intake.http.head("/v1/webhooks/zendesk/other")).status_code == 404
    assert (await intake.http.head("/v1/webhooks/intercom/acme")).status_code == 200


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff", b"[" * 100_000, b'{"a": "\\ud800"}'], ids=["none", "cut", "bytes", "deep", "half"]
)
async def test_what_is_signed_but_no_json_is_refused(intake: Intake, body: bytes) -> None:
    answer = await _sent(intake, body)

    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_json")


@pytest.mark.parametrize("body", [b"[]", b"7", b"null", b'"text"', b"{}", b'{"type": 7}', b'{"type": {}}'])
async def test_what_is_json_but_no_payload_is_refused_by_name(intake: Intake, body: bytes) -> None:
    answer = await _sent(intake, body)

    assert (answer.status_code, answer.json()["code"]) == (422, "unmappable")
    assert [param["name"] for param in answer.json()["invalid_params"]] == ["type"]


async def test_the_one_thing_that_is_answered_unsigned_is_formbricks_test_of_an_address(intake: Intake) -> None:
    address = "/v1/webhooks/formbricks/acme"
    tested = await intake.http.post(address, content=b'{"event":"testEndpoint"}')
    other = await intake.http.post(address, content=b'{"event":"testEndpoint" }')
    forged = await intake.http.post(
        address,
        content=b'{"event":"testEndpoint"}',
        headers={**EXAMPLES["formbricks/testEndpoint"].signed(), "webhook-signature": "v1,x"},
    )
    elsewhere = await intake.http.post("/v1/webhooks/standard/acme", content=b'{"event":"testEndpoint"}')

    assert (tested.status_code, tested.json()["status"]) == (200, "ignored")
    assert [each.json()["code"] for each in (other, forged, elsewhere)] == [
        "signature_missing",
        "signature_wrong",
        "signature_missing",
    ]


async def test_a_body_over_the_limit_is_refused_and_counted(intake: Intake) -> None:
    answer = await deliver(intake, TICKET, content=b" " * (1024 * 1024 + 1))

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert counted(intake) == {"zendesk too_large": 1}


async def test_a_text_that_is_too_long_is_cut_since_its_sender_cannot_correct_it(intake: Intake, published: Reading) -> None:
    body = TICKET.body.replace(b"The fire is very colorful", b"x" * 20_001)

    async with published(RECEIVED, ContactReceived) as received:
        answer = await _sent(intake, body)
        [decoded] = await received.next()

    assert answer.status_code == 202
    assert len(decoded.event.text) == 20_000
    assert decoded.event.attributes == {"cut": "text"}


async def test_the_status_says_what_came_last_to_whoever_has_a_key_of_the_tenant(intake: Intake, tmp_path: Path) -> None:
    for name in ("zendesk/ticket.created", "zendesk/ticket.priority_changed", "zendesk/ticket.created-without-id"):
        await deliver(intake, EXAMPLES[name])

    seen = await status_of(intake, "zendesk")
    assert seen["acme"]["counts"] == {"accepted": 1, "ignored": 1, "refused": 1}
    assert seen["acme"]["last_accepted"]["at"] == "2026-11-20T12:00:00Z"
    assert seen["acme"]["last_ignored"]["why"] == "this event is neither a contact nor an outcome"
    assert seen["acme"]["last_refused"]["invalid_params"] == [{"name": "detail.id", "reason": "is missing"}]
    assert seen["older"]["counts"] == {}

    other = keys_in(tmp_path, Scope.CONTACTS_WRITE, tenant="other")
    reader = keys_in(tmp_path, Scope.INSIGHTS_READ)
    await asyncio.sleep(1.1)  # a changed file is read within a second
    answers = [
        await intake.http.get("/v1/webhooks/zendesk/status", headers=headers)
        for headers in ({"Authorization": f"Bearer {other}"}, {"Authorization": f"Bearer {reader}"}, {})
    ]
    assert [answer.status_code for answer in answers] == [200, 403, 401]
    assert answers[0].json()["endpoints"] == []
    unknown = await intake.http.get("/v1/webhooks/fax/status", headers={"Authorization": f"Bearer {intake.key}"})
    assert unknown.status_code == 404


async def test_while_a_secret_is_changed_no_delivery_is_lost(intake: Intake, tmp_path: Path) -> None:
    """Both secrets in the file, then the sender changes, then the old one goes: at no moment is a good delivery refused."""
    file, new = tmp_path / "webhooks.yaml", "zendesk-secret-of-tomorrow"
    codes: list[int] = []

    async def delivering(secret: str, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            codes.append((await deliver(intake, TICKET, headers=TICKET.signed(secret=secret))).status_code)
            await asyncio.sleep(0.02)

    await delivering("zendesk-signing-secret", 0.3)
    _with_secrets(file, [new, "zendesk-signing-secret"])
    await delivering("zendesk-signing-secret", 1.2)
    await delivering(new, 0.3)
    _with_secrets(file, [new])
    await delivering(new, 1.2)

    assert set(codes) == {202}
    retired = await deliver(intake, TICKET)
    assert (retired.status_code, retired.json()["code"]) == (401, "signature_wrong")


async def test_while_the_brokers_are_away_the_sender_is_told_to_come_back(intake: Intake) -> None:
    publisher = intake.pipeline.publisher
    object.__setattr__(intake.pipeline, "publisher", AwayPublisher())
    away = [await deliver(intake, EXAMPLES[name]) for name in ("zendesk/ticket.created", "zendesk/ticket.status_changed-solved")]
    object.__setattr__(intake.pipeline, "publisher", publisher)
    back = await deliver(intake, TICKET)

    assert [(answer.status_code, answer.json()["code"], answer.headers["retry-after"]) for answer in away] == [
        (503, "unavailable", "5")
    ] * 2
    assert back.status_code == 202
    assert counted(intake) == {"zendesk unavailable": 2, "zendesk accepted": 1}
    assert (await status_of(intake, "zendesk"))["acme"]["last_refused"]["code"] == "unavailable"


async def test_a_slow_senders_limit_is_kept(intake: Intake) -> None:
    """Intercom wants its answer within 500 ms; here the broker's linger is all there is to wait for."""
    seconds = []
    for _ in range(200):
        started = time.perf_counter()
        assert (await deliver(intake, TICKET)).status_code == 202
        seconds.append(time.perf_counter() - started)

    assert statistics.quantiles(seconds, n=100)[98] < 0.5


async def test_the_openapi_documents_examples_are_taken(intake: Intake) -> None:
    document = (await intake.http.get("/openapi.json")).json()
    described = document["paths"]["/v1/webhooks/{sender}/{endpoint}"]["post"]["requestBody"]["content"]["application/json"]

    for sender, example in described["examples"].items():
        body = httpx.Request("POST", "http://x", json=example["value"]).content
        signed = next(each for each in EXAMPLES.values() if each.endpoint.sender == sender)
        answer = await _sent(intake, body, like=signed)
        assert answer.status_code == 202, answer.text


async def _sent(intake: Intake, body: bytes, *, like: Example = TICKET) -> httpx.Response:
    secret = like.endpoint.secrets[0].secret.get_secret_value()
    headers = signature(like.endpoint.schemes[0], secret, body, at=NOW, delivery={})
    return await intake.http.post(like.address, content=body, headers=headers)


def _with_secrets(file: Path, secrets: list[str]) -> None:
    said = yaml.safe_load(file.read_text())
    said["endpoints"][0]["secrets"] = secrets
    new = file.with_suffix(".new")
    new.write_text(yaml.safe_dump(said))
    new.replace(file)
