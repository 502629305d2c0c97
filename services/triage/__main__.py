"""
`python -m services.triage`: settings → model, rules, remedies → pipeline and HTTP. The only place where triage is wired.

`python -m services.triage replay`: send dead letters again.
"""

import argparse
import asyncio
import sys
from datetime import UTC, datetime
from uuid import uuid4

from prometheus_client import CollectorRegistry

from services.triage.api import Previews, create_app
from services.triage.attendance import Attendance, Member
from services.triage.burial import BurialsInARow
from services.triage.decide import Known
from services.triage.desk import Desk
from services.triage.desk import Reader as Reads
from services.triage.metrics import Metrics
from services.triage.pipeline import Pipeline
from services.triage.reading import Reader
from services.triage.remedies import RemedyBook
from services.triage.replay import Wanted, replay
from services.triage.rules import Routes
from services.triage.settings import TriageSettings
from services.triage.shelf import Shelf
from shared.clock import utc_now
from shared.credentials import Credentials
from shared.errors import FailbetterError, Rejected
from shared.events import Versioned
from shared.kafka import KafkaSettings, LagCollector, Publisher
from shared.settings import EX_CONFIG, load
from shared.tasks import Lifetime, end_on_signal, run
from shared.telemetry import configure_logging
from shared.web import serve


async def main(settings: TriageSettings, kafka: KafkaSettings, *, reader: Reads, routes: Routes) -> None:
    """Triage until told to stop; then finish the batch in flight and commit it."""
    lifetime = Lifetime()
    registry = CollectorRegistry()
    metrics = Metrics.on(registry)
    lag = LagCollector("triage", utc_now)
    registry.register(lag)
    publisher = Publisher(kafka, client_id=settings.group, deadline=settings.deadline_seconds)
    metrics.publisher_open.set_function(lambda: publisher.is_open)
    member = Member(run=uuid4().hex, instance=settings.instance)
    attendance = Attendance(kafka, group=settings.group, member=member, deadline=settings.deadline_seconds)
    remedies = RemedyBook()
    shelf = Shelf(kafka, lifetime, remedies, metrics)
    known = Known(
        routes, remedies, Versioned(name=reader.name, version=reader.version), settings.reading, settings.publishes_routes
    )

    async def broker() -> str | None:
        return None if publisher.is_open else "the brokers are away"

    async def partitions() -> str | None:
        return None if attendance.is_assigned else "no partitions are assigned yet"

    async def book() -> str | None:
        return None if shelf.is_read.is_set() else "the remedy book is not read yet"

    with Desk(reader, known, clock=utc_now, metrics=metrics) as desk:
        pipeline = Pipeline(
            kafka=kafka,
            lifetime=lifetime,
            group=settings.group,
            member=member,
            batch_records=settings.batch_records,
            deaths_limit=settings.deaths_limit,
            desk=desk,
            attendance=attendance,
            burials=BurialsInARow(settings.burials_limit),
            publisher=publisher,
            metrics=metrics,
            lag=lag,
            clock=utc_now,
        )
        credentials = None if settings.credentials_file is None else Credentials(settings.credentials_file)
        previews = Previews(desk, clock=utc_now, at_a_time=settings.previews, credentials=credentials)
        checks = {"broker": broker, "partitions": partitions, "remedies": book}
        app = create_app(previews=previews, lifetime=lifetime, registry=registry, checks=checks)
        async with publisher, asyncio.TaskGroup() as tasks:
            tasks.create_task(end_on_signal(lifetime, settings))
            tasks.create_task(serve(app, settings, lifetime))
            tasks.create_task(shelf.keep())
            tasks.create_task(_after(shelf, lifetime, pipeline))


async def _after(shelf: Shelf, lifetime: Lifetime, pipeline: Pipeline) -> None:
    # The first contact, too, should meet every remedy that is known.
    while not shelf.is_read.is_set() and not lifetime.stopping.is_set():
        await lifetime.pause(0.05)
    await pipeline.run()


def _serve() -> None:
    settings, kafka = load(TriageSettings, KafkaSettings)
    try:
        routes = Routes.load(settings.rules)
        reader = Reader.load(settings.model, threads=settings.threads)
    except (Rejected, ValueError) as error:
        print(error, "The service did not start.", sep="\n", file=sys.stderr)
        raise SystemExit(EX_CONFIG) from None
    run("triage", settings, main(settings, kafka, reader=reader, routes=routes))


def _replay(said: argparse.Namespace) -> None:
    settings, kafka = load(TriageSettings, KafkaSettings)
    configure_logging("triage", "error")
    wanted = Wanted(said.code, said.since, said.limit)
    group = f"{settings.group}-replay"
    try:
        report = asyncio.run(replay(kafka, wanted, group=group, deadline=settings.deadline_seconds))
    except FailbetterError as error:
        raise SystemExit(f"Not everything was sent: {error}. What was sent is remembered; run it again.") from None
    for code, count in sorted(report.sent.items()):
        print(f"sent again: {count:>7}  {code}")
    for code, count in sorted(report.unsendable.items()):
        print(f"left alone: {count:>7}  {code} (its bytes are not in the dead letter, or its topic is not ours)")
    print(f"{report.sent.total()} dead letters were sent again.")


def _moment(said: str) -> datetime:
    moment = datetime.fromisoformat(said)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _count(said: str) -> int:
    count = int(said)
    if count < 1:
        raise ValueError
    return count


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m services.triage", description="Triage contacts, until told to stop.")
    commands = parser.add_subparsers(dest="command")
    again = commands.add_parser(
        "replay", help="send dead letters to where they came from, each once", description=_replay.__doc__
    )
    again.add_argument("--code", help="only those buried under this code: undecodable, rejected, died, …")
    again.add_argument("--since", type=_moment, help="only those buried since this moment, ISO 8601; UTC where no zone is given")
    again.add_argument("--limit", type=_count, help="so many at most")
    return parser.parse_args()


if __name__ == "__main__":
    said = _arguments()
    if said.command == "replay":
        _replay(said)
    else:
        _serve()
