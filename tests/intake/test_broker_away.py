"""The broker goes away: never a 202 for what it does not have, memory bounded, and back to work without a restart."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer

from deploy.local import Broker, kafka_named_in, new_broker
from shared.events import RECEIVED, ContactReceived, decode
from shared.kafka import KafkaSettings, client_options
from shared.topics import TopicSettings, create_topics
from tests.intake.conftest import opened

pytestmark = pytest.mark.broker
DEADLINE = 1.0


@pytest.fixture
async def broker(folder: Path, request: pytest.FixtureRequest) -> AsyncIterator[Broker]:
    """A broker of this test's own, to be stopped."""
    async with new_broker(folder / request.node.name, kafka_named_in(os.environ)) as broker:
        await create_topics(TopicSettings(bootstrap_servers=broker.bootstrap_servers, partitions=2))
        yield broker


async def test_while_the_broker_is_away_every_answer_is_503_in_time_and_nothing_accepted_is_lost(
    broker: Broker, tmp_path: Path
) -> None:
    kafka = KafkaSettings(bootstrap_servers=broker.bootstrap_servers)
    accepted: set[str] = set()
    statuses: dict[str, list[int]] = {"before": [], "away": [], "after": []}
    slowest = 0.0
    phase = "before"

    async with opened(kafka, tmp_path, deadline=DEADLINE) as intake:

        async def sender(name: int) -> None:
            nonlocal slowest
            number = 0
            while not done.is_set():
                number += 1
                body = {"text": "Nobody answers.", "channel": "chat", "source": str(name), "external_id": str(number)}
                began, started = phase, time.monotonic()
                answer = await intake.http.post("/v1/contacts", json=body)
                slowest = max(slowest, time.monotonic() - started)
                if answer.status_code == 202:
                    accepted.add(answer.json()["contact_id"])
                else:
                    assert answer.headers["retry-after"] == "5"
                    assert answer.json()["code"] == "unavailable"
                if began == phase:
                    statuses[phase].append(answer.status_code)
                await asyncio.sleep(0.02)

        done = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            for name in range(8):
                tasks.create_task(sender(name))
            await asyncio.sleep(1)
            await broker.stop()
            phase = "away"
            await asyncio.sleep(4)
            phase = "returning"
            statuses["returning"] = []
            await broker.start()
            await intake.pipeline.publisher.opened(within=30)
            phase = "after"
            await asyncio.sleep(1)
            done.set()

    assert set(statuses["before"]) == {202}
    assert set(statuses["away"]) == {503}
    assert set(statuses["after"]) == {202}
    assert slowest < DEADLINE * 1.5
    assert accepted <= await contacts_in(kafka)


async def contacts_in(kafka: KafkaSettings) -> set[str]:
    """Every contact that the topic holds."""
    found: set[str] = set()
    consumer = AIOKafkaConsumer(RECEIVED.name, **client_options(kafka), auto_offset_reset="earliest")
    await consumer.start()
    try:
        while batches := await consumer.getmany(timeout_ms=2000):
            for records in batches.values():
                found |= {str(decode(record, ContactReceived).event.contact_id) for record in records}
    finally:
        await consumer.stop()
    return found
