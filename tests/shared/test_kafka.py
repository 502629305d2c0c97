"""Plumbing to Kafka, on a real broker: topics are made once, and a publish is answered when the broker has it."""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import KafkaError

from deploy.local import Broker, kafka_named_in, new_broker
from shared.errors import Unavailable
from shared.events import TOPICS
from shared.events.codec import Encoded
from shared.kafka import KafkaSettings, Lag, Lags, Publisher, TooLarge, client_options, joined
from shared.kafka.consumer import LEAVE_SECONDS
from shared.tasks import Lifetime
from shared.topics import TopicSettings, _configs, create_topics

pytestmark = pytest.mark.broker


def record(value: bytes = b"{}", key: bytes = b"k") -> Encoded:
    return Encoded("signals.changed", key, value, ())


async def test_the_topics_exist_and_making_them_again_changes_nothing(kafka: KafkaSettings) -> None:
    assert await create_topics(TopicSettings(bootstrap_servers=kafka.bootstrap_servers, partitions=3)) == []

    consumer = AIOKafkaConsumer(**client_options(kafka))
    await consumer.start()
    try:
        assert await consumer.topics() >= {topic.name for topic in TOPICS}
    finally:
        await consumer.stop()


def test_what_a_segment_adds_is_taken_off_the_retention() -> None:
    configs = {topic.name: _configs(topic, TopicSettings(bootstrap_servers="kafka:9092")) for topic in TOPICS}

    kept = {name: int(said["retention.ms"]) + int(said["segment.ms"]) for name, said in configs.items() if "retention.ms" in said}
    assert kept["contacts.received"] == kept["contacts.dead"] == 30 * 86_400_000
    assert configs["remedies.changed"]["cleanup.policy"] == "compact"


async def test_topics_are_not_made_where_nobody_answers() -> None:
    with pytest.raises(Unavailable, match=r"127\.0\.0\.1:1"):
        await create_topics(TopicSettings(bootstrap_servers="127.0.0.1:1"), within=2)


async def test_each_record_is_answered_for_itself(kafka: KafkaSettings) -> None:
    async with Publisher(kafka, client_id="test", deadline=5) as publisher:
        await publisher.opened(within=10)

        large = Encoded("signals.changed", b"k", b"{}", (("much", b"x" * 1024 * 1024),))
        answers = await publisher.publish_each([record(), record(b"x" * 1024 * 1024), large, record()])

    assert [type(answer) for answer in answers] == [type(None), TooLarge, TooLarge, type(None)]


async def test_nothing_is_promised_where_nobody_answers() -> None:
    async with Publisher(KafkaSettings(bootstrap_servers="127.0.0.1:1"), client_id="test", deadline=0.5) as publisher:
        with pytest.raises(Unavailable):
            await publisher.opened(within=0.3)
        with pytest.raises(Unavailable):
            await publisher.publish([record()])
        assert not publisher.is_open


async def test_leaving_flushes_what_is_in_flight(kafka: KafkaSettings) -> None:
    async with Publisher(kafka, client_id="test", deadline=5, linger_ms=300) as publisher:
        await publisher.opened(within=10)
        publishing = asyncio.create_task(publisher.publish([record()]))
        await asyncio.sleep(0.05)

    await publishing


