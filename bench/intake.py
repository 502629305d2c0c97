"""What intake costs, against a bare ASGI echo and against the echo that FastAPI's tutorial teaches."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bench.contacts import bodies
from bench.ground import Ground, port_of
from bench.load import post, send
from bench.measure import Clock, Rounds
from bench.report import Report
from deploy.local.services import Service

ASGI, FASTAPI = "ASGI echo", "FastAPI + pydantic echo"
SINGLE, BATCH, STREAM = "intake, one contact a request", "intake, batches of 100", "intake, NDJSON stream"


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured. Each subject takes `contacts` in every round, over the same number of `connections`."""

    contacts: int = 3_200
    connections: int = 16
    batch: int = 100
    stream: int = 1_600
    warm_up: int = 320


FULL = Size()


async def measure(ground: Ground, size: Size = FULL, *, rounds: int) -> tuple[Report, ...]:
    """Every subject in turn, round by round; each round sends contacts that are new."""
    costs = Rounds()
    async with (
        ground.server("asgi-echo", "bench.baselines.asgi_echo", port_in="ECHO_PORT") as asgi,
        ground.server("fastapi-echo", "bench.baselines.fastapi_echo", port_in="ECHO_PORT") as fastapi,
        ground.server("intake", "services.intake", port_in="INTAKE_PORT") as intake,
    ):
        servers = _Servers(asgi, fastapi, intake, ground.api_key)
        await _round(Rounds(), servers, replace(size, contacts=size.warm_up), 0)
        for run in range(1, rounds + 1):
            await _round(costs, servers, size, run)
    return (_report(costs, size, rounds),)


@dataclass(frozen=True, slots=True)
class _Servers:
    asgi: Service
    fastapi: Service
    intake: Service
    key: str


def _report(costs: Rounds, size: Size, rounds: int) -> Report:
    return Report.of(
        costs,
        "Intake",
        measured=f"CPU time of the server process. {rounds} rounds of {size.contacts:,} contacts ({len(bodies(1, run=0)[0])} bytes of "
        f"JSON, 380 of them text) for each line, {size.connections} connections, closed loop; streams of {size.stream:,} lines.",
        subjects=(ASGI, FASTAPI, SINGLE, BATCH, STREAM),
        baselines=(ASGI, FASTAPI),
        notes=(
            "All five run on the same uvicorn (uvloop, httptools, no access log). The echoes check no key, publish nothing and count nothing.",
            "Intake has everything on: key, limits, validation, pseudonym, fingerprint, publish, the broker's acknowledgement, metrics, trace.",
            (
                f"Contacts a core and second: {1e6 / costs.cost(SINGLE).median:,.0f} one by one, {1e6 / costs.cost(BATCH).median:,.0f} in "
                f"batches, {1e6 / costs.cost(STREAM).median:,.0f} streamed."
            ),
        ),
    )


async def _round(costs: Rounds, servers: _Servers, size: Size, run: int) -> None:
    # Three times as many contacts as one subject takes: intake is never sent the same one again.
    said, key = bodies(3 * size.contacts, run=run), servers.key
    ones, batched, streamed = said[: size.contacts], said[size.contacts : -size.contacts], said[-size.contacts :]
    singles = [post("/v1/contacts", body, key=key) for body in ones]
    batches = [_batch(part, key) for part in _parts(batched, size.batch)]
    streams = [_stream(part, key) for part in _parts(streamed, size.stream)]
    for subject, server, requests, status in (
        (ASGI, servers.asgi, singles, 200),
        (FASTAPI, servers.fastapi, singles, 200),
        (SINGLE, servers.intake, singles, 202),
        (BATCH, servers.intake, batches, 202),
        (STREAM, servers.intake, streams, 202),
    ):
        clock = Clock(server.child.pid)
        before = clock.seconds()
        await send(requests, port=port_of(server), connections=size.connections, status=status)
        costs.add(subject, clock.seconds() - before, size.contacts)


def _parts(said: Sequence[bytes], size: int) -> list[Sequence[bytes]]:
    return [said[start : start + size] for start in range(0, len(said), size)]


def _batch(said: Sequence[bytes], key: str) -> bytes:
    return post("/v1/contacts/batch", b'{"contacts":[' + b",".join(said) + b"]}", key=key)


def _stream(said: Sequence[bytes], key: str) -> bytes:
    return post("/v1/contacts/batch", b"\n".join(said), media_type="application/x-ndjson", key=key)
