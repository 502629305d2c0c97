"""What intake does with more than it can take: goodput and latency up to the knee and beyond it, memory, and what neighbours notice."""

import asyncio
import itertools
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import psutil

from bench.contacts import bodies
from bench.ground import Ground, port_of
from bench.load import post, send
from bench.measure import Clock
from bench.openloop import Answers, offer
from bench.picture import Curve, picture
from bench.rawclient import publish_openly
from bench.report import table
from deploy.local.services import Service
from shared.credentials import Limits, Scope, add_key, create_key

TIMES_ITS_LIMIT: Final = 10
IS_GOOD: Final = 0.98
QUICK: Final = 0.1
"""Seconds. Goodput is what was accepted within them."""
TRIES: Final = 2
ACCEPTED: Final = 202


@dataclass(frozen=True, slots=True)
class Size:
    """How long each rate is offered, in seconds; which parts of what a closed loop takes are tried; what a noisy tenant may send a second."""

    seconds: float = 8.0
    step_seconds: float = 4.0
    steps: tuple[float, ...] = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.5, 2.0)
    closed: int = 4_000
    limit: float = 30.0


@dataclass(frozen=True, slots=True)
class Row:
    """One rate: requests a second, latencies of the accepted in seconds, memory of the process in bytes, its share of a core."""

    what: str
    offered: float
    good: float
    accepted: float
    refused: float
    given_up: float
    p50: float
    p99: float
    memory: int
    core: float

    @property
    def is_good(self) -> bool:
        return self.good >= IS_GOOD * self.offered


@dataclass(frozen=True, slots=True)
class Overload:
    """What was measured. Of the raw client and intake at half the knee: the median p50 and p99 of the rounds, in seconds."""

    knee: float
    curve: tuple[Row, ...]
    rows: tuple[Row, ...]
    raw: tuple[float, float]
    intake: tuple[float, float]
    linger: float
    settled_after: float
    neighbour: tuple[float, float]

    def printed(self) -> str:
        """In Markdown."""
        at = {row.what: row for row in self.rows}
        knee, more, much = (at[f"{times:g} x the knee"] for times in (1, 1.2, 5))
        shown = [
            ["knee (the highest rate of which 98 % is accepted within 100 ms)", "", f"{self.knee:,.0f}/s"],
            ["at half the knee, p50", f"linger + 3 ms = {1e3 * self.linger + 3:.0f} ms", f"{1e3 * self.intake[0]:.1f} ms"],
            ["the same of a raw client, p50", "", f"{1e3 * self.raw[0]:.1f} ms"],
            [
                "at half the knee, p99",
                f"5 x a raw client's {1e3 * self.raw[1]:.1f} = {5e3 * self.raw[1]:.0f} ms",
                f"{1e3 * self.intake[1]:.1f} ms",
            ],
            ["goodput at 1.2 x the knee, to that at the knee", "0.9", f"{more.good / max(knee.good, 1.0):.2f}"],
            ["accepted at 5 x the knee, to what was at the knee", "", f"{much.accepted / max(knee.accepted, 1.0):.2f}"],
            ["within 100 ms at 5 x the knee, to what was at the knee", "", f"{much.good / max(knee.good, 1.0):.2f}"],
            ["memory at 5 x the knee, to that at the knee", "bounded", f"{much.memory / knee.memory:.2f}"],
            ["p99 of what is accepted at 5 x the knee", "bounded", f"{1e3 * much.p99:.0f} ms"],
            ["full service again after 5 x the knee", "5 s", f"{self.settled_after:.1f} s"],
            [f"accepted beside a tenant at {TIMES_ITS_LIMIT} x its limit, to what is alone", "0.95", f"{self.neighbour[0]:.2f}"],
            ["the same, accepted within 100 ms", "", f"{self.neighbour[1]:.2f}"],
        ]
        return "\n".join(
            [
                "## Overload",
                "",
                "Open loop, Poisson arrivals, a new contact each; client and broker share the machine. Latency counts from when a request was due.",
                "",
                *table(["", "wanted", "measured"], shown),
                "",
                *_table([*self.curve, *self.rows]),
            ]
        )

    def picture(self) -> tuple[str, str]:
        """The name of a file, and the curve as SVG."""
        rows = sorted(self.curve, key=lambda row: row.offered)
        offered = [row.offered for row in rows]
        return "knee.svg", picture(
            "Contacts offered a second, one a request",
            offered,
            (
                Curve("accepted, a second", [row.accepted for row in rows]),
                Curve("p50, ms", [1e3 * row.p50 for row in rows], is_logarithmic=True),
                Curve("p99, ms", [1e3 * row.p99 for row in rows], is_logarithmic=True),
            ),
            mark=self.knee,
        )


