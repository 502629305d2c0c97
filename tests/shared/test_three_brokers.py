"""One of three brokers leaves: what was acknowledged is there once and in order, and the others are not waited for."""

import asyncio
import os
from collections import defaultdict
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer

from deploy.local import kafka_named_in
from deploy.local.apache import Apache
from shared.errors import Unavailable
from shared.events.codec import Encoded
from shared.kafka import KafkaSettings, Publisher, client_options
from shared.topics import TopicSettings, create_topics

pytestmark = [
    pytest.mark.broker,
    pytest.mark.timeout(300),
    pytest.mark.skipif(kafka_named_in(os.environ) != "apache", reason="the embedded broker is one broker"),
]
TOPIC = "signals.changed"
CALLERS = 12


@pytest.fixture
async def brokers(folder: Path) -> AsyncIterator[Apache]:
    """Three, every record on all of them."""
    async with Apache(folder / "three", brokers=3) as brokers:
        settings = TopicSettings(bootstrap_servers=brokers.bootstrap_servers, replication=3, partitions=6)
        async with asyncio.timeout(60):
            while True:
                try:
                    await create_topics(settings)
                    break
                except Unavailable:
                    await asyncio.sleep(1)
        yield brokers


async def test_one_of_three_brokers_is_stopped_another_killed_and_nothing_is_lost_doubled_or_out_of_order(
    brokers: Apache,
) -> None:
    kafka = KafkaSettings(bootstrap_servers=brokers.bootstrap_servers)
    accepted: defaultdict[bytes, list[int]] = defaultdict(list)
    done = asyncio.Event()

    async with Publisher(kafka, client_id="test", deadline=5) as publisher, asyncio.TaskGroup() as tasks:
        await publisher.opened(within=30)

        async def caller(key: bytes) -> None:
            number = 0
            while not done.is_set():
                number += 1
                [failure] = await publisher.publish_each([Encoded(TOPIC, key, b"%d" % number, ())])
                if failure is None:
                    accepted[key].append(number)
                await asyncio.sleep(0.05)

        for name in range(CALLERS):
            tasks.create_task(caller(b"key-%d" % name))
        await asyncio.sleep(5)
        await brokers.nodes[0].stop()
        await asyncio.sleep(10)
        await brokers.nodes[0].server.start()
        await asyncio.sleep(15)
        await brokers.nodes[1].kill()
        await asyncio.sleep(15)
        at_the_end = {key: len(numbers) for key, numbers in accepted.items()}
        await asyncio.sleep(2)
        done.set()

    found = await _found(kafka)
    assert all(len(accepted[key]) > count for key, count in at_the_end.items())
    for key, numbers in accepted.items():
        assert set(numbers) <= set(found[key])
        assert found[key] == sorted(set(found[key]))


async def _found(kafka: KafkaSettings) -> dict[bytes, list[int]]:
    found: defaultdict[bytes, list[int]] = defaultdict(list)
    consumer = AIOKafkaConsumer(TOPIC, **client_options(kafka), auto_offset_reset="earliest")
    await consumer.start()
    try:
        while batches := await consumer.getmany(timeout_ms=5000):
            for records in batches.values():
                for record in records:
                    found[record.key].append(int(record.value))
    finally:
        await consumer.stop()
    return found
