"""CloudEvents over HTTP: binary, structured, batch, and the handshake."""

import json
from typing import Any

import httpx
import pytest

from services.intake.cloudevents import BATCH, MAX_EVENTS, STRUCTURED
from services.intake.said import CONTACT_ENDED, CONTACT_SAID
from shared.events import OUTCOMES, RECEIVED, ContactReceived, OutcomeReported, Resolution
from shared.kafka import KafkaSettings
from tests.intake.conftest import AwayPublisher, Intake, Reading, opened
from tests.intake.test_contacts import HELLO
from tests.intake.webhooks.gallery import ENDPOINTS

pytestmark = pytest.mark.broker
ATTRIBUTES = {"specversion": "1.0", "type": CONTACT_SAID, "source": "/reviews/ios", "id": "4711", "time": "2026-11-20T11:00:00Z"}
EVENT = {**ATTRIBUTES, "datacontenttype": "application/json", "data": HELLO}
OUTCOME = {**ATTRIBUTES, "type": CONTACT_ENDED, "data": {"source": "app", "external_id": "7", "resolution": "won"}}


async def structured(intake: Intake, event: Any, media_type: str = STRUCTURED) -> httpx.Response:
    return await intake.http.post("/v1/events", content=json.dumps(event), headers={"Content-Type": media_type})


async def binary(intake: Intake, headers: dict[str, str] | None = None, body: bytes | None = None) -> httpx.Response:
    attributes = {f"ce-{name}": value for name, value in ATTRIBUTES.items()}
    sent = {"Content-Type": "application/json", **attributes, **(headers or {})}
    return await intake.http.post("/v1/events", content=json.dumps(HELLO) if body is None else body, headers=sent)


def counted(intake: Intake, outcome: str) -> float:
    labels = {"sender": "cloudevents", "outcome": outcome}
    return intake.registry.get_sample_value("intake_deliveries_total", labels) or 0.0


async def test_an_event_is_the_same_contact_in_every_mode(intake: Intake, published: Reading) -> None:
    async with published(RECEIVED, ContactReceived) as received:
        answers = [await structured(intake, EVENT), await binary(intake), await structured(intake, [EVENT], BATCH)]
        events = await received.next(3)

    assert [answer.status_code for answer in answers] == [202, 202, 202]
    assert len({decoded.id for decoded in events}) == 1
    assert len({decoded.event.fingerprint for decoded in events}) == 1
    event = events[0].event
    assert (event.text, event.source) == ("The app logs me out.", "/reviews/ios")
    assert event.occurred_at.isoformat() == "2026-11-20T11:00:00+00:00"
    assert answers[0].json() == {"status": "accepted", "contact_id": str(event.contact_id)}
    assert counted(intake, "accepted") == 3


async def test_an_event_says_how_a_contact_ended(intake: Intake, published: Reading) -> None:
    async with published(OUTCOMES, OutcomeReported) as reported:
        answer = await structured(intake, OUTCOME)
        [decoded] = await reported.next()

    assert (answer.status_code, answer.json()["outcome_of"]) == (202, str(decoded.event.contact_id))
    assert decoded.event.resolution is Resolution.WON


async def test_source_and_id_name_a_contact_and_its_own_id_names_it_first(intake: Intake) -> None:
    named = {**HELLO, "source": "app", "external_id": "7"}
    events = [
        EVENT,
        {**EVENT, "source": "/reviews/android"},
        {**EVENT, "id": "4712"},
        {**EVENT, "data": named},
        {**EVENT, "id": "4713", "data": named},
    ]
    one, other_source, other_id, own, own_again = [(await structured(intake, event)).json()["contact_id"] for event in events]

    assert len({one, other_source, other_id, own}) == 4
    assert own == own_again


async def test_an_id_is_what_it_was_in_the_first_version(intake: Intake) -> None:
    """Changing the derivation would count every event that is sent again twice."""
    assert (await structured(intake, EVENT)).json()["contact_id"] == "517dc772-0ac5-58d7-be91-31784d5f99b5"


async def test_what_is_neither_is_ignored_and_counted(intake: Intake) -> None:
    answer = await structured(intake, {**EVENT, "type": "com.example.invoice.paid", "data": None})

    assert (answer.status_code, answer.json()["status"]) == (200, "ignored")
    assert counted(intake, "ignored") == 1


@pytest.mark.parametrize("media_type", [STRUCTURED.upper(), f"{STRUCTURED}; charset=utf-8"])
async def test_the_content_type_may_be_spelt_in_any_case(intake: Intake, media_type: str) -> None:
    assert (await structured(intake, EVENT, media_type)).status_code == 202


