"""What operators see of triage: every record that was consumed counts once, under what became of it."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from shared.clock import Clock
from shared.kafka import Lags

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
RECORDS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)


@dataclass(frozen=True, slots=True)
class Metrics:
    """`records` by outcome: triaged, buried, or left to another process, which triages them. The outcomes add up."""

    records: Counter
    contacts: Counter
    dead_letters: Counter
    stage_seconds: Histogram
    batch_records: Histogram
    publisher_open: Gauge
    remedies: Counter

    @classmethod
    def on(cls, registry: CollectorRegistry) -> Self:
        return cls(
            records=Counter("triage_records", "Consumed records, by what became of them.", ["outcome"], registry=registry),
            contacts=Counter("triage_contacts", "Triaged contacts.", ["disposition", "queue"], registry=registry),
            dead_letters=Counter("triage_dead_letters", "Buried records, by why.", ["code"], registry=registry),
            stage_seconds=Histogram(
                "triage_stage_seconds",
                "Seconds in each stage: decode, read, decide (up to 32 records); begin, publish, commit (a batch).",
                ["stage"],
                registry=registry,
                buckets=SECONDS,
            ),
            batch_records=Histogram("triage_batch_records", "Records worked on together.", registry=registry, buckets=RECORDS),
            publisher_open=Gauge("triage_publisher_open", "1 while publishing is possible.", registry=registry),
            remedies=Counter(
                "triage_remedy_changes", "Changes of remedies, by whether they could be read.", ["outcome"], registry=registry
            ),
        )

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measures what is done inside."""
        with self.stage_seconds.labels(name).time():
            yield


class LagCollector(Collector):
    """The lag of every partition, at the moment of the scrape."""

    def __init__(self, clock: Clock) -> None:
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
        return GaugeMetricFamily("triage_lag_records", "Records that wait.", labels=["topic", "partition"])

    def _seconds(self) -> GaugeMetricFamily:
        return GaugeMetricFamily("triage_lag_seconds", "Age of the oldest record that waits.", labels=["topic", "partition"])
