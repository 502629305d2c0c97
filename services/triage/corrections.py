"""
`python -m services.triage corrections > corrections.jsonl`: what people corrected, for the next training to learn from.

From the brokers, as far back as they keep it, to the end as of the start; one correction a line. They hold customers' words: keep the
file no longer than the training takes.
"""

from collections.abc import AsyncIterator, Callable
from uuid import uuid4

from services.triage.group import beside
from shared.errors import Undecodable
from shared.events import CORRECTIONS, CorrectionRecorded, decode
from shared.kafka import KafkaSettings

POLL_SECONDS = 0.5


async def recorded(
    kafka: KafkaSettings, *, tenant: str | None, undecodable: Callable[[str], None]
) -> AsyncIterator[CorrectionRecorded]:
    """Every correction there is, of one tenant or of all. What cannot be read is told to `undecodable`. Raises Unavailable."""
    async with beside(kafka, CORRECTIONS.name, f"triage-corrections-{uuid4().hex[:8]}") as consumer:
        partitions = list(consumer.assignment())
        await consumer.seek_to_beginning(*partitions)
        ends = await consumer.end_offsets(partitions)
        while any([await consumer.position(partition) < ends[partition] for partition in partitions]):
            for partition, records in (await consumer.getmany(timeout_ms=int(1000 * POLL_SECONDS))).items():
                for record in records:
                    if record.offset >= ends[partition]:
                        continue
                    try:
                        said = decode(record, CorrectionRecorded).event
                    except Undecodable as error:
                        undecodable(f"partition {partition.partition}, offset {record.offset}: {error}")
                        continue
                    if tenant in (None, said.tenant):
                        yield said
