"""Personal data of every type, planted in every field, and every place to look for it afterwards."""

from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.events import TOPICS
from shared.kafka import KafkaSettings, client_options

CANARIES = (
    "canary.bird@example.com",
    "4539 1488 0343 6467",
    "+44 7700 900123",
    "GB29NWBK60161331926819",
    "536-90-4399",
    "203.0.113.77",
    "https://example.com/reset?token=canary1234567890",
    "sk_live_canaryCANARY1234567890",
    "hunter2canary",
)
SONG = "Hi, " + "; ".join(CANARIES[:-1]) + f"; my password is {CANARIES[-1]}"
EVERYWHERE: dict[str, Any] = {
    "text": SONG,
    "subject": SONG,
    "channel": "chat",
    "source": CANARIES[0],
    "external_id": CANARIES[2],
    "thread_id": CANARIES[7],
    "customer": {"id": CANARIES[0], "plan": CANARIES[0]},
    "product": CANARIES[3],
    "product_version": f"1.0 {CANARIES[0]}",
    "area": CANARIES[4],
    "attributes": {
        **{f"a{place}": canary for place, canary in enumerate(CANARIES[:-1])},
        CANARIES[0]: "x",
        "password": CANARIES[-1],
    },
}
"""A contact with canaries wherever words are taken."""


async def everything_published(kafka: KafkaSettings) -> list[str]:
    """Every record on every topic: key, headers, value."""
    consumer = AIOKafkaConsumer(**client_options(kafka), auto_offset_reset="earliest")
    await consumer.start()
    try:
        partitions = []
        for topic in TOPICS:
            await consumer._client._wait_on_metadata(topic.name)
            partitions += [TopicPartition(topic.name, number) for number in consumer.partitions_for_topic(topic.name) or ()]
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        found = []
        while any([await consumer.position(partition) < ends[partition] for partition in partitions]):
            batches = await consumer.getmany(timeout_ms=1_000)
            found += [f"{record.key!r} {record.headers} {record.value!r}" for batch in batches.values() for record in batch]
        return found
    finally:
        await consumer.stop()
