"""What is not a contact's fault: slow readings, brokers that are away, SIGTERM in the middle."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deploy.local import Broker, kafka_named_in, new_broker
from services.triage.group import committed, partitions_of
from services.triage.notes import Note
from shared.events import RECEIVED
from shared.kafka import KafkaSettings, Publisher
from shared.topics import TopicSettings, create_topics
from tests.triage.flow.conftest import Ears, listening, new_group, process, triaging
from tests.triage.flow.saying import contact, received

pytestmark = [pytest.mark.broker, pytest.mark.timeout(300)]

SESSION_SECONDS = 10


@pytest.fixture
async def broker(folder: Path, request: pytest.FixtureRequest) -> AsyncIterator[Broker]:
    """A broker of this test's own, to be stopped."""
    async with new_broker(folder / request.node.name, kafka_named_in(os.environ)) as broker:
        await create_topics(TopicSettings(bootstrap_servers=broker.bootstrap_servers, partitions=2))
        yield broker


async def test_a_reading_longer_than_the_session_costs_no_heartbeat_and_no_partition(
    kafka: KafkaSettings, group: str, tenant: str, ears: Ears, publisher: Publisher
) -> None:
    slowest = 0.0

    async def tick() -> None:
        nonlocal slowest
        while True:
            before = time.monotonic()
            await asyncio.sleep(0.01)
            slowest = max(slowest, time.monotonic() - before)

    async with triaging(kafka, group) as running:
        ticking = asyncio.create_task(tick())
        await publisher.publish([received(contact(f"This blocks {SESSION_SECONDS + 3}", tenant=tenant))])
        await ears.triaged(1, within=60)
        ticking.cancel()
        await ears.listen(1)

        assert (running.counted("triaged"), running.counted("left")) == (1, 0)
    assert len(await ears.triaged(1)) == 1
    assert slowest < 1


async def test_sigterm_in_the_middle_finishes_and_commits_what_is_in_hand(
    kafka: KafkaSettings, group: str, tenant: str, ears: Ears, publisher: Publisher
) -> None:
    # One customer, so one partition and one order.
    said = [contact(f"This blocks 0.1 {number}", tenant=tenant, customer="c" * 16) for number in range(60)]
    await publisher.publish([received(one) for one in said])

    async with process(kafka, group, TRIAGE_BATCH_RECORDS="10") as triage:
        await ears.texts(1, within=60)
        triage.child.send_signal(signal.SIGTERM)
        assert await triage.ended(within=30) == 0
    await ears.listen(1)
    done = len(await ears.texts(1))
    notes = [Note.read(one.metadata) for one in await committed(kafka, group, await partitions_of(kafka, RECEIVED.name))]
    async with process(kafka, group) as triage:
        await ears.texts(60, within=60)
        triage.child.send_signal(signal.SIGTERM)
        assert await triage.ended(within=30) == 0

    assert 10 <= done < 60
    assert {note.holder for note in notes} == {None}
    assert [one.event.contact.text for one in await ears.triaged(60)] == [one.text for one in said]


async def test_while_the_broker_is_away_triage_waits_and_afterwards_nothing_is_missing(broker: Broker, tenant: str) -> None:
    kafka = KafkaSettings(bootstrap_servers=broker.bootstrap_servers)
    group = await new_group(kafka)
    texts = [f"This blocks 0.02 {number}" for number in range(400)]

    async with triaging(kafka, group, batch=20, deadline=2) as running:
        async with Publisher(kafka, client_id="test", deadline=10) as publisher, listening(kafka, tenant) as ears:
            await publisher.opened(within=10)
            await publisher.publish([received(contact(text, tenant=tenant)) for text in texts])
            await ears.texts(20)
        await broker.stop()
        await asyncio.sleep(8)
        assert not running.task.done()
        await broker.start()

        async with listening(kafka, tenant) as ears:
            await ears.consumer.seek_to_beginning()
            assert sorted(await ears.texts(400, within=120)) == sorted(texts)
        assert running.counted("buried") == 0


async def test_triage_starts_before_its_broker_does(broker: Broker, tenant: str) -> None:
    kafka = KafkaSettings(bootstrap_servers=broker.bootstrap_servers)
    await broker.stop()

    async with triaging(kafka, "triage-early", deadline=2):
        await asyncio.sleep(3)
        await broker.start()
        async with Publisher(kafka, client_id="test", deadline=10) as publisher, listening(kafka, tenant) as ears:
            await publisher.opened(within=30)
            await publisher.publish([received(contact(tenant=tenant))])
            await ears.triaged(1, within=60)


async def test_triage_stops_in_time_while_the_broker_is_away(broker: Broker) -> None:
    kafka = KafkaSettings(bootstrap_servers=broker.bootstrap_servers)
    group = await new_group(kafka)

    async with process(kafka, group, TRIAGE_STOP_WITHIN_SECONDS="15") as triage:
        async with Publisher(kafka, client_id="test", deadline=10) as publisher:
            await publisher.opened(within=10)
            await publisher.publish([received(contact("This blocks 4"))])
        await asyncio.sleep(4)
        await broker.stop()
        await asyncio.sleep(3)
        triage.child.send_signal(signal.SIGTERM)

        assert await triage.ended(within=20) in (0, 75)
