"""What intake does with more than it can take: goodput and latency at the knee and beyond it, memory, and what neighbours notice."""

import asyncio
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import psutil

from bench.contacts import bodies
from bench.ground import Ground, port_of
from bench.load import post, send
from bench.openloop import Answers, offer
from bench.report import table
from deploy.local.services import Service
from shared.credentials import Limits, Scope, add_key, create_key

OVERLOADS: Final = (1.0, 1.2, 5.0)
TIMES_ITS_LIMIT: Final = 10


@dataclass(frozen=True, slots=True)
class Size:
    """How long each rate is offered, in seconds; how the knee is looked for; and what a neighbour may send a second."""

    seconds: float = 8.0
    step_seconds: float = 3.0
    steps: tuple[float, ...] = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1)
    closed: int = 3_000
    is_good: float = 0.98
    quick: float = 0.1
    limit: float = 30.0


@dataclass(frozen=True, slots=True)
class Row:
    """One rate: requests a second, latencies of the accepted in seconds, memory of the process in bytes."""

    what: str
    offered: float
    accepted: float
    refused: float
    given_up: float
    p50: float
    p99: float
    memory: int

    @classmethod
    def of(cls, what: str, offered: float, answers: Answers, memory: int) -> "Row":
        return cls(
            what,
            offered,
            answers.rate(202),
            answers.rate(429, 503),
            answers.rate(0),
            answers.quantile(0.5),
            answers.quantile(0.99),
            memory,
        )


@dataclass(frozen=True, slots=True)
class Overload:
    """What was measured."""

    knee: float
    rows: tuple[Row, ...]
    settled_after: float
    neighbour: float

    def printed(self) -> str:
        """In Markdown."""
        head = ["", "offered/s", "accepted/s", "refused/s", "no answer/s", "p50 ms", "p99 ms", "memory MiB"]
        rows = [
            [
                row.what,
                f"{row.offered:,.0f}",
                f"{row.accepted:,.0f}",
                f"{row.refused:,.0f}",
                f"{row.given_up:,.0f}",
                f"{row.p50 * 1e3:.1f}",
                f"{row.p99 * 1e3:.1f}",
                f"{row.memory / 2**20:.0f}",
            ]
            for row in self.rows
        ]
        notes = (
            (
                f"Open loop, Poisson arrivals. The knee, {self.knee:,.0f}/s, is the highest rate of which 98 % is accepted with a p99 under "
                "100 ms; client and broker share the machine."
            ),
            f"After five times the knee, at half of it: the last request that was refused or took over 100 ms was due after {self.settled_after:.1f} s.",
            f"A tenant at {TIMES_ITS_LIMIT} times its limit leaves another, at half the knee, {self.neighbour:.1%} of its goodput.",
        )
        return "\n".join(["## Overload", "", *table(head, rows), "", *(f"* {note}" for note in notes)])


async def measure(ground: Ground, size: Size = Size(), *, rounds: int) -> tuple[Overload, ...]:
    """Once: it is about what happens, and takes a minute and a half. `rounds` are for the other parts."""
    del rounds
    limited = _limited_key(Path(ground.environment["INTAKE_CREDENTIALS_FILE"]), size.limit)
    async with ground.server("intake", "services.intake", port_in="INTAKE_PORT") as intake:
        run = _Run(intake, ground.api_key)
        knee = await _knee(run, size)
        rows = [await run.row(f"{times:g} x the knee", knee * times, size.seconds) for times in OVERLOADS]
        after = await run.offer(knee / 2, size.seconds)
        alone = await run.offer(knee / 2, size.seconds)
        noisy = replace(run, key=limited)
        beside, _ = await asyncio.gather(
            run.offer(knee / 2, size.seconds), noisy.offer(size.limit * TIMES_ITS_LIMIT, size.seconds)
        )
        rows += [
            Row.of("alone, at half", knee / 2, alone, run.memory()),
            Row.of("beside a noisy one", knee / 2, beside, run.memory()),
        ]
    return (
        Overload(knee, tuple(rows), after.settled_after(size.quick), beside.rate(202) / max(alone.rate(202), 1 / size.seconds)),
    )


@dataclass(frozen=True, slots=True)
class _Run:
    intake: Service
    key: str

    async def row(self, what: str, rate: float, seconds: float) -> Row:
        return Row.of(what, rate, await self.offer(rate, seconds), self.memory())

    async def offer(self, rate: float, seconds: float) -> Answers:
        return await offer(_contacts(self.key), port=port_of(self.intake), rate=rate, seconds=seconds)

    def memory(self) -> int:
        return int(psutil.Process(self.intake.child.pid).memory_info().rss)


async def _knee(run: _Run, size: Size) -> float:
    loop, contacts = asyncio.get_running_loop(), _contacts(run.key)
    requests = list(itertools.islice(contacts, size.closed))
    began = loop.time()
    await send(requests, port=port_of(run.intake), connections=32, status=202)
    closed = size.closed / (loop.time() - began)
    knee = closed * size.steps[0]
    for step in size.steps:
        answers = await run.offer(closed * step, size.step_seconds)
        if answers.rate(202) < size.is_good * len(answers.status) / size.step_seconds or answers.quantile(0.99) > size.quick:
            break
        knee = closed * step
    return knee


def _contacts(key: str) -> Iterator[bytes]:
    # The same ones again: how often a contact is sent changes nothing at intake.
    return itertools.cycle([post("/v1/contacts", body, key=key) for body in bodies(1_000, run=0)])


def _limited_key(file: Path, limit: float) -> str:
    key, credential = create_key("noisy", [Scope.CONTACTS_WRITE], now=datetime.now(UTC))
    add_key(file, credential.model_copy(update={"limits": Limits(requests_per_second=limit)}))
    return key
