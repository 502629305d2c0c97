"""Triage in this process or in one of its own, on the session's broker, and ears for what it says."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, ConsumerRecord
from prometheus_client import CollectorRegistry

from services.triage.areas.current import Current
from services.triage.attendance import Attendance, Member
from services.triage.burial import BurialsInARow
from services.triage.decide import Known
from services.triage.desk import Desk, Reader
from services.triage.group import partitions_of
from services.triage.metrics import Metrics
from services.triage.pipeline import Pipeline
from services.triage.remedies import RemedyBook
from services.triage.rules import Routes
from services.triage.settings import HERE
from shared.clock import utc_now
from shared.events import DEAD, RECEIVED, ROUTES, TRIAGED, ContactDead, ContactTriaged, Decoded, Topic, Versioned, decode
from shared.kafka import KafkaSettings, LagCollector, Publisher, client_options
from shared.tasks import Lifetime
from tests.triage.flow.saying import Keywords

SHIPPED = Routes.load(HERE / "routes.yaml")


@dataclass(frozen=True)
class Ears:
    """Hears what is said about one tenant on triage's topics, from the moment they were opened."""

    consumer: AIOKafkaConsumer
    tenant: str
    records: list[ConsumerRecord]

    async def hear(self, topic: Topic, count: int, *, within: float = 60.0) -> list[ConsumerRecord]:
        """What is said on `topic`, once it is `count` records; those of one partition are in order."""
        deadline = asyncio.get_running_loop().time() + within
        while len(found := self.heard(topic)) < count:
            assert asyncio.get_running_loop().time() < deadline, f"{len(found)} of {count} on {topic.name} after {within:g} s"
            await self._listen(0.2)
        return found

    async def triaged(self, count: int, *, within: float = 60.0) -> list[Decoded[ContactTriaged]]:
        return [decode(record, ContactTriaged) for record in await self.hear(TRIAGED, count, within=within)]

    async def buried(self, count: int, *, within: float = 60.0) -> list[ContactDead]:
        return [decode(record, ContactDead).event for record in await self.hear(DEAD, count, within=within)]

    async def texts(self, count: int, *, within: float = 60.0) -> list[str]:
        """The texts that were triaged, each once, as soon as they are so many."""
        deadline = asyncio.get_running_loop().time() + within
        while len(found := self._texts()) < count:
            assert asyncio.get_running_loop().time() < deadline, f"{len(found)} of {count} texts after {within:g} s"
            await self._listen(0.2)
        return found

    async def listen(self, seconds: float) -> None:
        """Hear whatever is said within `seconds`."""
        end = asyncio.get_running_loop().time() + seconds
        while (left := end - asyncio.get_running_loop().time()) > 0:
            await self._listen(left)

    def heard(self, topic: Topic) -> list[ConsumerRecord]:
        return [record for record in self.records if record.topic == topic.name]

    async def _listen(self, seconds: float) -> None:
        for records in (await self.consumer.getmany(timeout_ms=int(1000 * seconds))).values():
            self.records.extend(record for record in records if (record.key or b"").split(b"/")[0] == self.tenant.encode())

    def _texts(self) -> list[str]:
        return list(dict.fromkeys(decode(record, ContactTriaged).event.contact.text for record in self.heard(TRIAGED)))


@asynccontextmanager
async def listening(
    kafka: KafkaSettings, tenant: str, topics: Iterable[Topic] = (TRIAGED, DEAD, *ROUTES.values())
) -> AsyncIterator[Ears]:
    partitions = [partition for topic in topics for partition in await partitions_of(kafka, topic.name)]
    consumer = AIOKafkaConsumer(**client_options(kafka), auto_offset_reset="latest", fetch_max_wait_ms=50)
    await consumer.start()
    try:
        consumer.assign(partitions)
        await consumer.seek_to_end(*partitions)
        for partition in partitions:
            await consumer.position(partition)
        yield Ears(consumer, tenant, [])
    finally:
        await consumer.stop()


