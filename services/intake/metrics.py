"""What operators see of intake: every item that was sent counts once, under what became of it."""

from dataclasses import dataclass
from typing import Self

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram


@dataclass(frozen=True, slots=True)
class Metrics:
    """
    `items` by what was sent and what became of it: accepted, invalid, too_large or unavailable. `deliveries` by who sent them and
    what became of them: accepted, ignored, or the code of the refusal. One count for each webhook and each event, so they add up.
    `redactions` by type.
    """

    items: Counter
    deliveries: Counter
    publish_seconds: Histogram
    broker_open: Gauge
    bytes_held: Gauge
    redactions: Counter

    @classmethod
    def on(cls, registry: CollectorRegistry) -> Self:
        return cls(
            items=Counter(
                "intake_items", "Contacts, outcomes and erasures, by what became of them.", ["item", "outcome"], registry=registry
            ),
            deliveries=Counter(
                "intake_deliveries",
                "Webhooks and CloudEvents, by what became of them.",
                ["sender", "outcome"],
                registry=registry,
            ),
            publish_seconds=Histogram(
                "intake_publish_seconds", "From an event to the brokers' acknowledgement.", registry=registry
            ),
            broker_open=Gauge("intake_broker_open", "1 while publishing is possible.", registry=registry),
            redactions=Counter(
                "intake_redactions", "Personal data that was replaced by a mark, by its type.", ["type"], registry=registry
            ),
            bytes_held=Gauge("intake_bytes_held", "Bytes of request bodies in memory.", registry=registry),
        )
