"""Changes are told as they happen, on a real server; whoever lost the connection goes on where it was."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from datetime import timedelta

import httpx
import pytest
import uvicorn

from services.insights.api import stream
from services.insights.store import changes
from services.insights.store.connection import Pool, transaction
from shared.events import Change
from tests.insights.api.conftest import NOW, House
from tests.insights.api.world import Signal, write

LOGIN = Signal("Cannot log in", opened_at=NOW - timedelta(weeks=1))
FOREIGN = Signal("Somebody else's trouble", tenant="globex", opened_at=NOW - timedelta(weeks=1))


@dataclass(frozen=True)
class Event:
    id: str | None
    name: str | None
    said: dict[str, object] | None


class Reader:
    """What a program makes of a stream."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self._lines = answer.aiter_lines()

    async def next(self) -> Event:
        """The next event; comments are passed by."""
        async with asyncio.timeout(20):
            while not (fields := await self._block()):
                pass
        said = fields.get("data")
        return Event(fields.get("id"), fields.get("event"), json.loads(said) if said else None)

    async def is_over(self) -> bool:
        async with asyncio.timeout(20):
            async for _ in self._lines:
                pass
        return True

    async def _block(self) -> dict[str, str]:
        fields: dict[str, str] = {}
        async for line in self._lines:
            if not line:
                return fields
            if not line.startswith(":"):
                name, _, value = line.partition(": ")
                fields[name] = value
        raise EOFError


@dataclass
class Line:
    """A running server, and a credential for it."""

    house: House
    client: httpx.AsyncClient

    @asynccontextmanager
    async def open(self, last: str | None = None, **query: str) -> AsyncIterator[Reader]:
        headers = {} if last is None else {"Last-Event-ID": last}
        async with self.client.stream("GET", "/v1/stream", headers=headers, params=query) as answer:
            if answer.status_code != 200:
                await answer.aread()
            yield Reader(answer)


@pytest.fixture
async def line(house: House, pool: Pool) -> AsyncIterator[Line]:
    async with transaction(pool) as connection:
        await write(connection, [LOGIN, FOREIGN], [])
    key, _ = house.make_key("acme")
    async with serving(house) as url, httpx.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {key}"}) as client:
        yield Line(house, client)


@asynccontextmanager
async def serving(house: House) -> AsyncIterator[str]:
    server = uvicorn.Server(uvicorn.Config(house.app(), port=0, lifespan="off", log_config=None))
    server.capture_signals = nullcontext  # type: ignore[assignment]
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(house.newsroom.run())
        tasks.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        house.lifetime.draining.set()
        server.should_exit = True


async def rename(pool: Pool, number: int = 0, signal: Signal = LOGIN) -> None:
    async with transaction(pool) as connection:
        at, after = NOW + timedelta(seconds=number), {"title": f"title {number}"}
        await changes.record(connection, signal.tenant, signal.signal_id, Change.RENAMED, actor="ana", at=at, after=after)


def number(event: Event) -> object:
    assert event.said is not None
    after = event.said["after"]
    assert isinstance(after, dict)
    return after["title"]


async def test_a_change_is_told_as_it_happens_to_its_tenant_only(line: Line, pool: Pool) -> None:
    async with line.open() as reader:
        assert reader.answer.headers["content-type"].startswith("text/event-stream")
        beginning = await reader.next()
        assert (beginning.name, beginning.said) == (None, None)
        await rename(pool, signal=FOREIGN)
        await rename(pool, 1)
        event = await reader.next()
    assert event.name == "signal"
    assert event.said is not None
    assert {
        key: event.said[key] for key in ("signal_id", "change", "actor", "changed_at", "after", "title", "status", "trend")
    } == {
        "signal_id": str(LOGIN.signal_id),
        "change": "renamed",
        "actor": "ana",
        "changed_at": "2025-11-24T09:30:01Z",
        "after": {"title": "title 1"},
        "title": LOGIN.title,
        "status": "open",
        "trend": "new",
    }
    told = await pool.fetch("SELECT event_id FROM outbox WHERE tenant = 'acme'")
    assert [str(row["event_id"]) for row in told] == [event.said["change_id"]]