async def new_group(kafka: KafkaSettings, topic: Topic = RECEIVED, name: str | None = None) -> str:
    """A group that is through with everything there is."""
    group = name or f"triage-{uuid4().hex[:12]}"
    partitions = await partitions_of(kafka, topic.name)
    consumer = AIOKafkaConsumer(**client_options(kafka), group_id=group, enable_auto_commit=False)
    await consumer.start()
    try:
        consumer.assign(partitions)
        await consumer.commit(await consumer.end_offsets(partitions))
    finally:
        await consumer.stop()
    return group


@pytest.fixture
def tenant() -> str:
    return f"t-{uuid4().hex[:12]}"


@pytest.fixture
async def ears(kafka: KafkaSettings, tenant: str) -> AsyncIterator[Ears]:
    async with listening(kafka, tenant) as ears:
        yield ears


@pytest.fixture
async def group(kafka: KafkaSettings) -> str:
    return await new_group(kafka)


@pytest.fixture
async def publisher(kafka: KafkaSettings) -> AsyncIterator[Publisher]:
    async with Publisher(kafka, client_id="test", deadline=10) as publisher:
        await publisher.opened(within=10)
        yield publisher


@dataclass(frozen=True)
class Running:
    """A pipeline at work, and its parts."""

    pipeline: Pipeline
    lifetime: Lifetime
    registry: CollectorRegistry
    task: asyncio.Task[None]

    def counted(self, outcome: str) -> float:
        return self.registry.get_sample_value("triage_records_total", {"outcome": outcome}) or 0.0

    async def ended(self, within: float = 60.0) -> None:
        """Return when the pipeline has ended; raises what it died of."""
        async with asyncio.timeout(within):
            await asyncio.shield(self.task)


@asynccontextmanager
async def triaging(
    kafka: KafkaSettings,
    group: str,
    *,
    reader: Reader | None = None,
    remedies: RemedyBook | None = None,
    reading: int = 1,
    publishes_routes: bool = True,
    batch: int = 64,
    burials: int = 100,
    deadline: float = 5.0,
    taxonomy: Current | None = None,
) -> AsyncIterator[Running]:
    """A pipeline in this process; at the end it is told to stop and finishes what it has in hand."""
    reads = reader or Keywords()
    registry, lifetime, member = CollectorRegistry(), Lifetime(), Member(run=uuid4().hex)
    metrics, lag = Metrics.on(registry), LagCollector("triage", utc_now)
    registry.register(lag)
    known = Known(SHIPPED, remedies or RemedyBook(), Versioned(name=reads.name, version=reads.version), reading, publishes_routes)
    async with Publisher(kafka, client_id=group, deadline=deadline) as publisher:
        with Desk(reads, known, clock=utc_now, metrics=metrics, taxonomy=taxonomy) as desk:
            pipeline = Pipeline(
                kafka=kafka,
                lifetime=lifetime,
                group=group,
                member=member,
                batch_records=batch,
                deaths_limit=3,
                desk=desk,
                attendance=Attendance(kafka, group=group, member=member, deadline=deadline),
                burials=BurialsInARow(burials),
                publisher=publisher,
                metrics=metrics,
                lag=lag,
                clock=utc_now,
            )
            task = asyncio.create_task(pipeline.run())
            try:
                yield Running(pipeline, lifetime, registry, task)
            finally:
                lifetime.stopping.set()
                await asyncio.wait({task}, timeout=60)
                # Whoever waits for a pipeline that dies has seen of what; in all other tests it may not die.
                assert task.done(), "the pipeline did not stop"


@dataclass(frozen=True)
class Process:
    """Triage as a process of its own."""

    child: asyncio.subprocess.Process

    async def ended(self, within: float = 60.0) -> int:
        async with asyncio.timeout(within):
            return await self.child.wait()


@asynccontextmanager
async def process(kafka: KafkaSettings, group: str, **told: str) -> AsyncIterator[Process]:
    """
    `python -m tests.triage.flow.process`: triage, wired as ever, with the reader that understands a handful of words.

    It has an instance name, because the embedded broker waits for ever for a member that died without one.
    """
    told = {
        "KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap_servers,
        "TRIAGE_GROUP": group,
        "TRIAGE_INSTANCE": "only",
        "TRIAGE_PORT": "0",
        **told,
    }
    child = await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.triage.flow.process", env={**os.environ, **told})
    try:
        yield Process(child)
    finally:
        with suppress(ProcessLookupError):
            child.kill()
        await child.wait()