@pytest.mark.parametrize(
    ("media_type", "headers"),
    [
        ("application/cloudevents+avro", {}),
        ("application/cloudevents-batch+avro", {}),
        ("application/cloudevents", {}),
        ("application/json", {}),
        ("text/plain", {"ce-id": "1"}),
    ],
)
async def test_a_format_that_is_not_read_is_a_415_that_says_which_are(
    intake: Intake, media_type: str, headers: dict[str, str]
) -> None:
    answer = await intake.http.post("/v1/events", content=json.dumps(EVENT), headers={"Content-Type": media_type, **headers})

    assert (answer.status_code, answer.json()["code"]) == (415, "format_not_understood")
    assert BATCH in answer.headers["accept-post"]
    assert counted(intake, "format_not_understood") == 1


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"specversion": "0.3"}, "specversion"),
        ({"id": ""}, "id"),
        ({"id": 4711}, "id"),
        ({"source": None}, "source"),
        ({"time": "yesterday"}, "time"),
        ({"time": 1795176000}, "time"),
        ({"time": "2026-11-20T11:00:00"}, "time"),
        ({"time": "2026-11-21T11:00:00Z"}, "occurred_at"),
        ({"data": {**HELLO, "name": "x"}}, "name"),
        ({"data": None}, "body"),
        ({"data": "text"}, "body"),
        ({"data_base64": "e30="}, "body"),
        ({"datacontenttype": "text/xml"}, "body"),
        ({"data": {"text": "x", "channel": "fax"}}, "channel"),
    ],
)
async def test_what_does_not_fit_is_refused_by_name(intake: Intake, change: dict[str, Any], name: str) -> None:
    answer = await structured(intake, {**EVENT, **change})

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert [param["name"] for param in answer.json()["invalid_params"]] == [name]
    assert counted(intake, "invalid") == 1


@pytest.mark.parametrize("event", [[], [EVENT], 7, None, "text"])
async def test_what_is_no_event_is_refused(intake: Intake, event: Any) -> None:
    assert (await structured(intake, event)).status_code == 422


async def test_extensions_and_a_subject_are_passed_over(intake: Intake) -> None:
    extended = {**EVENT, "subject": "x", "dataschema": "/schema", "partitionkey": "y", "sampledrate": 5}

    assert (await structured(intake, extended)).json() == (await structured(intake, EVENT)).json()


async def test_data_may_be_in_base64(intake: Intake) -> None:
    said = {**ATTRIBUTES, "data_base64": "eyJ0ZXh0IjogIlRoZSBhcHAgbG9ncyBtZSBvdXQuIiwgImNoYW5uZWwiOiAiY2hhdCJ9"}

    assert (await structured(intake, said)).json() == (await structured(intake, EVENT)).json()
    assert (await structured(intake, {**said, "data_base64": "eyJ0"})).json()["invalid_params"][0]["name"] == "data_base64"


async def test_header_values_are_unquoted_and_percent_decoded_once(intake: Intake, published: Reading) -> None:
    async with published(RECEIVED, ContactReceived) as received:
        await binary(intake, {"ce-source": '"/caf%C3%A9 \\"%2541\\""'})
        [decoded] = await received.next()

    assert decoded.event.source == '/café "%41"'


@pytest.mark.parametrize(
    ("headers", "name"),
    [
        ({"ce-source": "%ff"}, "ce-source"),
        ({"ce-source": "%ed%a0%80"}, "ce-source"),
        ({"ce-source": '"/a'}, "ce-source"),
        ({"ce-datacontenttype": "application/json"}, "ce-datacontenttype"),
        ({"ce-specversion": "2.0"}, "specversion"),
        ({"ce-id": ""}, "id"),
    ],
)
async def test_a_header_that_cannot_be_read_is_refused_by_name(intake: Intake, headers: dict[str, str], name: str) -> None:
    answer = await binary(intake, headers)

    assert answer.status_code == 422
    assert [param["name"] for param in answer.json()["invalid_params"]] == [name]


async def test_a_header_that_is_missing_is_named(intake: Intake) -> None:
    answer = await intake.http.post("/v1/events", json=HELLO, headers={"ce-specversion": "1.0", "ce-id": "1"})

    assert answer.status_code == 422
    assert [param["name"] for param in answer.json()["invalid_params"]] == ["source", "type"]


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[" * 100_000])
async def test_what_is_not_json_is_refused_in_every_mode(intake: Intake, body: bytes) -> None:
    headers = [{"Content-Type": media_type} for media_type in (STRUCTURED, BATCH)]
    answers = [
        await binary(intake, body=body),
        *[await intake.http.post("/v1/events", content=body, headers=each) for each in headers],
    ]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(400, "malformed_json")] * 3


