"""
Dead letters, sent again after a fix: byte for byte, to the topic they came from.

It goes through `contacts.dead` once, to its end as of the start, so what dies again is not sent again by the same run. What was sent
is remembered beside the offsets of a consumer group of its own: a second run sends only what is new.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.structs import OffsetAndMetadata

from services.triage.group import beside, committed, first_since
from services.triage.replayed import EVERY_CODE, Replayed
from shared.errors import Undecodable
from shared.events import DEAD, TOPICS, ContactDead, Encoded, decode
from shared.kafka import KafkaSettings, Publisher

POLL_SECONDS = 0.5
BATCH = 500
TOPIC_NAMES = frozenset(topic.name for topic in TOPICS)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which dead letters: of one code, buried since a moment, so many at most. None leaves it open."""

    code: str | None = None
    since: datetime | None = None
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """How many dead letters of each code were sent, and how many could not be: nothing in them, or no topic of ours."""

    sent: Counter[str] = field(default_factory=Counter)
    unsendable: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Reel:
    """One partition of dead letters, from the offset it was begun at to where it ended at the start."""

    partition: TopicPartition
    beginning: int
    next: int
    first: int
    end: int
    replayed: Replayed

    @property
    def is_over(self) -> bool:
        return self.next >= self.end

    def progress(self, code: str | None) -> OffsetAndMetadata:
        """What the group should remember."""
        known = self.replayed.plus(code or EVERY_CODE, self.first, self.next)
        return OffsetAndMetadata(known.done_until(self.beginning), known.written())


async def replay(kafka: KafkaSettings, wanted: Wanted, *, group: str, deadline: float) -> Report:
    """Send what is wanted and was not sent before. Raises Unavailable; what was sent until then is remembered."""
    report = Report()
    async with beside(kafka, DEAD.name, group) as consumer, Publisher(kafka, client_id=group, deadline=deadline) as publisher:
        await publisher.opened(within=deadline)
        reels = await _reels(consumer, kafka, wanted, group)
        while running := [reel for reel in reels if not reel.is_over]:
            for reel in running:
                is_enough = await _send_some(consumer, publisher, reel, wanted, report)
                await consumer.commit({reel.partition: reel.progress(wanted.code)})
                if is_enough:
                    return report
    return report


async def _send_some(consumer: AIOKafkaConsumer, publisher: Publisher, reel: Reel, wanted: Wanted, report: Report) -> bool:
    """Take a few records of the reel further; True when as many were sent as were wanted."""
    taken = await consumer.getmany(reel.partition, timeout_ms=int(1000 * POLL_SECONDS), max_records=BATCH)
    outgoing: list[Encoded] = []
    is_enough = False
    sent: Counter[str] = Counter()
    for record in taken.get(reel.partition, ()):
        if record.offset >= reel.end:
            break
        if wanted.limit is not None and report.sent.total() + sent.total() >= wanted.limit:
            is_enough = True
            break
        reel.next = record.offset + 1
        code, original = _original(record)
        if not _is_wanted(code, record.offset, reel, wanted):
            continue
        if original is None:
            report.unsendable[code] += 1
            continue
        outgoing.append(original)
        sent[code] += 1
    await publisher.publish(outgoing)
    report.sent.update(sent)
    if not is_enough:
        # Records that compaction or a transaction took away are passed as well.
        reel.next = max(reel.next, min(reel.end, await consumer.position(reel.partition)))
    return is_enough


def _is_wanted(code: str, offset: int, reel: Reel, wanted: Wanted) -> bool:
    return wanted.code in (None, code) and not reel.replayed.holds(offset, code)


def _original(record: ConsumerRecord) -> tuple[str, Encoded | None]:
    """The code of a dead letter and the record that was buried; None where there is nothing to send or nowhere to send it."""
    try:
        dead = decode(record, ContactDead).event
    except Undecodable as error:
        return error.code, None
    if dead.record_value is None or dead.position.topic not in TOPIC_NAMES:
        return dead.code, None
    headers = tuple((header.name, header.value) for header in dead.record_headers)
    return dead.code, Encoded(dead.position.topic, dead.record_key, dead.record_value, headers)


async def _reels(consumer: AIOKafkaConsumer, kafka: KafkaSettings, wanted: Wanted, group: str) -> list[Reel]:
    partitions = sorted(consumer.assignment())
    ends = await consumer.end_offsets(partitions)
    beginnings = await consumer.beginning_offsets(partitions)
    firsts = await _firsts(consumer, partitions, wanted.since)
    reels = []
    for known in await committed(kafka, group, partitions):
        partition = known.partition
        beginning, end = beginnings[partition], ends[partition]
        first = max(beginning, end if (at := firsts[partition]) is None else at)
        consumer.seek(partition, first)
        reels.append(Reel(partition, beginning, first, first, end, Replayed.read(known.metadata).since(beginning)))
    return reels


async def _firsts(
    consumer: AIOKafkaConsumer, partitions: Sequence[TopicPartition], since: datetime | None
) -> dict[TopicPartition, int | None]:
    """The offset that each partition is begun at; None where nothing in it is recent enough."""
    if since is None:
        return dict.fromkeys(partitions, 0)
    found = await first_since(consumer, partitions, since)
    return {partition: None if at is None else at.offset for partition, at in found.items()}
