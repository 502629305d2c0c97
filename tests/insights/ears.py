"""What others hear of insights: the records of one topic about one tenant, as they come."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from shared.events import Topic
from shared.kafka import KafkaSettings
from shared.kafka.settings import client_options
from tests.conftest import PARTITIONS


@dataclass
class Ears:
    """Hears everything that is said from the moment they were opened."""

    consumer: AIOKafkaConsumer
    tenant: str
    records: list[ConsumerRecord] = field(default_factory=list)

    async def hear(self, count: int, *, within: float = 30.0) -> list[ConsumerRecord]:
        """All records so far, once they are so many."""
        async with asyncio.timeout(within):
            while len(self.records) < count:
                await self.listen(0.2)
        return self.records

    async def listen(self, seconds: float) -> None:
        for records in (await self.consumer.getmany(timeout_ms=int(1000 * seconds))).values():
            self.records += [record for record in records if (record.key or b"").startswith(f"{self.tenant}/".encode())]


@asynccontextmanager
async def ears(kafka: KafkaSettings, topic: Topic, tenant: str) -> AsyncIterator[Ears]:
    partitions = [TopicPartition(topic.name, number) for number in range(PARTITIONS)]
    consumer = AIOKafkaConsumer(**client_options(kafka), auto_offset_reset="latest", fetch_max_wait_ms=50)
    await consumer.start()
    try:
        consumer.assign(partitions)
        await consumer.seek_to_end(*partitions)
        for partition in partitions:
            await consumer.position(partition)
        yield Ears(consumer, tenant)
    finally:
        await consumer.stop()
