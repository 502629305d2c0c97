"""What operators see of the sink: every record that was consumed counts once, under what became of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from shared.clock import Clock
from shared.kafka import Lags

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
RECORDS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048)


@dataclass(frozen=True, slots=True)
class Metrics:
    """
    `records` by topic and outcome: counted, buried, or left to another process, which counts them. The outcomes add up.

    `contacts` by verdict: new, replaced, repeated, conflicting; they add up to the contacts among the counted records.
    """

    records: Counter
    contacts: Counter
    dead_letters: Counter
    stage_seconds: Histogram
    batch_records: Histogram
    retries: Counter
    signals_opened: Counter
    frictions_assigned: Counter
    discovery_seconds: Histogram
    publisher_open: Gauge

    @classmethod
    def on(cls, registry: CollectorRegistry) -> Self:
        return cls(
            records=Counter(
                "insights_records", "Consumed records, by what became of them.", ["topic", "outcome"], registry=registry
            ),
            contacts=Counter("insights_contacts", "Told contacts, by what the telling was.", ["verdict"], registry=registry),
            dead_letters=Counter("insights_dead_letters", "Buried records, by why.", ["code"], registry=registry),
            stage_seconds=Histogram(
                "insights_stage_seconds",
                "Seconds in each stage of a batch: begin, decode, bury, count, commit.",
                ["stage"],
                registry=registry,
                buckets=SECONDS,
            ),
            batch_records=Histogram("insights_batch_records", "Records counted together.", registry=registry, buckets=RECORDS),
            retries=Counter("insights_retries", "Batches tried again, by why.", ["code"], registry=registry),
            signals_opened=Counter("insights_signals_opened", "Signals that discovery opened.", registry=registry),
            frictions_assigned=Counter(
                "insights_frictions_assigned", "Waiting frictions that discovery gave a signal.", registry=registry
            ),
            discovery_seconds=Histogram(
                "insights_discovery_seconds", "Seconds of a round of discovery.", registry=registry, buckets=SECONDS
            ),
            publisher_open=Gauge("insights_publisher_open", "1 while publishing is possible.", registry=registry),
        )


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
        return GaugeMetricFamily("insights_lag_records", "Records that wait.", labels=["topic", "partition"])

    def _seconds(self) -> GaugeMetricFamily:
        return GaugeMetricFamily("insights_lag_seconds", "Age of the oldest record that waits.", labels=["topic", "partition"])
