"""What operators see of triage: every record that was consumed counts once, under what became of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
RECORDS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)


@dataclass(frozen=True, slots=True)
class Metrics:
    """`records` by outcome: triaged, buried, left to another process, which triages them, or left out. The outcomes add up."""

    records: Counter
    contacts: Counter
    dead_letters: Counter
    stage_seconds: Histogram
    batch_records: Histogram
    publisher_open: Gauge
    remedies: Counter
    taxonomies: Counter

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
            taxonomies=Counter(
                "triage_taxonomy_changes", "New versions of the taxonomy: taken_up or refused.", ["outcome"], registry=registry
            ),
        )

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measures what is done inside."""
        with self.stage_seconds.labels(name).time():
            yield
