"""What the brokers know: the partitions of a topic; the committed offsets of a group, what was written beside them; its members."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError, UnknownTopicOrPartitionError
from aiokafka.structs import OffsetAndTimestamp

from shared.errors import Unavailable
from shared.kafka import KafkaSettings, client_options


@dataclass(frozen=True, slots=True)
class Committed:
    """A committed offset and the metadata beside it; offset -1 where nothing was committed."""

    partition: TopicPartition
    offset: int
    metadata: str


@asynccontextmanager
async def beside(kafka: KafkaSettings, topic: str, group: str | None) -> AsyncIterator[AIOKafkaConsumer]:
    """
    A consumer of every partition of the topic that may commit for the group, if any, without being a member of it.

    Raises Unavailable, also for what the brokers do not answer inside.
    """
    consumer = AIOKafkaConsumer(
        **client_options(kafka),
        group_id=group,
        client_id=group or "triage-beside",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    try:
        await consumer.start()
        consumer.assign(await partitions_of(kafka, topic))
        yield consumer
    except (KafkaError, OSError) as error:
        raise Unavailable(f"the brokers do not answer: {type(error).__name__}") from error
    finally:
        await consumer.stop()


async def first_since(
    consumer: AIOKafkaConsumer, partitions: Sequence[TopicPartition], moment: datetime
) -> dict[TopicPartition, OffsetAndTimestamp | None]:
    """The first record of every partition that was written at `moment` or later; None where there is none."""
    asked = dict.fromkeys(partitions, int(moment.timestamp() * 1000))
    found: dict[TopicPartition, OffsetAndTimestamp | None] = await consumer.offsets_for_times(asked)
    return found


async def partitions_of(kafka: KafkaSettings, topic: str) -> list[TopicPartition]:
    """Every partition of the topic. Raises KafkaError where there is no such topic."""
    async with _admin(kafka) as admin:
        [found] = await admin.describe_topics([topic])
    if not found["partitions"]:
        raise UnknownTopicOrPartitionError(topic)
    return sorted(TopicPartition(topic, partition["partition"]) for partition in found["partitions"])


async def committed(kafka: KafkaSettings, group: str, partitions: Sequence[TopicPartition]) -> list[Committed]:
    """The last commit of every partition. Raises KafkaError where the brokers do not say."""
    async with _admin(kafka) as admin:
        found = await admin.list_consumer_group_offsets(group, partitions=list(partitions))
    if missing := [partition for partition in partitions if partition not in found]:
        # aiokafka reads an error of the whole group, one that is just loading for example, as no answer.
        raise KafkaError(f"the brokers did not say where {len(missing)} partitions stand")
    return [Committed(partition, found[partition].offset, found[partition].metadata or "") for partition in partitions]


async def client_ids(kafka: KafkaSettings, group: str) -> list[str]:
    """The client id of every member of the group. Raises KafkaError where the brokers do not say."""
    async with _admin(kafka) as admin:
        [answer] = await admin.describe_consumer_groups([group])
    [(error, _group, _state, _type, _protocol, members, *_)] = answer.groups
    if error:
        raise KafkaError(f"the brokers did not say who is in the group: error {error}")
    return [client_id for _member_id, client_id, *_ in members]


@asynccontextmanager
async def _admin(kafka: KafkaSettings) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(**client_options(kafka))
    try:
        await admin.start()
        yield admin
    finally:
        await admin.close()
