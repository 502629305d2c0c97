"""
The topic table: what is said where, by whom, to whom, and for how long it is kept.

Topics that carry customers' words keep them 30 days at most; the title of a signal is made of such words.
"""

from dataclasses import dataclass
from datetime import timedelta

from shared.events.contact import ContactReceived, CustomerForgotten, OutcomeReported
from shared.events.dead import ContactDead
from shared.events.event import Event
from shared.events.signal import LoopClosed, SignalChanged
from shared.events.triage import ContactTriaged, CorrectionRecorded, RemedyChanged
from shared.events.words import Queue


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic. `retention` of None keeps the latest record of every key for ever (compaction)."""

    name: str
    carries: type[Event]
    keyed_by: str
    producers: tuple[str, ...]
    consumers: tuple[str, ...]
    partitions: int
    retention: timedelta | None


MONTH = timedelta(days=30)
YEAR = timedelta(days=365)

RECEIVED = Topic(
    "contacts.received", ContactReceived, "tenant/customer, else tenant/contact", ("intake",), ("triage",), 12, MONTH
)
TRIAGED = Topic("contacts.triaged", ContactTriaged, "tenant/customer, else tenant/contact", ("triage",), ("insights",), 12, MONTH)
DEAD = Topic("contacts.dead", ContactDead, "tenant/position", ("triage", "insights"), ("insights",), 3, MONTH)
OUTCOMES = Topic("outcomes.reported", OutcomeReported, "tenant/contact", ("intake",), ("triage", "insights"), 6, MONTH)
FORGOTTEN = Topic("customers.forgotten", CustomerForgotten, "tenant/customer", ("intake",), ("triage", "insights"), 3, YEAR)
CORRECTIONS = Topic("corrections.recorded", CorrectionRecorded, "tenant/contact", ("insights",), ("triage",), 3, MONTH)
REMEDIES = Topic("remedies.changed", RemedyChanged, "tenant/remedy", ("insights",), ("triage",), 3, None)
SIGNALS = Topic("signals.changed", SignalChanged, "tenant/signal", ("insights",), ("upstream",), 3, MONTH)
LOOPS = Topic("loops.closed", LoopClosed, "tenant/signal", ("insights",), ("upstream",), 3, MONTH)

ROUTES: dict[Queue, Topic] = {
    queue: Topic(f"routes.{queue}", ContactTriaged, "tenant/customer, else tenant/contact", ("triage",), ("upstream",), 3, MONTH)
    for queue in Queue
    if queue is not Queue.NONE
}
"""Where each queue listens; `none` needs no topic."""

TOPICS: tuple[Topic, ...] = (
    RECEIVED,
    TRIAGED,
    *ROUTES.values(),
    OUTCOMES,
    FORGOTTEN,
    DEAD,
    CORRECTIONS,
    REMEDIES,
    SIGNALS,
    LOOPS,
)
