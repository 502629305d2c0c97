"""Many contacts at once: each has its own result, and one bad item rejects only itself."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable

import pytest

from services.intake.api.batch import MAX_ITEMS, MAX_LINES
from services.intake.api.door import CONTACT_BYTES
from shared.events import RECEIVED, ContactReceived
from tests.intake.conftest import Intake, Reading
from tests.intake.test_contacts import HELLO

pytestmark = pytest.mark.broker
NDJSON = {"Content-Type": "application/x-ndjson"}


def contacts(count: int) -> list[dict[str, object]]:
    return [{**HELLO, "source": "batch", "external_id": str(number)} for number in range(count)]


def lines(items: Iterable[object]) -> bytes:
    return b"".join(json.dumps(item).encode() + b"\n" for item in items)


async def test_990_of_1000_are_accepted_and_10_are_refused_by_name_and_reason(intake: Intake, published: Reading) -> None:
    items: list[object] = list(contacts(1000))
    for place in range(5, 1000, 100):
        items[place] = {"channel": "chat", "colour": "red"}

    async with published(RECEIVED, ContactReceived) as received:
        answer = await intake.http.post("/v1/contacts/batch", json={"contacts": items})
        events = await received.next(990)

    body = answer.json()
    assert answer.status_code == 202
    assert (body["accepted"], body["refused"], body["unavailable"]) == (990, 10, 0)
    assert [result["index"] for result in body["results"]] == list(range(1000))
    refused = [result for result in body["results"] if result["status"] == "refused"]
    assert [result["index"] for result in refused] == list(range(5, 1000, 100))
    assert refused[0]["code"] == "invalid"
    assert {param["name"]: param["reason"] for param in refused[0]["invalid_params"]} == {
        "text": "Field required",
        "colour": "unknown field",
    }
    accepted = {result["contact_id"] for result in body["results"] if result["status"] == "accepted"}
    assert accepted == {str(event.event.contact_id) for event in events}
    assert (intake.counted("contact", "accepted"), intake.counted("contact", "invalid")) == (990, 10)


async def test_an_item_is_the_same_contact_alone_in_a_batch_and_in_a_stream(intake: Intake, published: Reading) -> None:
    [item] = contacts(1)

    async with published(RECEIVED, ContactReceived) as received:
        await intake.http.post("/v1/contacts", json=item)
        await intake.http.post("/v1/contacts/batch", json={"contacts": [item]})
        await intake.http.post("/v1/contacts/batch", content=lines([item]), headers=NDJSON)
        events = await received.next(3)

    assert len({event.id for event in events}) == 1


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "malformed_json"),
        (b"[]", 422, "invalid"),
        (b'{"contacts": {}}', 422, "invalid"),
        (b'{"contacts": []}', 422, "invalid"),
        (b'{"contacts": [], "tenant": "x"}', 422, "invalid"),
        (json.dumps({"contacts": [{}] * (MAX_ITEMS + 1)}).encode(), 422, "invalid"),
        (b" " * (4 * 1024 * 1024 + 1), 413, "too_large"),
    ],
    ids=["no json", "no object", "no list", "no items", "unknown field", "too many", "too large"],
)
async def test_a_batch_that_is_none_is_refused_as_a_whole(intake: Intake, body: bytes, status: int, code: str) -> None:
    intake.door.shares.total = 64 * 1024 * 1024
    answer = await intake.http.post("/v1/contacts/batch", content=body, headers={"Content-Type": "application/json"})

    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_a_batch_without_one_good_item_is_a_problem_that_still_names_every_item(intake: Intake) -> None:
    answer = await intake.http.post("/v1/contacts/batch", json={"contacts": [7, None]})

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert [result["status"] for result in answer.json()["results"]] == ["refused", "refused"]


async def test_a_stream_is_taken_line_by_line_blank_ones_passed_over(intake: Intake) -> None:
    body = b'\n{"text":"a","channel":"chat"}\r\n\n  \nnonsense\n{"text":"b","channel":"chat"}'

    answer = await intake.http.post("/v1/contacts/batch", content=body, headers=NDJSON)

    assert [result["status"] for result in answer.json()["results"]] == ["accepted", "refused", "accepted"]
    assert answer.json()["results"][1]["code"] == "malformed_json"


@pytest.mark.parametrize("size", [1, 7, 100_000])
async def test_lines_are_the_same_however_the_stream_is_cut(intake: Intake, size: int) -> None:
    body = lines(contacts(20)) + b'{"text":"' + b"x" * CONTACT_BYTES + b'"}\n' + lines(contacts(1))

    async def pieces() -> AsyncIterator[bytes]:
        step = size if size > 1 else 1000
        for start in range(0, len(body), step):
            yield body[start : start + step]

    answer = await intake.http.post("/v1/contacts/batch", content=pieces(), headers=NDJSON)

    results = answer.json()["results"]
    assert [result["status"] for result in results] == ["accepted"] * 20 + ["refused", "accepted"]
    assert results[20]["code"] == "too_large"
    assert results[0]["contact_id"] == results[21]["contact_id"]


async def test_a_long_stream_is_taken_in_bounded_memory(intake: Intake) -> None:
    """A tenth of what may be held is enough for a stream of any length: what is published is let go."""
    intake.door.shares.total = 64 * 1024

    async def many() -> AsyncIterator[bytes]:
        for _ in range(50):
            yield lines(contacts(100))

    answer = await intake.http.post("/v1/contacts/batch", content=many(), headers=NDJSON)

    assert (answer.status_code, answer.json()["accepted"]) == (202, 5000)


async def test_a_stream_over_its_limit_says_what_was_taken(intake: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MAX_LINES == 100_000
    monkeypatch.setattr("services.intake.api.batch.MAX_LINES", 250)

    answer = await intake.http.post("/v1/contacts/batch", content=lines(contacts(251)), headers=NDJSON)

    assert (answer.status_code, answer.json()["code"]) == (413, "too_many")
    assert (answer.json()["accepted"], len(answer.json()["results"])) == (250, 250)


async def test_of_a_refused_item_a_few_reasons_are_told(intake: Intake) -> None:
    answer = await intake.http.post(
        "/v1/contacts/batch", json={"contacts": [HELLO, {f"field {number}": 1 for number in range(50)}]}
    )

    assert len(answer.json()["results"][1]["invalid_params"]) == 5


async def test_a_stream_that_cannot_be_held_any_longer_says_what_was_taken(intake: Intake) -> None:
    first = lines(contacts(400))
    intake.door.shares.total = len(first) + 20_000

    async def many() -> AsyncIterator[bytes]:
        yield first
        yield b"x" * CONTACT_BYTES + b"\n"
        with intake.holding("another") as hold:
            hold.take(intake.door.shares.total // 2)
            yield lines(contacts(1))

    answer = await intake.http.post("/v1/contacts/batch", content=many(), headers=NDJSON)

    assert (answer.status_code, answer.json()["code"]) == (503, "overloaded")
    assert answer.json()["accepted"] == 400


async def test_a_body_that_stops_coming_is_given_up(intake: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.web.body.PIECE_SECONDS", 0.2)

    async def stalled() -> AsyncIterator[bytes]:
        yield b'{"text":'
        await asyncio.sleep(5)

    answer = await intake.http.post("/v1/contacts", content=stalled())

    assert (answer.status_code, answer.json()["code"]) == (408, "too_slow")
    assert intake.registry.get_sample_value("intake_bytes_held") == 0


async def test_an_item_of_a_json_batch_is_as_long_as_a_contact_at_most(intake: Intake) -> None:
    long = {"text": "Hello", "channel": "chat", "attributes": {"note": "x" * CONTACT_BYTES}}

    answer = await intake.http.post("/v1/contacts/batch", json={"contacts": [*contacts(1), long]})

    assert answer.status_code == 202
    assert [result.get("code") for result in answer.json()["results"]] == [None, "too_large"]


async def test_an_item_in_which_thousands_of_things_are_wrong_is_refused_without_naming_them(intake: Intake) -> None:
    wrong = {"text": "Hello", "channel": "chat"} | {f"x{number}": 1 for number in range(2_000)}

    answer = await intake.http.post("/v1/contacts", json=wrong)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert "1,000" in answer.json()["detail"]
    assert not answer.json().get("invalid_params")


async def test_a_window_of_wrong_items_does_not_keep_others_waiting(intake: Intake) -> None:
    wrong = json.dumps({"text": "Hello", "channel": "chat"} | {f"x{number}": 1 for number in range(900)}).encode()
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    counting = asyncio.create_task(count())
    answer = await intake.http.post("/v1/contacts/batch", content=b"\n".join([wrong] * 100), headers=NDJSON)
    counting.cancel()

    assert answer.json()["refused"] == 100
    assert turns > 100 * len(wrong) / (2 * 64 * 1024)
