"""The sink on a real broker and a real PostgreSQL: exactly once, whatever dies, stops or is away in between."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from prometheus_client import CollectorRegistry

from deploy.local import Running
from services.insights.bookmarks import LogIsShorter
from services.insights.burial import TooManyBurials
from services.insights.known import KnownSignals
from services.insights.metrics import Metrics
from services.insights.pipeline import Ledger
from services.insights.sink import Limits, Sink
from services.insights.store.connection import Pool
from services.insights.store.recount import recount
from shared.clock import utc_now
from shared.events import (
    FORGOTTEN,
    OUTCOMES,
    TRIAGED,
    ContactTriaged,
    CustomerForgotten,
    Encoded,
    OutcomeReported,
    Resolution,
    encode,
)
from shared.kafka import KafkaSettings, LagCollector, Publisher
from shared.kafka.settings import client_options
from shared.tasks import Lifetime
from tests.insights.saying import NOW, contact, contact_id, pseudonym, rows

SOON = 60.0


@pytest.fixture
def tenant() -> str:
    """The broker is shared with other tests, so every test speaks of a company of its own."""
    return f"tenant-{uuid4().hex[:12]}"


@pytest.fixture
async def publisher(kafka: KafkaSettings) -> AsyncIterator[Publisher]:
    async with Publisher(kafka, client_id="test", deadline=10) as publisher:
        await until(lambda: now(publisher.is_open))
        yield publisher


def sink(
    kafka: KafkaSettings,
    pool: Pool,
    publisher: Publisher,
    lifetime: Lifetime,
    *,
    group: str,
    ledger: Ledger | None = None,
    burials: int = 1000,
) -> Sink:
    metrics = Metrics.on(CollectorRegistry())
    known = KnownSignals(threshold=0.6)
    return Sink(
        kafka,
        lifetime,
        group=group,
        instance=None,
        pool=pool,
        ledger=ledger or Ledger(pool, known_signals=known, clock=utc_now, random_id=uuid4),
        publisher=publisher,
        limits=Limits(batch_records=100, burials=burials),
        metrics=metrics,
        lag=LagCollector("insights", utc_now),
        clock=utc_now,
    )


@pytest.fixture
def start(kafka: KafkaSettings, pool: Pool, publisher: Publisher) -> "Start":
    return Start(kafka, pool, publisher, f"insights-{uuid4().hex[:8]}")


class Start:
    """Starts processes that count, in the database of this test."""

    def __init__(self, kafka: KafkaSettings, pool: Pool, publisher: Publisher, group: str) -> None:
        self._kafka, self._pool, self._publisher, self._group = kafka, pool, publisher, group

    @asynccontextmanager
    async def __call__(self, *, ledger: Ledger | None = None, burials: int = 1000) -> AsyncIterator["asyncio.Task[None]"]:
        lifetime = Lifetime()
        made = sink(self._kafka, self._pool, self._publisher, lifetime, group=self._group, ledger=ledger, burials=burials)
        task = asyncio.create_task(made.run())
        try:
            yield task
        finally:
            lifetime.stopping.set()
            await asyncio.wait_for(asyncio.gather(task, return_exceptions=True), SOON)


async def now(value: bool) -> bool:  # noqa: FBT001 - it makes an awaitable of it
    return value


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(SOON):
        while not await holds():
            await asyncio.sleep(0.05)


def said(*contacts: ContactTriaged) -> list[Encoded]:
    return [encode(one, TRIAGED, event_id=uuid4(), source="/test") for one in contacts]


def contacts(tenant: str, count: int, *, start: int = 0) -> list[ContactTriaged]:
    return [
        contact(str(number), tenant=tenant, customer=f"customer {number % 50}", occurred_at=NOW + timedelta(minutes=number))
        for number in range(start, start + count)
    ]


async def counted(pool: Pool, tenant: str) -> int:
    return int(await pool.fetchval("SELECT coalesce(sum(contacts), 0) FROM contact_days WHERE tenant = $1", tenant))


def garbage(tenant: str, name: str) -> Encoded:
    good = said(contact(name, tenant=tenant))[0]
    return Encoded(good.topic, good.key, b'{"text": "not an event"}', good.headers)


async def test_what_is_said_is_counted(start: Start, pool: Pool, publisher: Publisher, tenant: str) -> None:
    await publisher.publish(said(*contacts(tenant, 300)))
    outcome = OutcomeReported(
        tenant=tenant, contact_id=contact_id("0", tenant), resolution=Resolution.WON, csat=5, occurred_at=NOW, received_at=NOW
    )
    await publisher.publish([encode(outcome, OUTCOMES, event_id=uuid4(), source="/test")])
    async with start():
        await until(lambda: is_counted(pool, tenant, 300))
        await until(lambda: has(pool, "SELECT count(*) = 1 FROM outcomes WHERE tenant = $1", tenant))
        erasure = CustomerForgotten(
            tenant=tenant, erasure_id=uuid4(), customers=(pseudonym("customer 1"),), requested_at=NOW + timedelta(days=1)
        )
        await publisher.publish([encode(erasure, FORGOTTEN, event_id=uuid4(), source="/test")])
        await until(lambda: has(pool, "SELECT count(*) = 6 FROM contacts WHERE tenant = $1 AND text = ''", tenant))
    assert await counted(pool, tenant) == 300
    assert await recount(pool) == []


async def test_kafka_is_told_where_it_stands_for_lag_tools(
    start: Start, kafka: KafkaSettings, pool: Pool, publisher: Publisher, tenant: str
) -> None:
    await publisher.publish(said(*contacts(tenant, 20)))
    async with start():
        await until(lambda: is_counted(pool, tenant, 20))
    consumer = AIOKafkaConsumer(**client_options(kafka), group_id=start._group, enable_auto_commit=False)
    await consumer.start()
    try:
        for partition, stands in await rows(
            pool, "SELECT partition, next_offset FROM stream_offsets WHERE topic = $1 AND next_offset > 0", TRIAGED.name
        ):
            assert await consumer.committed(TopicPartition(TRIAGED.name, partition)) == stands
    finally:
        await consumer.stop()


async def test_after_a_stop_nothing_is_counted_again_and_nothing_is_missing(
    start: Start, pool: Pool, publisher: Publisher, tenant: str
) -> None:
    await publisher.publish(said(*contacts(tenant, 100)))
    async with start():
        await until(lambda: is_counted(pool, tenant, 100))
    await publisher.publish(said(*contacts(tenant, 150, start=50)))
    async with start():
        await until(lambda: is_counted(pool, tenant, 200))
    assert await recount(pool) == []


async def test_replicas_that_come_and_go_count_everything_once(
    start: Start, pool: Pool, publisher: Publisher, tenant: str
) -> None:
    everything = contacts(tenant, 2000)
    async with start():
        for number in range(0, 2000, 200):
            await publisher.publish(said(*everything[number : number + 200]))
            if number == 600:
                async with start():
                    await publisher.publish(said(*everything[:200]))
                    await asyncio.sleep(0.5)
        await until(lambda: is_counted(pool, tenant, 2000))
    assert await recount(pool) == []


async def test_what_cannot_be_used_is_buried_and_stops_nobody(
    start: Start, pool: Pool, publisher: Publisher, tenant: str
) -> None:
    ancient = contact("ancient", tenant=tenant, occurred_at=NOW.replace(year=1999))
    await publisher.publish([garbage(tenant, "x"), *said(ancient), *said(*contacts(tenant, 5))])
    async with start():
        await until(lambda: is_counted(pool, tenant, 5))
        await until(lambda: has(pool, "SELECT count(*) = 2 FROM dead_letters WHERE tenant = $1", tenant))
    letters = await rows(pool, "SELECT topic, code, reason FROM dead_letters WHERE tenant = $1 ORDER BY code", tenant)
    assert letters[0] == (TRIAGED.name, "rejected", "contact.occurred_at: before the year 2000")
    assert letters[1][:2] == (TRIAGED.name, "undecodable")


async def test_too_many_burials_in_a_row_stop_the_process(start: Start, pool: Pool, publisher: Publisher, tenant: str) -> None:
    await publisher.publish([garbage(tenant, f"garbage {number % 3}") for number in range(90)])
    async with start(burials=25) as process:
        with pytest.raises(TooManyBurials):
            await asyncio.wait_for(asyncio.shield(process), SOON)
    # Later tests share the broker: they pass over these.
    async with start():
        await publisher.publish(said(*contacts(tenant, 3)))
        await until(lambda: is_counted(pool, tenant, 3))


class Deadly(Ledger):
    """Dies of one contact, as by a bug."""

    victim = ""

    async def count(self, said: object) -> object:  # type: ignore[override]
        if any(read.contact.external_id == f"external-{self.victim}" for read in said.contacts):  # type: ignore[attr-defined]
            raise ZeroDivisionError
        return await super().count(said)  # type: ignore[arg-type]


@pytest.mark.timeout(240)
async def test_the_record_at_which_the_process_died_three_times_is_buried(
    start: Start, pool: Pool, publisher: Publisher, tenant: str
) -> None:
    everything = contacts(tenant, 40)
    victim = contact(f"poison {tenant}", tenant=tenant, customer="customer 7")
    await publisher.publish(said(*everything[:20], victim, *everything[20:]))
    deaths = 0
    while True:
        ledger = Deadly(pool, known_signals=KnownSignals(threshold=0.6), clock=utc_now, random_id=uuid4)
        ledger.victim = f"poison {tenant}"
        async with start(ledger=ledger) as process:
            finished = asyncio.create_task(until(lambda: is_counted(pool, tenant, 40)))
            await asyncio.wait({process, finished}, return_when=asyncio.FIRST_COMPLETED)
            if not process.done():
                await finished
                await until(lambda: has(pool, "SELECT count(*) = 1 FROM dead_letters WHERE tenant = $1", tenant))
                break
            finished.cancel()
            assert isinstance(process.exception(), ZeroDivisionError)
            deaths += 1
            assert deaths < 6
    assert 3 <= deaths <= 4
    assert await rows(pool, "SELECT code, deaths FROM dead_letters WHERE tenant = $1", tenant) == [("died", 3)]
    assert await recount(pool) == []


async def test_a_log_that_ends_before_what_was_counted_stops_the_service(
    start: Start, pool: Pool, publisher: Publisher, tenant: str
) -> None:
    await publisher.publish(said(*contacts(tenant, 1)))
    async with start():
        await until(lambda: is_counted(pool, tenant, 1))
    await pool.execute("UPDATE stream_offsets SET next_offset = 1000000 WHERE topic = $1", TRIAGED.name)
    async with start() as process:
        with pytest.raises(LogIsShorter, match="DELETE FROM stream_offsets"):
            await asyncio.wait_for(asyncio.shield(process), SOON)


async def test_while_postgresql_is_away_it_waits_and_then_catches_up(
    start: Start, running: Running, pool: Pool, publisher: Publisher, tenant: str
) -> None:
    if running.postgres is None:
        pytest.skip("this PostgreSQL is not ours to stop")
    await publisher.publish(said(*contacts(tenant, 10)))
    async with start() as process:
        await until(lambda: is_counted(pool, tenant, 10))
        await running.postgres.kill()
        try:
            await publisher.publish(said(*contacts(tenant, 30)))
            await asyncio.sleep(2)
            assert not process.done()
        finally:
            await running.postgres.start()
        await until(lambda: is_counted(pool, tenant, 30))
    assert await recount(pool) == []


async def is_counted(pool: Pool, tenant: str, number: int) -> bool:
    return await counted(pool, tenant) == number


async def has(pool: Pool, statement: str, tenant: str) -> bool:
    return bool(await pool.fetchval(statement, tenant))
