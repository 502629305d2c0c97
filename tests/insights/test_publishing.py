"""What insights has to say leaves with what it is about, in order, at least once, under ids that stay the same."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from uuid import UUID, uuid4

import pytest

from services.insights import publishing as job
from services.insights.publishing import Publishing
from services.insights.store import locks, outbox
from services.insights.store.connection import Pool, transaction
from shared.errors import Unavailable
from shared.events import SIGNALS, Change, SignalChanged, Status, Trend, decode, derived_id
from shared.kafka import KafkaSettings, Publisher
from tests.insights.ears import Ears, ears
from tests.insights.saying import NOW

pytestmark = pytest.mark.broker

NOBODY = KafkaSettings(bootstrap_servers="127.0.0.1:1")


@pytest.fixture
def tenant() -> str:
    return f"t-{uuid4().hex[:12]}"


@pytest.fixture
async def publisher(kafka: KafkaSettings) -> AsyncIterator[Publisher]:
    async with Publisher(kafka, client_id="test", deadline=10) as publisher:
        await publisher.opened(within=30)
        yield publisher


@pytest.fixture
async def heard(kafka: KafkaSettings, tenant: str) -> AsyncIterator[Ears]:
    async with ears(kafka, SIGNALS, tenant) as heard:
        yield heard


def changed(tenant: str, number: int) -> SignalChanged:
    return SignalChanged(
        tenant=tenant,
        signal_id=UUID(int=1),
        change=Change.RENAMED,
        title=f"title {number}",
        status=Status.OPEN,
        trend=Trend.NEW,
        customers=3,
        contacts=4,
        actor="ana",
        changed_at=NOW,
    )


def events(tenant: str, count: int, *, start: int = 0) -> dict[UUID, SignalChanged]:
    return {derived_id("test", tenant, number): changed(tenant, number) for number in range(start, start + count)}


async def put(pool: Pool, said: dict[UUID, SignalChanged]) -> None:
    async with transaction(pool) as connection:
        await outbox.put(connection, said)


async def waiting(pool: Pool) -> int:
    return int(await pool.fetchval("SELECT count(*) FROM outbox"))


async def test_what_was_put_is_said_in_order_and_waits_no_longer(
    pool: Pool, publisher: Publisher, heard: Ears, tenant: str
) -> None:
    said = events(tenant, 5)
    await put(pool, said)
    assert await Publishing(pool, publisher=publisher).run_once() == 5
    records = [decode(record, SignalChanged) for record in await heard.hear(5)]
    assert {record.id: record.event for record in records} == said
    assert [record.id for record in records] == list(said)
    assert {record.source for record in records} == {"/failbetter/insights"}
    assert await waiting(pool) == 0


async def test_what_was_rolled_back_is_never_said(pool: Pool, publisher: Publisher, tenant: str) -> None:
    with suppress(ZeroDivisionError):
        async with transaction(pool) as connection:
            await outbox.put(connection, events(tenant, 1))
            raise ZeroDivisionError
    assert await Publishing(pool, publisher=publisher).run_once() == 0


async def test_while_the_brokers_are_away_everything_waits_and_is_said_afterwards(
    pool: Pool, publisher: Publisher, heard: Ears, tenant: str
) -> None:
    await put(pool, events(tenant, 3))
    away = Publishing(pool, publisher=Publisher(NOBODY, client_id="test", deadline=1))
    with pytest.raises(Unavailable):
        await away.run_once()
    assert (away.standing.depth, away.standing.age > 0) == (3, True)
    assert await waiting(pool) == 3
    await Publishing(pool, publisher=publisher).run_once()
    assert len(await heard.hear(3)) == 3


async def test_who_dies_before_it_is_noted_says_it_again_under_the_same_id(
    pool: Pool, publisher: Publisher, heard: Ears, tenant: str
) -> None:
    await put(pool, events(tenant, 2))
    async with transaction(pool) as connection:
        await publisher.publish(list((await outbox.first(connection, limit=10)).values()))
    await Publishing(pool, publisher=publisher).run_once()
    ids = [decode(record, SignalChanged).id for record in await heard.hear(4)]
    assert ids[:2] == ids[2:]


async def test_what_waits_already_is_not_said_twice(pool: Pool, publisher: Publisher, tenant: str) -> None:
    await put(pool, events(tenant, 3))
    await put(pool, events(tenant, 4))
    assert await Publishing(pool, publisher=publisher).run_once() == 4


async def test_no_more_is_read_than_is_bounded(pool: Pool, publisher: Publisher, heard: Ears, tenant: str) -> None:
    await put(pool, events(tenant, job.AT_ONCE + 7))
    publishing = Publishing(pool, publisher=publisher)
    assert [await publishing.run_once() for _ in range(3)] == [job.AT_ONCE, 7, 0]
    titles = [decode(record, SignalChanged).event.title for record in await heard.hear(job.AT_ONCE + 7)]
    assert titles == [f"title {number}" for number in range(job.AT_ONCE + 7)]


async def test_one_process_at_a_time_publishes(pool: Pool, publisher: Publisher, heard: Ears, tenant: str) -> None:
    await put(pool, events(tenant, 50))
    async with locks.leading(pool, job.JOB) as is_leader:
        assert is_leader
        assert await Publishing(pool, publisher=publisher).run_once() == 0
    said = await asyncio.gather(*(Publishing(pool, publisher=publisher).run_once() for _ in range(4)))
    assert sum(said) == 50
    await heard.hear(50)
    await heard.listen(0.5)
    assert len(heard.records) == 50
