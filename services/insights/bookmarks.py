"""
Where reading goes on in each partition: where PostgreSQL says, not where Kafka does.

A partition is read only once its bookmark is placed. Whatever was fetched before that is dropped and fetched again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition

from services.insights.rules.suspicion import Attempt, Suspicion, suspect
from services.insights.store import offsets
from services.insights.store.connection import Pool, transaction
from services.insights.store.offsets import Log, Overtaken, Standing, Stretch
from shared.errors import FailbetterError
from shared.kafka import Batch, KafkaSettings
from shared.kafka.identity import identify

log = structlog.get_logger(__name__)


class LogIsShorter(FailbetterError):
    """A log ends before what was counted of it. Reading on would count new records as old ones, so the service stops."""

    code = "log_is_shorter"


@dataclass(frozen=True, slots=True)
class Portion:
    """Records that are counted together, in the order of each log; `deaths` is how often a process died at the only one of them."""

    records: tuple[ConsumerRecord, ...]
    stretches: tuple[Stretch, ...]
    attempts: tuple[Attempt, ...]
    deaths: int = 0


@dataclass(frozen=True, slots=True)
class _Mark:
    log: Log
    position: int
    suspicion: Suspicion | None


@dataclass(frozen=True, slots=True)
class _Run:
    """Neighbouring records of one log, which stands at `start`."""

    log: Log
    start: int
    records: tuple[ConsumerRecord, ...]

    @property
    def until(self) -> int:
        return int(self.records[-1].offset) + 1


class Bookmarks(ConsumerRebalanceListener):  # type: ignore[misc] # aiokafka has no types
    """The marks of the partitions that this process was assigned."""

    def __init__(self, kafka: KafkaSettings, pool: Pool) -> None:
        self._kafka = kafka
        self._pool = pool
        self._marks: dict[TopicPartition, _Mark] = {}

    def on_partitions_revoked(self, _revoked: Iterable[TopicPartition]) -> None:
        """Who is assigned them next asks PostgreSQL where they stand; so does this process, if it is the one."""
        self.drop()

    def on_partitions_assigned(self, _assigned: Iterable[TopicPartition]) -> None:
        """Nothing is read of them until `place` was called."""
        self.drop()

    def drop(self) -> None:
        """Nothing is known any more: `place` asks again."""
        self._marks.clear()

    async def place(self, consumer: AIOKafkaConsumer) -> None:
        """
        Go to where each assigned partition stands, if it is not known yet.

        Raises Unavailable when PostgreSQL or the brokers do not say, LogIsShorter when what was counted is not there any more.
        """
        missing = [partition for partition in consumer.assignment() if partition not in self._marks]
        if not missing:
            return
        consumer.pause(*missing)
        topics = await identify(self._kafka, sorted({partition.topic for partition in missing}))
        beginnings = await consumer.beginning_offsets(missing)
        ends = await consumer.end_offsets(missing)
        logs = {
            partition: Log(
                topics[partition.topic].cluster, partition.topic, topics[partition.topic].topic_id, partition.partition
            )
            for partition in missing
        }
        async with transaction(self._pool) as connection:
            standings = await offsets.enter(connection, {logs[partition]: beginnings[partition] for partition in missing})
        for partition in set(missing) & consumer.assignment():
            mark = _mark(logs[partition], standings[logs[partition]], ends[partition])
            consumer.seek(partition, max(mark.position, beginnings[partition]))
            _note_expired(mark, beginnings[partition])
            self._marks[partition] = mark
        consumer.resume(*(set(missing) & consumer.assignment()))

    def portions(self, batch: Batch) -> list[Portion]:
        """
        The batch as it should be counted: where a process died, one record at a time, and those first.

        Raises Overtaken when a log went back behind its mark.
        """
        alone: list[Portion] = []
        together: list[_Run] = []
        for partition, records in batch.items():
            mark = self._marks.get(partition)
            if mark is None:
                continue
            if records[0].offset < mark.position:
                raise Overtaken("a log went back behind what was counted of it")
            singles = [record for record in records if mark.suspicion and record.offset < mark.suspicion.until]
            start = mark.position
            for record in singles:
                alone.append(_single(mark, start, record))
                start = record.offset + 1
            if rest := records[len(singles) :]:
                together.append(_Run(mark.log, start, tuple(rest)))
        return [*alone, _together(together)] if together else alone

    def done(self, portion: Portion) -> None:
        """These records are counted: reading goes on behind them."""
        until = {stretch.log: stretch.until for stretch in portion.stretches}
        self._marks = {
            partition: _moved(mark, until[mark.log]) if mark.log in until else mark for partition, mark in self._marks.items()
        }


def _mark(log: Log, standing: Standing, end: int) -> _Mark:
    if end < standing.next_offset:
        raise LogIsShorter(
            f"{log.topic}, partition {log.partition}, ends at offset {end}, but {standing.next_offset} records of it were counted. "  # noqa: S608 - read by people, not run
            "Either this is another cluster than before (check KAFKA_BOOTSTRAP_SERVERS and DATABASE_URL), or the topic was emptied or "
            "made again. If the records in it now are new ones, forget where the old log stood and start again: DELETE FROM "
            f"stream_offsets WHERE cluster = '{log.cluster}' AND topic = '{log.topic}' AND topic_id = '{log.topic_id}'. "
            "Contacts that are known already are not counted again."
        )
    return _Mark(log, standing.next_offset, suspect(standing.unfinished))


def _note_expired(mark: _Mark, beginning: int) -> None:
    if beginning > mark.position:
        log.error("sink.records_expired", topic=mark.log.topic, partition=mark.log.partition, records=beginning - mark.position)


def _single(mark: _Mark, start: int, record: ConsumerRecord) -> Portion:
    deaths = mark.suspicion.deaths_at(record.offset) if mark.suspicion else 0
    until = record.offset + 1
    return Portion((record,), (Stretch(mark.log, start, until),), (Attempt(record.offset, until, deaths),), deaths)


def _together(runs: Sequence[_Run]) -> Portion:
    return Portion(
        records=tuple(record for run in runs for record in run.records),
        stretches=tuple(Stretch(run.log, run.start, run.until) for run in runs),
        attempts=tuple(Attempt(run.records[0].offset, run.until) for run in runs),
    )


def _moved(mark: _Mark, until: int) -> _Mark:
    over = mark.suspicion is None or until >= mark.suspicion.until
    return replace(mark, position=until, suspicion=None if over else mark.suspicion)