async def test_in_a_batch_each_event_has_its_own_result(intake: Intake) -> None:
    events = [EVENT, {**EVENT, "type": "other"}, 7, {**EVENT, "id": "2", "data": {}}, OUTCOME]

    answer = await structured(intake, events, BATCH)

    body = answer.json()
    assert answer.status_code == 202
    assert (body["accepted"], body["ignored"], body["refused"], body["unavailable"]) == (2, 1, 2, 0)
    assert [result["status"] for result in body["results"]] == ["accepted", "ignored", "refused", "refused", "accepted"]
    assert [param["name"] for param in body["results"][3]["invalid_params"]] == ["text", "channel"]
    assert "outcome_of" in body["results"][4]
    assert {outcome: counted(intake, outcome) for outcome in ("accepted", "ignored", "invalid")} == {
        "accepted": 2,
        "ignored": 1,
        "invalid": 2,
    }


async def test_a_batch_is_bounded_and_may_be_empty(intake: Intake) -> None:
    intake.door.shares.total = 64 * 1024 * 1024
    whole = await structured(intake, [{**EVENT, "id": str(number)} for number in range(MAX_EVENTS)], BATCH)
    over = await structured(intake, [EVENT] * (MAX_EVENTS + 1), BATCH)
    large = await intake.http.post("/v1/events", content=b" " * (4 * 1024 * 1024 + 1), headers={"Content-Type": BATCH})
    nothing_good = await structured(intake, [7, 8], BATCH)
    empty = await structured(intake, [], BATCH)

    assert (whole.status_code, whole.json()["accepted"]) == (202, MAX_EVENTS)
    assert (over.status_code, over.json()["invalid_params"][0]["name"]) == (422, "body")
    assert large.status_code == 413
    assert (nothing_good.status_code, nothing_good.json()["refused"]) == (422, 2)
    assert (empty.status_code, empty.json()["results"]) == (202, [])


async def test_what_the_brokers_may_not_have_of_a_batch_is_marked_and_may_be_sent_again(intake: Intake) -> None:
    object.__setattr__(intake.pipeline, "publisher", AwayPublisher())

    answer = await structured(intake, [EVENT, 7, {**EVENT, "type": "other"}], BATCH)

    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "unavailable", "5")
    assert [result["status"] for result in answer.json()["results"]] == ["unavailable", "refused", "ignored"]
    assert counted(intake, "unavailable") == 1


async def test_nobody_comes_in_without_a_key(intake: Intake) -> None:
    intake.http.headers.pop("Authorization")

    assert (await structured(intake, EVENT)).status_code == 401
    assert counted(intake, "unauthorized") == 1


async def test_the_handshake_is_granted_to_a_key_or_to_an_origin_of_the_file(
    intake: Intake, kafka: KafkaSettings, tmp_path_factory: pytest.TempPathFactory
) -> None:
    asked = {"WebHook-Request-Origin": "events.example.com", "WebHook-Request-Rate": "120"}
    with_key = await intake.http.options("/v1/events", headers=asked)
    intake.http.headers.pop("Authorization")
    without = await intake.http.options("/v1/events", headers=asked)
    async with opened(kafka, tmp_path_factory.mktemp("named"), webhooks=ENDPOINTS) as other:
        other.http.headers.pop("Authorization")
        named = await other.http.options("/v1/events", headers=asked)

    for granted in (with_key, named):
        assert granted.status_code == 204
        assert granted.headers["webhook-allowed-origin"] == "events.example.com"
        assert granted.headers["webhook-allowed-rate"] == "60000000"  # a minute
    assert without.status_code == 401
    assert "webhook-allowed-origin" not in without.headers


async def test_options_advertise_what_is_taken(intake: Intake) -> None:
    answer = await intake.http.options("/v1/events")

    assert (answer.status_code, answer.headers["allow"]) == (204, "POST, OPTIONS")
    assert answer.headers["accept-post"] == f"application/json, {STRUCTURED}, {BATCH}"


async def test_the_openapi_documents_examples_are_taken(intake: Intake) -> None:
    document = (await intake.http.get("/openapi.json")).json()["paths"]["/v1/events"]["post"]
    headers = {each["name"]: each["example"] for each in document["parameters"]}

    for media_type, described in document["requestBody"]["content"].items():
        attributes = headers if media_type == "application/json" else {}
        content = json.dumps(described["examples"]["contact"]["value"])
        answer = await intake.http.post("/v1/events", content=content, headers={"Content-Type": media_type, **attributes})
        assert answer.status_code == 202, answer.text
