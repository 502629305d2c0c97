"""How far behind a consumer is: in records, and in seconds of age."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from shared.clock import Clock

Batch = Mapping[TopicPartition, Sequence[ConsumerRecord]]


@dataclass(frozen=True, slots=True)
class Lag:
    """`records` that wait on a partition, and the age in `seconds` of the oldest of them: 0 when none waits."""

    topic: str
    partition: int
    records: int
    seconds: float


class Lags:
    """
    Remembers what was taken up and what is done.

    What waits untouched behind a partition that had caught up is as old as the moment at which that was first seen.
    """

    def __init__(self, consumer: AIOKafkaConsumer) -> None:
        self._consumer = consumer
        self._done: dict[TopicPartition, int] = {}
        self._oldest: dict[TopicPartition, float | None] = {}

    def taken(self, batch: Batch) -> None:
        """These records are being worked on."""
        for partition, records in batch.items():
            self._done.setdefault(partition, records[0].offset)
            self._oldest[partition] = records[0].timestamp / 1000

    def done(self, batch: Batch) -> None:
        """These records will not be needed again."""
        for partition, records in batch.items():
            self._done[partition] = records[-1].offset + 1
            is_caught_up = self._done[partition] >= (self._consumer.highwater(partition) or 0)
            self._oldest[partition] = None if is_caught_up else records[-1].timestamp / 1000

    def at(self, now: float) -> list[Lag]:
        """The lag of every partition that is assigned and was read, `now` in seconds since the epoch."""
        return [self._of(partition, now) for partition in self._consumer.assignment() if partition in self._done]

    def _of(self, partition: TopicPartition, now: float) -> Lag:
        waiting = max(0, (self._consumer.highwater(partition) or 0) - self._done[partition])
        if not waiting:
            return Lag(partition.topic, partition.partition, 0, 0.0)
        since = self._oldest[partition]
        if since is None:
            since = self._oldest[partition] = now
        return Lag(partition.topic, partition.partition, waiting, max(0.0, now - since))


class LagCollector(Collector):
    """`<service>_lag_records` and `<service>_lag_seconds` of every partition, at the moment of the scrape."""

    def __init__(self, service: str, clock: Clock) -> None:
        self._service = service
        self._clock = clock
        self._lags: Lags | None = None

    def watch(self, lags: Lags | None) -> None:
        """From now on these lags are shown."""
        self._lags = lags

    def describe(self) -> Iterable[Metric]:
        """Names only, so that registering asks nobody."""
        return [self._records(), self._seconds()]

    def collect(self) -> Iterable[Metric]:
        records, seconds = self._records(), self._seconds()
        for lag in self._lags.at(self._clock().timestamp()) if self._lags is not None else ():
            place = [lag.topic, str(lag.partition)]
            records.add_metric(place, lag.records)
            seconds.add_metric(place, lag.seconds)
        return [records, seconds]

    def _records(self) -> GaugeMetricFamily:
        return GaugeMetricFamily(f"{self._service}_lag_records", "Records that wait.", labels=["topic", "partition"])

    def _seconds(self) -> GaugeMetricFamily:
        return GaugeMetricFamily(
            f"{self._service}_lag_seconds", "Age of the oldest record that waits.", labels=["topic", "partition"]
        )
