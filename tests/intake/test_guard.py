"""Who sends too much is told how long to wait, and nobody else notices."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog

from services.intake.limits import Allowance
from shared.credentials import Limits, Scope, add_key, create_key, read_keys
from shared.kafka import KafkaSettings
from tests.intake.conftest import NOW, PLENTY, Intake, keys_in, opened
from tests.intake.test_batch import NDJSON, contacts, lines
from tests.intake.test_contacts import HELLO

pytestmark = pytest.mark.broker


@pytest.fixture
async def strict(kafka: KafkaSettings, tmp_path: Path) -> AsyncIterator[Intake]:
    """Intake that lets two requests a second through, four in a row and three at once."""
    async with opened(kafka, tmp_path, allowance=Allowance(2, 1e6, 3)) as intake:
        yield intake


async def refused(intake: Intake, **changes: Any) -> httpx.Response:
    for _ in range(20):
        answer = await intake.http.post("/v1/contacts", json=HELLO, **changes)
        if answer.status_code == 429:
            return answer
    raise AssertionError("nothing was refused")


async def test_over_its_rate_a_key_is_told_when_to_come_back_and_then_let_in(strict: Intake) -> None:
    first = await strict.http.post("/v1/contacts", json=HELLO)
    answer = await refused(strict)
    await asyncio.sleep(int(answer.headers["retry-after"]))
    later = await strict.http.post("/v1/contacts", json=HELLO)

    assert first.headers["ratelimit-policy"].startswith('"requests";q=4;w=2')
    assert first.headers["ratelimit"].startswith('"requests";r=3;t=1')
    assert (answer.json()["code"], answer.headers["retry-after"]) == ("too_many_requests", "1")
    assert answer.headers["ratelimit"].startswith('"requests";r=0;t=')
    assert later.status_code == 202


async def test_another_key_is_not_concerned(strict: Intake, tmp_path: Path) -> None:
    other = keys_in(tmp_path, tenant="other")
    await asyncio.sleep(1.1)  # a changed file is read within a second
    await refused(strict)

    answer = await strict.http.post("/v1/contacts", json=HELLO, headers={"Authorization": f"Bearer {other}"})

    assert answer.status_code == 202


async def test_a_key_has_the_limits_that_the_file_says_and_they_change_without_a_restart(
    kafka: KafkaSettings, tmp_path: Path
) -> None:
    key, credential = create_key("other", [Scope.CONTACTS_WRITE], now=NOW)
    add_key(tmp_path / "keys.json", credential.model_copy(update={"limits": Limits(requests_per_second=0.5)}))
    headers = {"Authorization": f"Bearer {key}"}
    async with opened(kafka, tmp_path, allowance=PLENTY) as intake:
        answer = await refused(intake, headers=headers)
        file = json.loads((tmp_path / "keys.json").read_text())
        for entry in file["keys"]:
            entry.pop("limits")
        (tmp_path / "keys.json").write_text(json.dumps(file))
        await asyncio.sleep(1.1)
        after = [await intake.http.post("/v1/contacts", json=HELLO, headers=headers) for _ in range(5)]

    assert answer.headers["ratelimit-policy"].startswith('"requests";q=1;w=2')
    assert {each.status_code for each in after} == {202}
    assert read_keys(tmp_path / "keys.json").keys[0].limits == Limits()


async def test_more_requests_at_once_than_a_key_may_have_are_refused_before_they_are_read(strict: Intake) -> None:
    release = asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        await release.wait()
        yield json.dumps(HELLO).encode()

    async with asyncio.TaskGroup() as tasks:
        inside = [tasks.create_task(strict.http.post("/v1/contacts", content=slow())) for _ in range(3)]
        await asyncio.sleep(0.1)
        answer = await strict.http.post("/v1/contacts", content=slow())
        release.set()

    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_at_once")
    assert {task.result().status_code for task in inside} == {202}


async def test_each_item_of_a_batch_counts(strict: Intake) -> None:
    taken = await strict.http.post("/v1/contacts/batch", json={"contacts": contacts(30)})
    answer = await strict.http.post("/v1/contacts", json=HELLO)

    assert taken.json()["accepted"] == 30
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (429, "too_many_requests", "14")


async def test_bytes_count_too(kafka: KafkaSettings, tmp_path: Path) -> None:
    async with opened(kafka, tmp_path, allowance=Allowance(1e6, 1000, 100)) as intake:
        await intake.http.post("/v1/contacts", json={**HELLO, "text": "x" * 5000})
        answer = await intake.http.post("/v1/contacts", json=HELLO)

    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (429, "too_many_bytes", "4")


async def test_a_stream_is_slowed_down_and_not_refused(kafka: KafkaSettings, tmp_path: Path) -> None:
    async with opened(kafka, tmp_path, allowance=Allowance(1000, 1e9, 10)) as intake:
        started = asyncio.get_running_loop().time()
        answer = await intake.http.post("/v1/contacts/batch", content=lines(contacts(3500)), headers=NDJSON)
        seconds = asyncio.get_running_loop().time() - started

    assert answer.json()["accepted"] == 3500
    assert seconds > 1.2


async def test_a_tenant_that_holds_its_share_leaves_room_for_another(intake: Intake, tmp_path: Path) -> None:
    other = keys_in(tmp_path, tenant="other")
    await asyncio.sleep(1.1)  # a changed file is read within a second
    with intake.holding() as hold:
        hold.take(intake.door.shares.total // 2)
        same = await intake.http.post("/v1/contacts", json=HELLO)
        another = await intake.http.post("/v1/contacts", json=HELLO, headers={"Authorization": f"Bearer {other}"})

    assert (same.status_code, same.json()["code"]) == (503, "overloaded")
    assert another.status_code == 202


@pytest.mark.parametrize(
    ("days", "scopes", "code"), [(-1.0, tuple(Scope), "unauthorized"), (1.0, (Scope.INSIGHTS_READ,), "scope_missing")]
)
async def test_the_log_says_whose_key_was_refused_where_and_why(
    kafka: KafkaSettings, tmp_path: Path, days: float, scopes: tuple[Scope, ...], code: str
) -> None:
    key, credential = create_key("acme", scopes, now=NOW, days=days)
    add_key(tmp_path / "keys.json", credential)
    async with opened(kafka, tmp_path) as intake:
        with structlog.testing.capture_logs() as log:
            answer = await intake.http.post("/v1/contacts", json=HELLO, headers={"Authorization": f"Bearer {key}"})

    [line] = [line for line in log if line["event"] == "http.refused"]
    assert (line["caller"], line["route"], line["code"]) == (credential.key_id, "/v1/contacts", code)
    assert line["request_id"] == answer.headers["x-request-id"]
    assert key not in json.dumps(log)


async def test_a_flood_of_refusals_is_one_line_a_second(strict: Intake) -> None:
    with structlog.testing.capture_logs() as log:
        for _ in range(40):
            await strict.http.post("/v1/contacts", json=HELLO)

    assert 1 <= len([line for line in log if line["event"] == "http.refused"]) <= 3