async def test_records_of_a_key_stay_in_order_also_where_they_are_too_many_for_a_batch(kafka: KafkaSettings) -> None:
    partition, key = TopicPartition("signals.changed", 0), b"in order"
    consumer = AIOKafkaConsumer(**client_options(kafka), auto_offset_reset="latest")
    await consumer.start()
    try:
        partitions = [TopicPartition(partition.topic, number) for number in range(3)]
        consumer.assign(partitions)
        await consumer.seek_to_end(*partitions)
        for each in partitions:
            await consumer.position(each)
        async with Publisher(kafka, client_id="test", deadline=10) as publisher:
            await publisher.opened(within=10)
            sizes = [1, 200_000, 1, 400, 1, 90_000]
            parts = [
                [record(b"%d " % (100 * part + place) + b"x" * sizes[place % 6], key) for place in range(20)] for part in range(4)
            ]
            answers = await asyncio.gather(*map(publisher.publish_each, parts))
        seen: list[int] = []
        while len(seen) < 80:
            for records in (await consumer.getmany(timeout_ms=5000)).values():
                seen += [int(each.value.split()[0]) for each in records if each.key == key]
    finally:
        await consumer.stop()

    assert {answer for each in answers for answer in each} == {None}
    for part in range(4):
        assert [said for said in seen if said // 100 == part] == [100 * part + place for place in range(20)]


async def test_lag_is_what_waits_and_how_old_it_is(kafka: KafkaSettings) -> None:
    partition = TopicPartition("signals.changed", 0)
    consumer = AIOKafkaConsumer(**client_options(kafka), auto_offset_reset="latest")
    await consumer.start()
    try:
        consumer.assign([partition])
        await consumer.seek_to_end(partition)
        await consumer.position(partition)
        lags = Lags(consumer)
        async with Publisher(kafka, client_id="test", deadline=5) as publisher:
            await publisher.opened(within=10)
            await publisher.publish([record(key=uuid4().bytes) for _ in range(60)])
        taken = await consumer.getmany(timeout_ms=5000)
        first = taken[partition][0]

        assert lags.at(0) == []
        lags.taken(taken)
        [waiting] = lags.at(first.timestamp / 1000 + 7)
        lags.done(taken)
        [done] = lags.at(first.timestamp / 1000 + 7)
    finally:
        await consumer.stop()

    assert (waiting.records, round(waiting.seconds, 3)) == (len(taken[partition]), 7.0)
    assert done == Lag("signals.changed", 0, 0, 0.0)


class NeverReady(ConsumerRebalanceListener):  # type: ignore[misc]
    """Gets its partitions and does not come back, as a client does that waits for brokers that are away."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()

    async def on_partitions_revoked(self, revoked: Sequence[TopicPartition]) -> None:
        pass

    async def on_partitions_assigned(self, assigned: Sequence[TopicPartition]) -> None:  # noqa: ARG002 aiokafka's signature
        self.asked.set()
        await asyncio.Event().wait()


@pytest.fixture
async def broker(folder: Path, request: pytest.FixtureRequest) -> AsyncIterator[Broker]:
    """A broker of this test's own, to be stopped."""
    async with new_broker(folder / request.node.name, kafka_named_in(os.environ)) as broker:
        await create_topics(TopicSettings(bootstrap_servers=broker.bootstrap_servers, partitions=1))
        yield broker


async def test_a_consumer_that_waits_for_ever_is_left_within_a_bound_and_its_records_are_read_by_the_next(
    kafka: KafkaSettings,
) -> None:
    group, before = f"test-{uuid4().hex}", asyncio.all_tasks()
    never = NeverReady()

    async with (
        asyncio.timeout(30),
        joined(kafka, Lifetime(), topics=["signals.changed"], group=group, reset="earliest", listener=never),
    ):
        await never.asked.wait()
        left = asyncio.get_running_loop().time()
    took = asyncio.get_running_loop().time() - left
    await asyncio.sleep(0.1)

    assert took < 2 * LEAVE_SECONDS + 1
    assert asyncio.all_tasks() <= before
    async with Publisher(kafka, client_id="test", deadline=5) as publisher:
        await publisher.opened(within=10)
        await publisher.publish([record()])
    async with joined(kafka, Lifetime(), topics=["signals.changed"], group=group, reset="earliest") as consumer:
        assert consumer is not None
        assert await _read(consumer)


async def test_a_consumer_whose_broker_left_while_it_commits_is_left_within_a_bound_and_joins_again(broker: Broker) -> None:
    kafka, group = KafkaSettings(bootstrap_servers=broker.bootstrap_servers), "test"
    async with Publisher(kafka, client_id="test", deadline=5) as publisher:
        await publisher.opened(within=10)
        await publisher.publish([record()])

    async with joined(kafka, Lifetime(), topics=["signals.changed"], group=group, reset="earliest") as consumer:
        assert consumer is not None
        await _read(consumer)
        committing = asyncio.create_task(_commit_for_ever(consumer))
        await asyncio.sleep(0.2)
        await broker.stop()
        await asyncio.sleep(3)
        committing.cancel()
        left = asyncio.get_running_loop().time()
    took = asyncio.get_running_loop().time() - left
    await broker.start()
    async with joined(kafka, Lifetime(), topics=["signals.changed"], group=group, reset="earliest") as consumer:
        assert consumer is not None
        async with Publisher(kafka, client_id="test", deadline=5) as publisher:
            await publisher.opened(within=30)
            await publisher.publish([record()])
        assert await _read(consumer)

    assert took < 2 * LEAVE_SECONDS + 1


async def _read(consumer: AIOKafkaConsumer) -> int:
    async with asyncio.timeout(60):
        while not (taken := await consumer.getmany(timeout_ms=500)):
            pass
    return sum(map(len, taken.values()))


async def _commit_for_ever(consumer: AIOKafkaConsumer) -> None:
    while True:
        try:
            await consumer.commit()
        except KafkaError:
            await asyncio.sleep(0.01)
