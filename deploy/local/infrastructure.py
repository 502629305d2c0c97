import fcntl
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import asyncpg

from deploy.local.apache import Apache
from deploy.local.errors import LocalError, Occupied
from deploy.local.kafka import Broker, answers
from deploy.local.noida import Noida
from deploy.local.postgres import Postgres
from deploy.local.waiting import until

Kafka = Literal["embedded", "apache"]
ELSEWHERE_SECONDS = 30.0


@dataclass(frozen=True)
class Running:
    """Where Kafka and PostgreSQL are. `broker` and `postgres` are None where they run elsewhere and are not ours to stop."""

    bootstrap_servers: str
    database_url: str
    broker: Broker | None
    postgres: Postgres | None


@asynccontextmanager
async def infrastructure(
    folder: Path,
    *,
    kafka: Kafka = "embedded",
    brokers: int = 1,
    bootstrap_servers: str | None = None,
    database_url: str | None = None,
) -> AsyncIterator[Running]:
    """
    Kafka and PostgreSQL with their data in `folder`, both answering; stopped at the end, whatever the end is.

    Where `bootstrap_servers` or `database_url` is given, that one is used (once it answers) and none is started.
    Raises LocalError with a message for people: what failed, and where its log is.
    """
    async with AsyncExitStack() as stack:
        stack.enter_context(claimed(folder))
        if database_url:
            await _postgres_elsewhere(database_url)
        if bootstrap_servers:
            await _kafka_elsewhere(bootstrap_servers)
        postgres = None if database_url else await stack.enter_async_context(Postgres(folder / "postgres"))
        broker = None if bootstrap_servers else await stack.enter_async_context(new_broker(folder, kafka, brokers=brokers))
        yield Running(
            bootstrap_servers=bootstrap_servers or (broker.bootstrap_servers if broker else ""),
            database_url=database_url or (postgres.url if postgres else ""),
            broker=broker,
            postgres=postgres,
        )


def from_environment(folder: Path, environment: Mapping[str, str], *, brokers: int = 1) -> AbstractAsyncContextManager[Running]:
    """`infrastructure` as KAFKA (`embedded` or `apache`), KAFKA_BOOTSTRAP_SERVERS and DATABASE_URL ask for it."""
    return infrastructure(
        folder,
        kafka=kafka_named_in(environment),
        brokers=brokers,
        bootstrap_servers=environment.get("KAFKA_BOOTSTRAP_SERVERS"),
        database_url=environment.get("DATABASE_URL"),
    )


def kafka_named_in(environment: Mapping[str, str]) -> Kafka:
    """Which Kafka the variable KAFKA asks for; embedded where it says nothing."""
    match environment.get("KAFKA") or "embedded":
        case "embedded":
            return "embedded"
        case "apache":
            return "apache"
        case other:
            raise LocalError(f"KAFKA is {other!r}. It may be `embedded` (the default) or `apache`")


def new_broker(folder: Path, kafka: Kafka, *, brokers: int = 1) -> Broker:
    """A broker that is not started yet, its data below `folder`."""
    if kafka == "apache":
        return Apache(folder / f"apache-{brokers}", brokers=brokers)
    if brokers != 1:
        raise LocalError("The embedded broker is one broker. Set KAFKA=apache for more")
    return Noida(folder / "noida")


async def _kafka_elsewhere(bootstrap_servers: str) -> None:
    what = f"Kafka at {bootstrap_servers} (KAFKA_BOOTSTRAP_SERVERS)"
    await until(lambda: answers(bootstrap_servers), what=what, within=ELSEWHERE_SECONDS)


async def _postgres_elsewhere(database_url: str) -> None:
    try:
        connection = await asyncpg.connect(database_url, timeout=ELSEWHERE_SECONDS)
        await connection.close(timeout=5)
    except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as error:
        # The URL may hold a password: it is not repeated.
        raise LocalError(f"PostgreSQL at DATABASE_URL does not answer: {error or type(error).__name__}") from error


@contextmanager
def claimed(folder: Path) -> Iterator[None]:
    """Nobody else uses `folder` inside the block. Raises Occupied when somebody does."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Occupied(f"Another run is using {folder}. Stop it, or choose another folder") from error
        yield