async def measure(ground: Ground, size: Size = Size(), *, rounds: int) -> tuple[Overload, ...]:
    """The curve once, half the knee in `rounds`: intake and the raw client in turn."""
    limited = _limited_key(Path(ground.environment["INTAKE_CREDENTIALS_FILE"]), size.limit)
    async with ground.server("intake", "services.intake", port_in="INTAKE_PORT") as intake:
        run = _Run(intake, ground.api_key)
        closed = await _closed(run, size)
        curve = [await _step(run, closed * step, size) for step in size.steps]
        # Where no rate was good the machine is too busy to find a knee on, and the least is taken.
        knee = max((row.offered for row in curve if row.is_good), default=curve[0].offered)
        raw, alone = [], []
        for _ in range(rounds):
            raw.append(await publish_openly(ground.running.bootstrap_servers, rate=knee / 2, seconds=size.step_seconds))
            alone.append(await run.offer(knee / 2, size.step_seconds))
        rows = [await run.row(f"{times:g} x the knee", knee * times, size.seconds) for times in (1.0, 1.2, 5.0)]
        after = await run.offer(knee / 2, 2 * size.seconds)
        noisy, pairs = replace(run, key=limited), []
        for _ in range(rounds):
            calm = await run.offer(knee / 2, size.step_seconds)
            beside, _ = await asyncio.gather(
                run.offer(knee / 2, size.step_seconds), noisy.offer(size.limit * TIMES_ITS_LIMIT, size.step_seconds)
            )
            pairs.append((beside.rate(ACCEPTED) / calm.rate(ACCEPTED), _good(beside) / max(_good(calm), 1 / calm.seconds)))
    return (
        Overload(
            knee,
            tuple(curve),
            tuple(rows),
            _medians(raw),
            _medians(alone),
            linger=0.002,
            settled_after=settled_after(after),
            neighbour=(statistics.median(pair[0] for pair in pairs), statistics.median(pair[1] for pair in pairs)),
        ),
    )


@dataclass(frozen=True, slots=True)
class _Run:
    intake: Service
    key: str

    async def row(self, what: str, rate: float, seconds: float) -> Row:
        clock = Clock(self.intake.child.pid)
        before = clock.seconds()
        answers = await self.offer(rate, seconds)
        return Row(
            what,
            len(answers.status) / answers.seconds,
            _good(answers),
            answers.rate(ACCEPTED),
            answers.rate(429, 503),
            answers.rate(0),
            answers.quantile(0.5),
            answers.quantile(0.99),
            int(psutil.Process(self.intake.child.pid).memory_info().rss),
            (clock.seconds() - before) / seconds,
        )

    async def offer(self, rate: float, seconds: float) -> Answers:
        return await offer(_contacts(self.key), port=port_of(self.intake), rate=rate, seconds=seconds)


async def _closed(run: _Run, size: Size) -> float:
    """Requests a second that 32 connections get through which send one when the last was answered."""
    loop = asyncio.get_running_loop()
    requests = list(itertools.islice(_contacts(run.key), size.closed))
    began = loop.time()
    await send(requests, port=port_of(run.intake), connections=32, status=202)
    return size.closed / (loop.time() - began)


async def _step(run: _Run, rate: float, size: Size) -> Row:
    """The better of several tries: whatever else this machine does makes one worse, never better."""
    tries: list[Row] = []
    while len(tries) < TRIES and not any(row.is_good for row in tries):
        tries.append(await run.row(f"{rate:,.0f}/s", rate, size.step_seconds))
    return max(tries, key=lambda row: row.good)


def _good(answers: Answers) -> float:
    """Answers a second that were accepted, and in time."""
    each = zip(answers.status, answers.latency, strict=True)
    return sum(status == ACCEPTED and latency <= QUICK for status, latency in each) / answers.seconds


def settled_after(answers: Answers, bin_seconds: float = 0.5) -> float:
    """Seconds until the first half second in which 98 % was accepted in time, and was in the one after it."""
    count = int(answers.seconds / bin_seconds)
    all_of, good = [0] * (count + 1), [0] * (count + 1)
    for due, status, latency in zip(answers.due, answers.status, answers.latency, strict=True):
        all_of[int(due / bin_seconds)] += 1
        good[int(due / bin_seconds)] += status == ACCEPTED and latency <= QUICK
    is_well = [part >= IS_GOOD * whole for part, whole in zip(good, all_of, strict=True)]
    return next((number * bin_seconds for number in range(count - 1) if is_well[number] and is_well[number + 1]), answers.seconds)


def _medians(runs: Sequence[Answers]) -> tuple[float, float]:
    p50, p99 = (statistics.median(answers.quantile(share) for answers in runs) for share in (0.5, 0.99))
    return p50, p99


def _contacts(key: str) -> Iterator[bytes]:
    # The same ones again: how often a contact is sent changes nothing at intake.
    return itertools.cycle([post("/v1/contacts", body, key=key) for body in bodies(1_000, run=0)])


def _limited_key(file: Path, limit: float) -> str:
    key, credential = create_key("noisy", [Scope.CONTACTS_WRITE], now=datetime.now(UTC))
    add_key(file, credential.model_copy(update={"limits": Limits(requests_per_second=limit)}))
    return key


def _table(rows: Sequence[Row]) -> list[str]:
    head = [
        "",
        "offered/s",
        "in 100 ms/s",
        "accepted/s",
        "refused/s",
        "no answer/s",
        "p50 ms",
        "p99 ms",
        "memory MiB",
        "of a core",
    ]
    return table(
        head,
        [
            [
                row.what,
                *(f"{value:,.0f}" for value in (row.offered, row.good, row.accepted, row.refused, row.given_up)),
                *(f"{1e3 * value:.1f}" for value in (row.p50, row.p99)),
                f"{row.memory / 2**20:.0f}",
                f"{row.core:.2f}",
            ]
            for row in rows
        ],
    )
