"""The app as a browser and a program meet it, on a real database, at a time that tests choose."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from prometheus_client import CollectorRegistry
from starlette.types import ASGIApp

from services.insights.api import create_app
from services.insights.login import Links, Sessions, TrustedProxy
from services.insights.newsroom import Newsroom, Seats
from services.insights.store.connection import Pool
from shared.credentials import Credential, Credentials, KeyFile, Scope, add_key, create_key
from shared.tasks import Lifetime
from shared.web import RequestContext

NOW = datetime(2025, 11, 24, 9, 30, tzinfo=UTC)
"""A Monday."""

SECRET = b"a secret of more than thirty-two bytes"


@dataclass
class Watch:
    """A clock that is moved by hand."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass
class House:
    """The app, and what it was made of: `pool` is for callers, `log` for the log's own work. Every client has cookies of its own."""

    pool: Pool
    log: Pool
    key_file: Path
    watch: Watch = field(default_factory=Watch)

    def __post_init__(self) -> None:
        self.key_file.write_text(KeyFile().model_dump_json())
        self.credentials = Credentials(self.key_file, self.watch)
        self.sessions = Sessions([SECRET], lifetime=timedelta(hours=8), clock=self.watch)
        self.links = Links([SECRET], clock=self.watch)
        self.lifetime = Lifetime()
        self.newsroom = Newsroom(self.log, self.lifetime, seats=Seats(all=3, tenant=2), look_seconds=0.05)

    def app(self, *, proxy: TrustedProxy | None = None, is_https: bool = False) -> ASGIApp:
        app = create_app(
            pool=self.pool,
            credentials=self.credentials,
            sessions=self.sessions,
            links=self.links,
            clock=self.watch,
            newsroom=self.newsroom,
            proxy=proxy,
            is_https=is_https,
            intake_url="http://intake.test",
        )
        return RequestContext(app, CollectorRegistry())

    def client(self, app: ASGIApp | None = None, *, address: str = "198.51.100.7") -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app=app or self.app(), client=(address, 1234), raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url="http://insights.test")

    def make_key(self, tenant: str = "acme", *scopes: Scope, days: float | None = None) -> tuple[str, Credential]:
        key, credential = create_key(tenant, scopes or (Scope.INSIGHTS_READ,), now=self.watch(), days=days)
        add_key(self.key_file, credential)
        self.read_keys()
        return key, credential

    def revoke_all(self) -> None:
        self.key_file.write_text(KeyFile().model_dump_json())
        self.read_keys()

    def read_keys(self) -> None:
        """At once, where the running service takes up to a second."""
        self.credentials._looked_at = float("-inf")


@pytest.fixture
def house(callers: Pool, pool: Pool, tmp_path: Path) -> House:
    return House(callers, pool, tmp_path / "keys.json")


@pytest.fixture
async def api(house: House) -> AsyncIterator[httpx.AsyncClient]:
    """A program with a key of acme."""
    key, _ = house.make_key("acme")
    async with house.client() as client:
        client.headers["Authorization"] = f"Bearer {key}"
        yield client


@pytest.fixture
async def writer(house: House) -> AsyncIterator[httpx.AsyncClient]:
    """A program with a key of acme that may change things."""
    key, _ = house.make_key("acme", Scope.INSIGHTS_READ, Scope.INSIGHTS_WRITE)
    async with house.client() as client:
        client.headers["Authorization"] = f"Bearer {key}"
        yield client


@pytest.fixture
async def browser(house: House) -> AsyncIterator[httpx.AsyncClient]:
    """A person of acme who is logged in."""
    _, credential = house.make_key("acme")
    async with house.client() as client:
        await client.get(house.links.address("http://insights.test", tenant="acme", key_id=credential.key_id))
        yield client
