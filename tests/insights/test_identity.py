"""A topic that was deleted and made again is another topic, where the broker tells."""

import asyncio
from uuid import uuid4

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from shared.errors import Unavailable
from shared.kafka import KafkaSettings
from shared.kafka.identity import UNKNOWN, TopicIdentity, identify
from shared.kafka.settings import client_options

SOON = 15.0


async def identity(kafka: KafkaSettings, topic: str) -> TopicIdentity:
    async with asyncio.timeout(SOON):
        while True:
            try:
                return (await identify(kafka, [topic]))[topic]
            except Unavailable:
                await asyncio.sleep(0.2)


async def gone(kafka: KafkaSettings, topic: str) -> None:
    async with asyncio.timeout(SOON):
        while True:
            try:
                await identify(kafka, [topic])
            except Unavailable:
                return
            await asyncio.sleep(0.2)


async def test_a_topic_that_was_made_again_has_another_id(kafka: KafkaSettings) -> None:
    topic = f"identity.{uuid4().hex[:8]}"
    admin = AIOKafkaAdminClient(**client_options(kafka))
    await admin.start()
    try:
        await admin.create_topics([NewTopic(topic, 2, 1)])
        first = await identity(kafka, topic)
        assert first == await identity(kafka, topic)
        assert first.cluster
        await admin.delete_topics([topic])
        await gone(kafka, topic)
        await admin.create_topics([NewTopic(topic, 2, 1)])
        second = await identity(kafka, topic)
        assert second.cluster == first.cluster
        if first.topic_id == UNKNOWN:
            pytest.skip("this broker gives topics no ids")
        assert second.topic_id != first.topic_id
    finally:
        await admin.close()


async def test_a_missing_topic_says_how_to_make_it(kafka: KafkaSettings) -> None:
    with pytest.raises(Unavailable, match=r"python -m shared\.topics"):
        await identify(kafka, ["not.there"])


async def test_brokers_that_are_away_are_unavailable() -> None:
    with pytest.raises(Unavailable):
        await identify(KafkaSettings(bootstrap_servers="127.0.0.1:1"), ["any"])
