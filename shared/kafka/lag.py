"""How far behind a consumer is: in records, and in seconds of age."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

Batch = Mapping[TopicPartition, Sequence[ConsumerRecord]]


@dataclass(frozen=True, slots=True)
class Lag:
    """`records` that wait on a partition, and the age in `seconds` of the oldest of them: 0 when none waits."""

    topic: str
    partition: int
    records: int
    seconds: float


class Lags:
    """Remembers what was taken up and what is done. What was never fetched counts as old as the last record that was."""

    def __init__(self, consumer: AIOKafkaConsumer) -> None:
        self._consumer = consumer
        self._done: dict[TopicPartition, int] = {}
        self._oldest: dict[TopicPartition, float] = {}

    def taken(self, batch: Batch) -> None:
        """These records are being worked on."""
        for partition, records in batch.items():
            self._done.setdefault(partition, records[0].offset)
            self._oldest[partition] = records[0].timestamp / 1000

    def done(self, batch: Batch) -> None:
        """These records will not be needed again."""
        for partition, records in batch.items():
            self._done[partition] = records[-1].offset + 1
            self._oldest[partition] = records[-1].timestamp / 1000

    def at(self, now: float) -> list[Lag]:
        """The lag of every partition that is assigned and was read, `now` in seconds since the epoch."""
        return [self._of(partition, now) for partition in self._consumer.assignment() if partition in self._done]

    def _of(self, partition: TopicPartition, now: float) -> Lag:
        waiting = max(0, (self._consumer.highwater(partition) or 0) - self._done[partition])
        age = max(0.0, now - self._oldest[partition]) if waiting else 0.0
        return Lag(partition.topic, partition.partition, waiting, age)
