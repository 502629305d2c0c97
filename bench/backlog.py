"""Records that wait for one process: written while it is held, then read at its own pace."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import psutil
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from bench.measure import Clock
from deploy.local import Child
from shared.events import Encoded

SECONDS = 180.0
PAUSE_SECONDS = 0.05


@dataclass(frozen=True)
class Backlog:
    """Writes backlogs and sees when a group has committed behind them."""

    bootstrap_servers: str
    producer: AIOKafkaProducer
    admin: AIOKafkaAdminClient
    consumer: AIOKafkaConsumer

    async def create(self, *topics: str, partitions: int) -> None:
        await self.admin.create_topics([NewTopic(topic, partitions, 1) for topic in topics])

    async def seconds(self, child: Child, *clocks: Clock, group: str, topic: str, records: Sequence[Encoded]) -> list[float]:
        """
        What each of `clocks` shows for reading so many records of `topic`, all there from the beginning.

        `child` is all of `group`, and has nothing else to read. Raises TimeoutError after SECONDS.
        """
        process = psutil.Process(child.pid)
        process.suspend()
        try:
            await self.write(topic, records)
            before = [clock.seconds() for clock in clocks]
        finally:
            process.resume()
        await self.until_read(child, group=group, topic=topic)
        return [clock.seconds() - began for clock, began in zip(clocks, before, strict=True)]

    async def write(self, topic: str, records: Sequence[Encoded]) -> None:
        sent = [await self.producer.send(topic, key=one.key, value=one.value, headers=list(one.headers)) for one in records]
        await asyncio.gather(*sent)

    async def until_read(self, child: Child, *, group: str, topic: str) -> None:
        """Return when the group has committed everything in the topic."""
        ends = await self._ends(topic)
        async with asyncio.timeout(SECONDS):
            while any(committed < ends[partition] for partition, committed in (await self._committed(group, ends)).items()):
                if not child.is_running:
                    raise child.exited()
                await asyncio.sleep(PAUSE_SECONDS)

    async def skip(self, *, group: str, topic: str) -> None:
        """Let a group without members stand at the end of a topic."""
        ends = await self._ends(topic)
        reader = AIOKafkaConsumer(bootstrap_servers=self.bootstrap_servers, group_id=group, enable_auto_commit=False)
        await reader.start()
        try:
            reader.assign(list(ends))
            await reader.commit(ends)
        finally:
            await reader.stop()

    async def _ends(self, topic: str) -> dict[TopicPartition, int]:
        places = [TopicPartition(topic, partition) for partition in await self.producer.partitions_for(topic)]
        ends: dict[TopicPartition, int] = await self.consumer.end_offsets(places)
        return ends

    async def _committed(self, group: str, ends: dict[TopicPartition, int]) -> dict[TopicPartition, int]:
        found = await self.admin.list_consumer_group_offsets(group, partitions=list(ends))
        return {place: max(0, found[place].offset) if place in found else 0 for place in ends}


@asynccontextmanager
async def backlog(bootstrap_servers: str) -> AsyncIterator[Backlog]:
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap_servers, acks="all", linger_ms=5, max_batch_size=256 * 1024)
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap_servers)
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers)
    try:
        await producer.start()
        await consumer.start()
        await admin.start()
        yield Backlog(bootstrap_servers, producer, admin, consumer)
    finally:
        await admin.close()
        await consumer.stop()
        await producer.stop()
