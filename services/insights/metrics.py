"""What operators see of the sink: every record that was consumed counts once, under what became of it."""

from dataclasses import dataclass
from typing import Self

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

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
    trends_changed: Counter
    following_seconds: Histogram
    statuses_changed: Counter
    repeats: Gauge
    loops: Counter
    proving_seconds: Histogram
    events_published: Counter
    outbox_events: Gauge
    outbox_seconds: Gauge
    streams_open: Gauge
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
            trends_changed=Counter("insights_trends_changed", "Signals that went another way than before.", registry=registry),
            following_seconds=Histogram(
                "insights_following_seconds",
                "Seconds of a look at where all signals are going.",
                registry=registry,
                buckets=SECONDS,
            ),
            statuses_changed=Counter("insights_statuses_changed", "Statuses that proof changed.", registry=registry),
            repeats=Gauge("insights_repeats", "Failures there are, as of the last round of proving.", registry=registry),
            loops=Counter("insights_loops", "Customers whom a fix was for: told of it, or not to be reached.", registry=registry),
            proving_seconds=Histogram(
                "insights_proving_seconds", "Seconds of a round of proving.", registry=registry, buckets=SECONDS
            ),
            events_published=Counter(
                "insights_events_published", "Events of the outbox that the brokers took.", registry=registry
            ),
            outbox_events=Gauge("insights_outbox_events", "Events that wait to be published.", registry=registry),
            outbox_seconds=Gauge("insights_outbox_seconds", "For how long the oldest of them has waited.", registry=registry),
            streams_open=Gauge("insights_streams", "Open streams of changes.", registry=registry),
            publisher_open=Gauge("insights_publisher_open", "1 while publishing is possible.", registry=registry),
        )
