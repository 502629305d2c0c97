"""Promises of every broker that runs here, on the one that KAFKA names."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError

from deploy.local.kafka import Broker
from deploy.local.noida import Noida

TOPIC = "said"


async def test_what_is_produced_is_consumed(broker: Broker) -> None:
    await create_topic(broker)

    async with producing(broker) as producer:
        await producer.send_and_wait(TOPIC, b"the app crashes", key=b"acme", headers=[("ce_id", b"1")])

    (record,) = await consumed(broker, 1)
    assert (record.key, record.value, record.headers) == (b"acme", b"the app crashes", (("ce_id", b"1"),))


async def test_a_stopped_broker_comes_back_at_the_same_address_with_its_data(broker: Broker) -> None:
    await create_topic(broker)
    address = broker.bootstrap_servers
    async with producing(broker) as producer:
        await producer.send_and_wait(TOPIC, b"before")

    await broker.stop()
    await broker.start()

    assert broker.bootstrap_servers == address
    async with producing(broker) as producer:
        await producer.send_and_wait(TOPIC, b"after")
    assert values(await consumed(broker, 2)) == [b"before", b"after"]


async def test_a_killed_broker_comes_back_with_what_it_promised_to_keep(broker: Broker) -> None:
    await create_topic(broker)
    async with producing(broker) as producer:
        await producer.send_and_wait(TOPIC, b"before")
    if not broker.keeps_acknowledged:
        await asyncio.sleep(2.5)  # its own pace of saving, told in its docstring

    await broker.kill()
    await broker.start()

    assert values(await consumed(broker, 1)) == [b"before"]


async def test_a_stop_under_load_loses_nothing_that_was_acknowledged(broker: Broker) -> None:
    await create_topic(broker)
    acknowledged: list[bytes] = []

    async def say(number: int, producer: AIOKafkaProducer) -> None:
        for turn in range(10_000):
            value = b"%d-%d" % (number, turn)
            await producer.send_and_wait(TOPIC, value.ljust(600))
            acknowledged.append(value)

    async with producing(broker) as producer:
        senders = [asyncio.create_task(say(number, producer)) for number in range(20)]
        await asyncio.sleep(1)

        await broker.stop()

        for sender in senders:
            sender.cancel()
        await asyncio.gather(*senders, return_exceptions=True)
    await broker.start()
    assert acknowledged
    kept = {value.rstrip() for value in values(await consumed(broker, len(acknowledged)))}
    assert set(acknowledged) <= kept


async def test_clusters_can_be_told_apart(place: Path) -> None:
    async with Noida(place / "one") as one, Noida(place / "two") as two:
        first = await cluster_id(one)
        assert first != await cluster_id(two)

        await one.stop()
        await one.start()

        assert await cluster_id(one) == first


async def create_topic(broker: Broker) -> None:
    async with administering(broker) as admin:
        await admin.create_topics([NewTopic(TOPIC, num_partitions=1, replication_factor=1)])


async def cluster_id(broker: Broker) -> object:
    async with administering(broker) as admin:
        return (await admin.describe_cluster())["cluster_id"]


@asynccontextmanager
async def administering(broker: Broker) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(bootstrap_servers=broker.bootstrap_servers)
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()


@asynccontextmanager
async def producing(broker: Broker) -> AsyncIterator[AIOKafkaProducer]:
    producer = AIOKafkaProducer(bootstrap_servers=broker.bootstrap_servers, acks="all", enable_idempotence=True)
    await producer.start()
    try:
        yield producer
    finally:
        # A producer whose broker is gone would wait for it; it has nothing more to say.
        with suppress(TimeoutError, KafkaError):
            await asyncio.wait_for(producer.stop(), timeout=2)


async def consumed(broker: Broker, at_least: int) -> list[ConsumerRecord]:
    """Everything in the topic, once there are so many."""
    consumer = AIOKafkaConsumer(TOPIC, bootstrap_servers=broker.bootstrap_servers, auto_offset_reset="earliest")
    await consumer.start()
    found: list[ConsumerRecord] = []
    try:
        async with asyncio.timeout(20):
            while len(found) < at_least:
                for records in (await consumer.getmany(timeout_ms=500)).values():
                    found.extend(records)
    except TimeoutError:
        pytest.fail(f"{len(found)} records instead of {at_least}")
    finally:
        await consumer.stop()
    return found


def values(records: list[ConsumerRecord]) -> list[bytes]:
    return [record.value for record in records]