async def test_whoever_lost_the_connection_goes_on_where_it_was(line: Line, pool: Pool) -> None:
    async with line.open() as reader:
        beginning = (await reader.next()).id
        await rename(pool, 1)
        last = (await reader.next()).id
    for late in (2, 3):
        await rename(pool, late)
    for place, missed in ((beginning, [1, 2, 3]), (last, [2, 3])):
        async with line.open(place) as reader:
            await reader.next()
            assert [number(await reader.next()) for _ in missed] == [f"title {each}" for each in missed]
    async with line.open(after=str(last)) as reader:
        await reader.next()
        assert number(await reader.next()) == "title 2"


async def test_more_than_one_page_is_told_in_order(line: Line, pool: Pool) -> None:
    async with line.open() as reader:
        beginning = (await reader.next()).id
    for each in range(stream.AT_ONCE + 5):
        await rename(pool, each)
    async with line.open(beginning) as reader:
        await reader.next()
        found = [number(await reader.next()) for _ in range(stream.AT_ONCE + 5)]
    assert found == [f"title {each}" for each in range(stream.AT_ONCE + 5)]


async def test_who_missed_too_much_is_told_to_read_the_signals_anew(line: Line, pool: Pool) -> None:
    beginning = await pool.fetchval("SELECT max(position) FROM signal_changes WHERE tenant = 'acme'")
    await pool.execute(
        "INSERT INTO signal_changes (tenant, signal_id, change_id, change, actor, changed_at) "
        "SELECT 'acme', $1, gen_random_uuid(), 'renamed', 'ana', now() FROM generate_series(1, $2)",
        LOGIN.signal_id,
        stream.MOST_MISSED + 1,
    )
    latest = await pool.fetchval("SELECT max(position) FROM signal_changes WHERE tenant = 'acme'")
    for place in (beginning, latest + 1):
        async with line.open(str(place)) as reader:
            assert (reader.answer.status_code, reader.answer.json()["code"]) == (410, "too_old")
    async with line.open(str(latest - stream.MOST_MISSED)) as reader:
        assert reader.answer.status_code == 200


@pytest.mark.parametrize("place", ["last", "-1", "1" * 19, "1.5", "²"])
async def test_what_is_no_id_of_a_stream_is_refused_by_name(line: Line, place: str) -> None:
    async with line.open(after=place) as reader:
        assert reader.answer.status_code == 422
        assert [each["name"] for each in reader.answer.json()["invalid_params"]] == ["Last-Event-ID"]


async def test_one_stream_too_many_is_refused_and_a_seat_is_free_again_when_one_leaves(line: Line) -> None:
    async with line.open() as first:
        await first.next()
        async with line.open() as second:
            await second.next()
            async with line.open() as third:
                assert (third.answer.status_code, third.answer.json()["code"]) == (503, "too_many_streams")
                assert third.answer.headers["retry-after"] == "30"
    async with asyncio.timeout(20):
        while line.house.newsroom.taken:
            await asyncio.sleep(0.01)
    async with line.open() as again:
        await again.next()


async def test_streams_end_when_it_is_time_to_stop(line: Line) -> None:
    async with line.open() as reader:
        await reader.next()
        line.house.lifetime.draining.set()
        assert await reader.is_over()
    assert line.house.newsroom.taken == 0


async def test_a_stream_ends_when_its_key_was_revoked(line: Line, pool: Pool) -> None:
    async with line.open() as reader:
        await reader.next()
        line.house.revoke_all()
        await rename(pool, 1)
        assert await reader.is_over()


async def test_a_page_opens_it_by_its_session_and_a_stranger_does_not(line: Line, pool: Pool) -> None:
    _, credential = line.house.make_key("acme")
    async with httpx.AsyncClient(base_url=line.client.base_url) as browser:
        assert (await browser.get("/v1/stream")).status_code == 401
        await browser.get(line.house.links.address(str(line.client.base_url), tenant="acme", key_id=credential.key_id))
        async with browser.stream("GET", "/v1/stream") as answer:
            reader = Reader(answer)
            await reader.next()
            await rename(pool, 1)
            assert number(await reader.next()) == "title 1"
