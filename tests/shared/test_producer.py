"""One producer on a real broker: a leader that moves, a partition that is refused, a broker that hangs."""

import asyncio
import os
import signal
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaConnectionError, NodeNotReadyError, NotEnoughReplicasAfterAppendError
from aiokafka.structs import BrokerMetadata

from deploy.local import kafka_named_in, new_broker
from shared.events.codec import Encoded
from shared.kafka import KafkaSettings, client_options
from shared.kafka.producer import Batch, Producer
from shared.topics import TopicSettings, create_topics

pytestmark = pytest.mark.broker
TOPIC = "loops.closed"
ELSEWHERE = 99
PRODUCE = 0


class Wire(AIOKafkaClient):  # type: ignore[misc]
    """The one broker under two numbers. What goes to the first may be held up, and an answer may be changed."""

    def __init__(self, kafka: KafkaSettings) -> None:
        super().__init__(**client_options(kafka))
        self.is_free = asyncio.Event()
        self.is_free.set()
        self.has_moved = False
        self.refused: TopicPartition | None = None
        self.loads: list[set[TopicPartition]] = []
        self.cluster.leader_for_partition = lambda _: ELSEWHERE if self.has_moved else self.get_random_node()
        self.cluster.broker_metadata = self._the_broker

    async def send(self, node: int, request: Any, **options: Any) -> Any:
        if node != ELSEWHERE:
            await self.is_free.wait()
        answer = await super().send(node, request, **options)
        if isinstance(answer, dict):
            self.loads.append(set(answer))
            if self.refused in answer:
                answer[self.refused] = NotEnoughReplicasAfterAppendError
        return answer

    def _the_broker(self, _node: int) -> BrokerMetadata:
        [broker] = self.cluster.brokers()
        return broker


class Rough(Wire):
    """Leaders move, requests do not arrive, answers are lost, and what was written is said not to be: all by chance."""

    def __init__(self, kafka: KafkaSettings, chance: Random) -> None:
        super().__init__(kafka)
        self._chance = chance

    async def send(self, node: int, request: Any, **options: Any) -> Any:
        if request.API_KEY != PRODUCE:
            return await super().send(node, request, **options)
        self.has_moved ^= self._chance.random() < 0.5
        await asyncio.sleep(self._chance.choice((0, 0.02)))
        if self._chance.random() < 0.1:
            raise NodeNotReadyError
        answer = await super().send(node, request, **options)
        await asyncio.sleep(self._chance.choice((0, 0.02)))
        if self._chance.random() < 0.1:
            raise KafkaConnectionError
        return {
            partition: self._chance.choice((error, *[error] * 8, NotEnoughReplicasAfterAppendError))
            for partition, error in answer.items()
        }


@asynccontextmanager
async def producing(client: AIOKafkaClient) -> AsyncIterator[Producer]:
    async with asyncio.TaskGroup() as tasks:
        producer = Producer(client, tasks, linger=0.001, deadline=5)
        await producer.start()
        try:
            yield producer
        finally:
            async with asyncio.timeout(20):
                await producer.close()


def record(key: bytes, value: bytes = b"{}") -> Encoded:
    return Encoded(TOPIC, key, value, ())


async def settled(batch: Batch) -> BaseException | None:
    async with asyncio.timeout(20):
        await batch.settled.wait()
    return batch.failure


async def test_a_record_does_not_overtake_one_that_is_under_way_to_the_leader_before(kafka: KafkaSettings) -> None:
    client = Wire(kafka)
    async with producing(client) as producer:
        assert await settled(await producer.add(record(b"k"))) is None

        client.is_free.clear()
        second = await producer.add(record(b"k"))
        await asyncio.sleep(0.05)
        client.has_moved = True
        third = await producer.add(record(b"k"))
        await asyncio.sleep(0.05)
        has_overtaken = third.settled.is_set()
        client.is_free.set()

        assert [has_overtaken, await settled(second), await settled(third)] == [False, None, None]


async def test_a_partition_that_is_refused_is_tried_again_and_does_not_hold_up_the_others(kafka: KafkaSettings) -> None:
    client = Wire(kafka)
    async with producing(client) as producer:
        assert await settled(await producer.add(record(b"a"))) is None
        [[client.refused]] = client.loads
        refused = await producer.add(record(b"a"))
        while len(client.loads) < 2:
            await asyncio.sleep(0.001)
        others = [await settled(await producer.add(record(b"b"))) for _ in range(20)]
        was_refused = not refused.settled.is_set()
        client.refused = None

        assert (set(others), was_refused, await settled(refused)) == ({None}, True, None)
    assert {TopicPartition(TOPIC, 2)} in client.loads[2:22]


async def test_whatever_is_lost_on_the_way_every_record_is_there_once_and_in_order(kafka: KafkaSettings) -> None:
    run, keys, chance = uuid4().hex, 24, Random(13)
    async with producing(Rough(kafka, chance)) as producer:

        async def caller(key: bytes) -> set[BaseException | None]:
            failures: set[BaseException | None] = set()
            for first in range(0, 100, 5):
                await asyncio.sleep(chance.random() / 50)
                batches = [await producer.add(record(key, b"%d" % number)) for number in range(first, first + 5)]
                failures |= {await settled(batch) for batch in batches}
            return failures

        assert await asyncio.gather(*(caller(f"{run}{name}".encode()) for name in range(keys))) == [{None}] * keys

    found: defaultdict[bytes, list[int]] = defaultdict(list)
    consumer = AIOKafkaConsumer(TOPIC, **client_options(kafka), auto_offset_reset="earliest")
    await consumer.start()
    try:
        while sum(map(len, found.values())) < 100 * keys:
            for seen in (await consumer.getmany(timeout_ms=1000)).values():
                for each in seen:
                    if each.key.startswith(run.encode()):
                        found[each.key].append(int(each.value))
    finally:
        await consumer.stop()
    assert list(found.values()) == [list(range(100))] * keys


@pytest.mark.skipif(kafka_named_in(os.environ) == "apache", reason="the embedded broker is one process")
async def test_a_broker_that_hangs_is_left_within_a_bound(folder: Path) -> None:
    async with new_broker(folder / "hangs", "embedded") as broker:
        kafka = KafkaSettings(bootstrap_servers=broker.bootstrap_servers)
        await create_topics(TopicSettings(bootstrap_servers=broker.bootstrap_servers, partitions=20))
        [pid_file] = (folder / "hangs").rglob("noida.pid")
        pid = int(pid_file.read_text().split()[0])
        try:
            async with producing(AIOKafkaClient(**client_options(kafka))) as producer:
                assert await settled(await producer.add(record(b"k"))) is None
                os.kill(pid, signal.SIGSTOP)
                held = [await producer.add(record(b"%d" % number, b"x" * 900_000)) for number in range(60)]
                await asyncio.sleep(0.2)
        finally:
            os.kill(pid, signal.SIGCONT)

    assert all(batch.failure for batch in held)
