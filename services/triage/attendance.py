"""
Which process is at work where, so that a death is noticed and the record that causes it is found.

Before records are touched, a note beside the committed offset says so; the commit that follows says that nobody is at work.
Whoever is assigned a partition where somebody still is, and that somebody is no longer in the group, knows that it died there.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import CommitFailedError
from aiokafka.structs import OffsetAndMetadata

from services.triage.group import client_ids, committed
from services.triage.notes import Note
from shared.errors import Unavailable
from shared.kafka import Batch, KafkaSettings

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Member:
    """One life of a process in its group. Several lives may share an `instance`, one after the other."""

    run: str
    instance: str | None = None

    @property
    def name(self) -> str:
        """Its client id, by which the brokers show it."""
        return f"{self.instance or ''}/{self.run}"

    def succeeds(self, name: str) -> bool:
        """Whether that was an earlier life of the same instance."""
        return self.instance is not None and name.startswith(f"{self.instance}/") and name != self.name


@dataclass(frozen=True, slots=True)
class Stretch:
    """Neighbouring records of one partition: from offset `first` up to `end`, excluded."""

    partition: TopicPartition
    first: int
    end: int


@dataclass(frozen=True, slots=True)
class Portion:
    """Records that are worked on together, in order; `deaths` is how often a process died at the only one of them."""

    records: tuple[ConsumerRecord, ...]
    stretches: tuple[Stretch, ...]
    deaths: int = 0

    @property
    def is_alone(self) -> bool:
        return len(self.records) == 1


@dataclass(frozen=True, slots=True)
class Place:
    """Where a partition stands: its committed offset and the note beside it."""

    partition: TopicPartition
    offset: int
    note: Note

    def deaths_at(self, offset: int) -> int:
        """How many deaths the record at `offset` answers for."""
        if offset == self.offset:
            return self.note.deaths
        return self.note.in_company if offset < self.note.until else 0

    def moved(self, offset: int) -> "Place":
        """The place when the next record turns out to be at `offset`, because those before it are gone."""
        return Place(self.partition, offset, self.note.model_copy(update={"deaths": self.deaths_at(offset)}))


class Attendance(ConsumerRebalanceListener):  # type: ignore[misc]
    """
    Commits, and the notes beside them, in the name of `member`.

    Between a rebalance, or a refused commit, and the next assignment nothing is begun: what was fetched comes again.
    """

    def __init__(self, kafka: KafkaSettings, *, group: str, member: Member, deadline: float) -> None:
        self._kafka = kafka
        self._group = group
        self._member = member
        self._deadline = deadline
        self._is_assigned = False
        self._term = 0
        self._places: dict[TopicPartition, Place] = {}

    @property
    def is_assigned(self) -> bool:
        """Whether this process has its share of the partitions."""
        return self._is_assigned

    def on_partitions_revoked(self, _revoked: Iterable[TopicPartition]) -> None:
        """What was begun is left to whoever is next, and said again under the same ids."""
        self.leave()

    def on_partitions_assigned(self, _assigned: Iterable[TopicPartition]) -> None:
        """From here on records are begun again."""
        self._is_assigned = True

    def leave(self) -> None:
        """Nothing is known any more, and nothing is begun until the next assignment."""
        self._is_assigned = False
        self._term += 1
        self._places.clear()

    async def portions(self, consumer: AIOKafkaConsumer, batch: Batch) -> list[Portion]:
        """
        The batch as it should be worked on: where a process died, one record at a time, and those first.

        Empty when the records are no longer this process's. Raises Unavailable.
        """
        if any(partition not in self._places for partition in batch):
            await self._learn(consumer)
        if not self._is_assigned or any(partition not in self._places for partition in batch):
            return []
        alone: list[Portion] = []
        together: list[ConsumerRecord] = []
        for partition, records in batch.items():
            place = self._places[partition]
            suspects = [record for record in records if record.offset < place.note.until]
            alone += [Portion((record,), _stretches([record]), place.deaths_at(record.offset)) for record in suspects]
            together += records[len(suspects) :]
        return [*alone, Portion(tuple(together), _stretches(together))] if together else alone

    async def begin(self, consumer: AIOKafkaConsumer, portion: Portion) -> bool:
        """Say that this process is at work. False when the records are no longer its own. Raises Unavailable."""
        if not self._holds(portion):
            return False
        said = []
        for stretch in portion.stretches:
            place = self._places[stretch.partition] = self._places[stretch.partition].moved(stretch.first)
            note = place.note.at_work(self._member.name, is_alone=portion.is_alone, end=stretch.end)
            said.append(Place(stretch.partition, stretch.first, note))
        return await self._commit(consumer, said)

    async def done(self, consumer: AIOKafkaConsumer, portion: Portion) -> bool:
        """Commit: the records are not needed again. False when they were no longer this process's. Raises Unavailable."""
        if not self._holds(portion):
            return False
        for stretch in portion.stretches:
            note = self._places[stretch.partition].note.done(stretch.end)
            self._places[stretch.partition] = Place(stretch.partition, stretch.end, note)
        return await self.rest(consumer, portion)

    async def rest(self, consumer: AIOKafkaConsumer, portion: Portion) -> bool:
        """Say that this process is no longer at work. False when the records were no longer its own. Raises Unavailable."""
        if not self._holds(portion):
            return False
        return await self._commit(consumer, [self._places[stretch.partition] for stretch in portion.stretches])

    def _holds(self, portion: Portion) -> bool:
        return self._is_assigned and all(stretch.partition in self._places for stretch in portion.stretches)

    async def _learn(self, consumer: AIOKafkaConsumer) -> None:
        term = self._term
        try:
            async with asyncio.timeout(self._deadline):
                found = await committed(self._kafka, self._group, sorted(consumer.assignment()))
                places = [Place(one.partition, one.offset, Note.read(one.metadata)) for one in found]
                is_strange = any(place.note.holder not in (None, self._member.name) for place in places)
                alive = await client_ids(self._kafka, self._group) if is_strange else []
        except TimeoutError as error:
            raise Unavailable("the brokers did not say in time where the group stands") from error
        if term == self._term:
            self._places = {place.partition: _taken_over(place, self._member, alive) for place in places}

    async def _commit(self, consumer: AIOKafkaConsumer, places: Sequence[Place]) -> bool:
        term = self._term
        try:
            async with asyncio.timeout(self._deadline):
                await consumer.commit(
                    {place.partition: OffsetAndMetadata(place.offset, place.note.written()) for place in places}
                )
        except CommitFailedError:
            # The group moves on without this process, until it has joined again.
            if term == self._term:
                self.leave()
            return False
        except TimeoutError as error:
            raise Unavailable("the brokers did not take a commit in time") from error
        return True


def _taken_over(place: Place, member: Member, alive: Sequence[str]) -> Place:
    holder = place.note.holder
    # Brokers may go on to show an instance under the client id of an earlier life.
    is_dead = holder is not None and holder != member.name and (holder not in alive or member.succeeds(holder))
    if not is_dead:
        return Place(place.partition, place.offset, place.note.at_rest())
    note = place.note.after_death()
    log.error("triage.died_here", partition=place.partition.partition, offset=place.offset, deaths=note.deaths)
    return Place(place.partition, place.offset, note)


def _stretches(records: Iterable[ConsumerRecord]) -> tuple[Stretch, ...]:
    found: dict[TopicPartition, Stretch] = {}
    for record in records:
        partition = TopicPartition(record.topic, record.partition)
        first = found[partition].first if partition in found else record.offset
        found[partition] = Stretch(partition, first, record.offset + 1)
    return tuple(found.values())
