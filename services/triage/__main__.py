"""
`python -m services.triage`: settings → model, rules, remedies → pipeline and HTTP. The only place where triage is wired.

`python -m services.triage replay`: send dead letters again.

`python -m services.triage reread --since …`: read what was received again, under a higher reading.

`python -m services.triage train areas.yaml`: learn a company's own areas; `corrections`: what people corrected, to learn from.
"""

import argparse
import asyncio
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self
from uuid import uuid4

from aiokafka import TopicPartition
from prometheus_client import CollectorRegistry

from services.triage.api import create_app
from services.triage.areas.current import Current
from services.triage.attendance import Attendance, Member
from services.triage.burial import BurialsInARow
from services.triage.decide import Known
from services.triage.desk import Desk
from services.triage.desk import Reader as Reads
from services.triage.forgotten import Forgotten
from services.triage.metrics import Metrics
from services.triage.pipeline import Pipeline
from services.triage.previews import Previews
from services.triage.reading import Reader
from services.triage.remedies import RemedyBook
from services.triage.replay import Wanted, replay
from services.triage.reread import Again, plan, until_done
from services.triage.reread_command import DESCRIPTION, Teller, add_reread, count, moment
from services.triage.rules import Routes
from services.triage.settings import TriageSettings
from services.triage.shelf import Remedies, Shelf
from services.triage.train_command import CORRECTIONS, TRAIN, add_corrections, add_train, corrections, train
from shared.clock import utc_now
from shared.credentials import Credentials
from shared.errors import FailbetterError, Rejected
from shared.events import Versioned
from shared.kafka import KafkaSettings, LagCollector, Publisher
from shared.settings import EX_CONFIG, load
from shared.tasks import Lifetime, end_on_signal, run
from shared.telemetry import configure_logging
from shared.web import serve


@dataclass(frozen=True, slots=True)
class Parts:
    """What triaging takes, whether it is done for the first time or again."""

    lifetime: Lifetime
    registry: CollectorRegistry
    metrics: Metrics
    lag: LagCollector
    publisher: Publisher
    member: Member
    attendance: Attendance
    remedies: RemedyBook
    shelf: Shelf

    @classmethod
    def of(cls, settings: TriageSettings, kafka: KafkaSettings, *, group: str) -> Self:
        lifetime, registry = Lifetime(), CollectorRegistry()
        metrics, lag = Metrics.on(registry), LagCollector("triage", utc_now)
        registry.register(lag)
        publisher = Publisher(kafka, client_id=group, deadline=settings.deadline_seconds)
        metrics.publisher_open.set_function(lambda: publisher.is_open)
        member = Member(run=uuid4().hex, instance=settings.instance)
        attendance = Attendance(kafka, group=group, member=member, deadline=settings.deadline_seconds)
        remedies = RemedyBook()
        shelf = Shelf(kafka, lifetime, Remedies(remedies, metrics))
        return cls(lifetime, registry, metrics, lag, publisher, member, attendance, remedies, shelf)

    def pipeline(
        self,
        settings: TriageSettings,
        kafka: KafkaSettings,
        desk: Desk,
        *,
        group: str,
        ends: Mapping[TopicPartition, int] | None = None,
        forgotten: Forgotten | None = None,
    ) -> Pipeline:
        """Through the whole log and on; or to where it is to end, without those who are forgotten."""
        return Pipeline(
            kafka=kafka,
            lifetime=self.lifetime,
            group=group,
            member=self.member,
            batch_records=settings.batch_records,
            deaths_limit=settings.deaths_limit,
            desk=desk,
            attendance=self.attendance,
            burials=BurialsInARow(settings.burials_limit),
            publisher=self.publisher,
            metrics=self.metrics,
            lag=self.lag,
            clock=utc_now,
            ends=ends,
            leaves_out=None if forgotten is None else forgotten.holds,
        )


async def main(
    settings: TriageSettings, kafka: KafkaSettings, *, reader: Reads, routes: Routes, taxonomy: Current | None = None
) -> None:
    """Triage until told to stop; then finish the batch in flight and commit it."""
    parts = Parts.of(settings, kafka, group=settings.group)
    lifetime, publisher, shelf = parts.lifetime, parts.publisher, parts.shelf
    known = Known(
        routes, parts.remedies, Versioned(name=reader.name, version=reader.version), settings.reading, settings.publishes_routes
    )

    async def broker() -> str | None:
        return None if publisher.is_open else "the brokers are away"

    async def partitions() -> str | None:
        return None if parts.attendance.is_assigned else "no partitions are assigned yet"

    async def book() -> str | None:
        return None if shelf.is_read.is_set() else "the remedy book is not read yet"

    areas = taxonomy or Current()
    with Desk(reader, known, clock=utc_now, metrics=parts.metrics, taxonomy=areas) as desk:
        pipeline = parts.pipeline(settings, kafka, desk, group=settings.group)
        credentials = None if settings.credentials_file is None else Credentials(settings.credentials_file)
        previews = Previews(desk, clock=utc_now, at_a_time=settings.previews, credentials=credentials)
        checks = {"broker": broker, "partitions": partitions, "remedies": book}
        app = create_app(previews=previews, lifetime=lifetime, registry=parts.registry, checks=checks)
        async with publisher, asyncio.TaskGroup() as tasks:
            tasks.create_task(end_on_signal(lifetime, settings))
            tasks.create_task(serve(app, settings, lifetime))
            tasks.create_task(shelf.keep())
            tasks.create_task(areas.keep(lifetime, parts.metrics))
            tasks.create_task(_after([shelf], pipeline))


