"""What triage costs, against raw consume loops; and what of it is reading, what is Kafka, codec and routing."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bench.backlog import Backlog, backlog
from bench.contacts import received, triaged
from bench.ground import Ground
from bench.measure import Clock, Rounds
from bench.report import Report, microseconds
from deploy.local import Child
from services.triage.settings import TriageSettings
from shared.events import RECEIVED, Encoded

PASSING, WRITING = "raw loop", "raw loop, output of triage's size"
UNREAD, TRIAGE = "triage, reading nothing", "triage"
BATCH = int(TriageSettings.model_fields["batch_records"].default)
OUT = "bench.sent-on"
WARM_UP = 10
"""So much less is taken before each measurement, unmeasured."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured: in every round so many `contacts`, or so many that are `read`, which takes milliseconds each."""

    contacts: int = 2_000
    read: int = 96


FULL = Size()


async def measure(ground: Ground, size: Size = FULL, *, rounds: int) -> tuple[Report, ...]:
    """Every subject in turn, round by round; each finds its contacts all there when it begins."""
    costs = Rounds()
    output = len(triaged(1, run=0)[0].value)
    async with (
        backlog(ground.running.bootstrap_servers) as waiting,
        _loop(ground, waiting, "passing", "--copies", "1") as passing,
        _loop(ground, waiting, "writing", "--copies", "2", "--bytes", str(output)) as writing,
    ):
        for run in range(rounds):
            measured = _Round(costs, waiting, run)
            await measured.add(PASSING, passing, size.contacts, topic=_own_topic("passing"))
            await measured.add(WRITING, writing, size.contacts, topic=_own_topic("writing"))
            async with _triage(ground, waiting, "unread", "bench.baselines.triage_unread") as child:
                await measured.add(UNREAD, child, size.contacts, topic=RECEIVED.name)
            async with _triage(ground, waiting, "triage", "services.triage") as child:
                await measured.add(TRIAGE, child, size.read, topic=RECEIVED.name)
    return (_report(costs, size, rounds, output),)


def _report(costs: Rounds, size: Size, rounds: int, output: int) -> Report:
    return Report.of(
        costs,
        "Triage",
        measured=f"CPU time of the consuming process. {rounds} rounds of {size.contacts:,} contacts ({size.read:,} where they are "
        f"read; 380 characters of text) for each line, {RECEIVED.partitions} partitions, up to {BATCH} records a batch.",
        subjects=(PASSING, WRITING, UNREAD, TRIAGE),
        baselines=(PASSING, WRITING),
        notes=(
            (
                "A raw loop is getmany → send → commit. The first sends each record on as it came; the second sends two records of the size of "
                f"a triaged contact ({output:,} bytes) for each, since triage says it on contacts.triaged and on a route."
            ),
            (
                f"Beyond the second loop, what is not reading (codec, decision, routing, who is at work where, metrics): "
                f"{microseconds(costs.rest(UNREAD, WRITING))} µs. Reading: {microseconds(costs.rest(TRIAGE, UNREAD))} µs."
            ),
            f"Contacts a core and second: {1e6 / costs.cost(TRIAGE).median:,.0f}; without reading {1e6 / costs.cost(UNREAD).median:,.0f}.",
        ),
    )


@dataclass(frozen=True, slots=True)
class _Round:
    costs: Rounds
    waiting: Backlog
    run: int

    async def add(self, subject: str, child: Child, contacts: int, *, topic: str) -> None:
        said = received(contacts, run=self.run)
        await self._seconds(child, topic, said[: max(1, contacts // WARM_UP)])
        self.costs.add(subject, await self._seconds(child, topic, said), contacts)

    async def _seconds(self, child: Child, topic: str, records: list[Encoded]) -> float:
        [seconds] = await self.waiting.seconds(child, Clock(child.pid), group=child.name, topic=topic, records=records)
        return seconds


@asynccontextmanager
async def _loop(ground: Ground, waiting: Backlog, name: str, *options: str) -> AsyncIterator[Child]:
    await waiting.create(_own_topic(name), OUT, partitions=RECEIVED.partitions)
    arguments = (_own_topic(name), name, "--batch", str(BATCH), "--to", OUT, *options)
    async with ground.program(name, "bench.baselines.consume", *arguments) as child:
        yield child


@asynccontextmanager
async def _triage(ground: Ground, waiting: Backlog, group: str, module: str) -> AsyncIterator[Child]:
    # Both triages read one topic: each runs alone, and begins behind what the other had.
    await waiting.skip(group=group, topic=RECEIVED.name)
    async with ground.server(group, module, port_in="TRIAGE_PORT", TRIAGE_GROUP=group) as service:
        yield service.child


def _own_topic(name: str) -> str:
    return f"bench.{name}"
