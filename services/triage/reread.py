"""
`contacts.received`, read again under a higher reading: said to `contacts.triaged` and to nobody else.

The pipeline does it, in a consumer group of its own, beside the one that is running. The group is named by the reading and the
moment it begins at, so whoever says the same again goes on where it stopped, and several processes share the partitions.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from services.triage.attendance import Stretch
from services.triage.group import beside, committed, first_since
from shared.errors import FailbetterError, Unavailable
from shared.events import RECEIVED
from shared.kafka import KafkaSettings
from shared.tasks import Lifetime

LOOK_SECONDS = 1.0
PLAN_SECONDS = 60.0


class NotHigher(FailbetterError):
    """The reading is not above the one that counts already."""


@dataclass(frozen=True, slots=True)
class Again:
    """What to read again: received from `since` to `until`, excluded, or to the end of the log; under which reading."""

    since: datetime
    until: datetime | None
    reading: int

    def group(self, running: str) -> str:
        """The consumer group in which it is remembered how far this was done."""
        since = self.since.astimezone(UTC)
        return f"{running}-reread-{self.reading}-since-{since:%Y%m%dT%H%M%S}.{since.microsecond // 1000:03}Z"


@dataclass(frozen=True, slots=True)
class Plan:
    """Which records are read again, as of the start; `received_at` is the first one's, None where there is none."""

    stretches: tuple[Stretch, ...]
    is_continued: bool
    received_at: datetime | None

    @property
    def records(self) -> int:
        return sum(stretch.end - stretch.first for stretch in self.stretches)

    @property
    def ends(self) -> dict[TopicPartition, int]:
        return {stretch.partition: stretch.end for stretch in self.stretches}


@dataclass(frozen=True, slots=True)
class Progress:
    """How many `of` so many records are done, by whichever process; `a_second` since this one began."""

    done: int
    of: int
    a_second: float

    @property
    def seconds_left(self) -> float | None:
        """None while nothing can be said."""
        return (self.of - self.done) / self.a_second if self.a_second else None


async def plan(kafka: KafkaSettings, again: Again, *, group: str, counting: int) -> Plan:
    """
    What there is to do, and the group's first commit where it has none: nothing is begun yet.

    `counting` is the reading that counts already. Raises NotHigher, Unavailable.
    """
    if again.reading < counting:
        raise NotHigher(f"Reading {again.reading} would count for nothing: TRIAGE_READING is {counting} already.")
    try:
        async with asyncio.timeout(PLAN_SECONDS):
            return await _plan(kafka, again, group=group, counting=counting)
    except TimeoutError as error:
        raise Unavailable(f"the brokers did not say within {PLAN_SECONDS:g} s what there is to read") from error


async def _plan(kafka: KafkaSettings, again: Again, *, group: str, counting: int) -> Plan:
    async with beside(kafka, RECEIVED.name, group) as consumer:
        partitions = sorted(consumer.assignment())
        firsts, ends = await _firsts(consumer, partitions, again.since), await _ends(consumer, partitions, again.until)
        beginnings = {place: min(ends[place], at[0] if (at := firsts[place]) else ends[place]) for place in partitions}
        stands = {place.partition: place.offset for place in await committed(kafka, group, partitions) if place.offset >= 0}
        if not stands and again.reading == counting:
            raise NotHigher(
                f"Reading {again.reading} is TRIAGE_READING already, so insights would keep what it has. Give a higher one, "
                f"or leave --reading out for {counting + 1}."
            )
        if new := {place: at for place, at in beginnings.items() if place not in stands}:
            await consumer.commit(new)
    times = [at[1] for at in firsts.values() if at]
    return Plan(
        tuple(Stretch(place, min(ends[place], stands.get(place, first)), ends[place]) for place, first in beginnings.items()),
        is_continued=bool(stands),
        received_at=datetime.fromtimestamp(min(times) / 1000, UTC) if times else None,
    )


async def _firsts(
    consumer: AIOKafkaConsumer, partitions: Sequence[TopicPartition], since: datetime
) -> dict[TopicPartition, tuple[int, int] | None]:
    """Offset and time of the first record of each partition that is read again."""
    found = await first_since(consumer, partitions, since)
    return {partition: None if at is None else (at.offset, at.timestamp) for partition, at in found.items()}


async def _ends(
    consumer: AIOKafkaConsumer, partitions: Sequence[TopicPartition], until: datetime | None
) -> dict[TopicPartition, int]:
    ends: dict[TopicPartition, int] = await consumer.end_offsets(partitions)
    if until is None:
        return ends
    found = await first_since(consumer, partitions, until)
    return {partition: end if (at := found[partition]) is None else at.offset for partition, end in ends.items()}


async def until_done(
    kafka: KafkaSettings, lifetime: Lifetime, known: Plan, *, group: str, every: float, say: Callable[[Progress], None]
) -> bool:
    """
    Say how far it is, `every` so many seconds; True once everything is read, False when it is time to stop before.

    What is done is what the group has committed, so several processes see the same and end together.
    """
    began = said = time.monotonic()
    progress = Progress(0, known.records, 0.0)
    while not lifetime.stopping.is_set():
        try:
            async with asyncio.timeout(PLAN_SECONDS):
                done = await _done(kafka, known, group)
        except (Unavailable, KafkaError, TimeoutError):
            # Nothing is lost by not knowing; the pipeline itself says that the brokers are away.
            done = progress.done
        now = time.monotonic()
        progress = Progress(done, known.records, done / max(now - began, 0.001))
        if done == known.records:
            say(progress)
            return True
        if now - said >= every:
            say(progress)
            said = now
        await lifetime.pause(LOOK_SECONDS)
    return False


async def _done(kafka: KafkaSettings, known: Plan, group: str) -> int:
    async with beside(kafka, RECEIVED.name, None) as consumer:
        partitions = [stretch.partition for stretch in known.stretches]
        # What retention took away meanwhile needs no reading.
        gone = await consumer.beginning_offsets(partitions)
        stands = {place.partition: place.offset for place in await committed(kafka, group, partitions)}
    return sum(
        min(max(stands[stretch.partition], gone[stretch.partition], stretch.first), stretch.end) - stretch.first
        for stretch in known.stretches
    )