async def again(
    settings: TriageSettings,
    kafka: KafkaSettings,
    wanted: Again,
    *,
    reader: Reads,
    routes: Routes,
    teller: Teller,
    taxonomy: Current | None = None,
) -> bool:
    """Read again what is wanted; True when all of it was read before it was time to stop. Raises NotHigher, Unavailable."""
    group = wanted.group(settings.group)
    parts = Parts.of(settings, kafka, group=group)
    lifetime = parts.lifetime
    planned = await plan(kafka, wanted, group=group, counting=settings.reading)
    model = Versioned(name=reader.name, version=reader.version)
    teller.begin(planned, model)
    known = Known(routes, parts.remedies, model, wanted.reading, publishes_routes=False)
    forgotten = Forgotten()
    erasures = Shelf(kafka, lifetime, forgotten)
    # One taxonomy for all of it: what is read under one reading is placed alike.
    with Desk(reader, known, clock=utc_now, metrics=parts.metrics, taxonomy=taxonomy) as desk:
        pipeline = parts.pipeline(settings, kafka, desk, group=group, ends=planned.ends, forgotten=forgotten)
        async with parts.publisher, asyncio.TaskGroup() as tasks:
            tasks.create_task(end_on_signal(lifetime, settings))
            tasks.create_task(parts.shelf.keep())
            tasks.create_task(erasures.keep())
            tasks.create_task(_after([parts.shelf, erasures], pipeline))
            is_done = await until_done(kafka, lifetime, planned, group=group, every=teller.every, say=teller.progress)
            lifetime.draining.set()
            lifetime.stopping.set()
    teller.end(parts.registry, is_done=is_done)
    return is_done


async def _after(shelves: Sequence[Shelf], pipeline: Pipeline) -> None:
    # The first contact, too, should meet every remedy that is known.
    for shelf in shelves:
        await shelf.until_read()
    await pipeline.run()


def _serve() -> None:
    settings, kafka = load(TriageSettings, KafkaSettings)
    reader, routes, taxonomy = _loaded(settings)
    run("triage", settings, main(settings, kafka, reader=reader, routes=routes, taxonomy=taxonomy))


def _loaded(settings: TriageSettings) -> tuple[Reader, Routes, Current]:
    try:
        reader = Reader.load(settings.model, threads=settings.threads)
        return reader, Routes.load(settings.rules), Current.load(settings.taxonomy)
    except (Rejected, ValueError) as error:
        print(error, "The service did not start.", sep="\n", file=sys.stderr)
        raise SystemExit(EX_CONFIG) from None


def _replay(said: argparse.Namespace) -> None:
    settings, kafka = load(TriageSettings, KafkaSettings)
    configure_logging("triage", "error")
    wanted = Wanted(said.code, said.since, said.limit)
    group = f"{settings.group}-replay"
    try:
        report = asyncio.run(replay(kafka, wanted, group=group, deadline=settings.deadline_seconds))
    except FailbetterError as error:
        raise SystemExit(f"Not everything was sent: {error}. What was sent is remembered; run it again.") from None
    for code, number in sorted(report.sent.items()):
        print(f"sent again: {number:>7}  {code}")
    for code, number in sorted(report.unsendable.items()):
        print(f"left alone: {number:>7}  {code} (its bytes are not in the dead letter, or its topic is not ours)")
    print(f"{report.sent.total()} dead letters were sent again.")


def _reread(said: argparse.Namespace) -> None:
    settings, kafka = load(TriageSettings, KafkaSettings)
    reader, routes, taxonomy = _loaded(settings)
    reread(said, settings, kafka, reader=reader, routes=routes, taxonomy=taxonomy)


def reread(
    said: argparse.Namespace,
    settings: TriageSettings,
    kafka: KafkaSettings,
    *,
    reader: Reads,
    routes: Routes,
    taxonomy: Current | None = None,
) -> None:
    """Run the command, whatever reads. Ends in status 1 when something was left to read, and says how to go on."""
    # Nobody balances load to it, and its own lines say what others would read in the log.
    settings = settings.model_copy(update={"drain_seconds": 0.0, "log_level": "warning"})
    wanted = Again(said.since, said.until, said.reading or settings.reading + 1)
    left: list[str] = []

    async def work() -> None:
        try:
            teller = Teller(wanted, said.every)
            if not await again(settings, kafka, wanted, reader=reader, routes=routes, teller=teller, taxonomy=taxonomy):
                left.append(f"Stopped before the end. The same again with --reading {wanted.reading} goes on from here.")
        except FailbetterError as error:
            left.append(str(error))

    run("triage", settings, work())
    if left:
        raise SystemExit(left[0])


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m services.triage", description="Triage contacts, until told to stop.")
    commands = parser.add_subparsers(dest="command")
    _add_replay(commands.add_parser("replay", help="send dead letters to where they came from, each once"))
    add_reread(
        commands.add_parser("reread", help="read what was received again, under a higher reading", description=DESCRIPTION)
    )
    add_train(commands.add_parser("train", help="learn your own areas from a YAML of examples", description=TRAIN))
    add_corrections(
        commands.add_parser("corrections", help="print what people corrected, to learn from", description=CORRECTIONS)
    )
    return parser.parse_args()


def _add_replay(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--code", help="only those buried under this code: undecodable, rejected, died, …")
    parser.add_argument("--since", type=moment, help="only those buried since this moment, ISO 8601; UTC where no zone is given")
    parser.add_argument("--limit", type=count, help="so many at most")


if __name__ == "__main__":
    said = _arguments()
    commands = {None: lambda _: _serve(), "replay": _replay, "reread": _reread, "train": train, "corrections": corrections}
    commands[said.command](said)
