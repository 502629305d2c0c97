"""The whole product on its own broker and database, to be posted to, killed and started again."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from deploy.local import Running, from_environment
from deploy.local.services import Services, command, services

Json = dict[str, Any]
WINDOW = 500
PARTITIONS = "3"


@dataclass(frozen=True)
class Product:
    """A running product, spoken to over HTTP only, and its database to recount."""

    running: Running
    services: Services
    intake: httpx.AsyncClient
    insights: httpx.AsyncClient

    async def post(self, contact: Json) -> httpx.Response:
        return await self.intake.post("/v1/contacts", json=contact)

    async def replay(self, contacts: Iterable[Json]) -> set[str]:
        """Post all of them in batches; the ids of those that were accepted."""
        waiting, accepted = list(contacts), set[str]()
        while waiting:
            answer = await self.intake.post("/v1/contacts/batch", json={"contacts": waiting[:WINDOW]})
            assert answer.status_code == 202, answer.text[:500]
            accepted |= {result["contact_id"] for result in answer.json()["results"]}
            waiting = waiting[WINDOW:]
        return accepted

    async def journey(self, contact_id: str, *, within: float = 30.0) -> Json:
        """A contact's journey, once it is counted."""
        async with asyncio.timeout(within):
            while True:
                answer = await self.insights.get(f"/v1/contacts/{contact_id}")
                if answer.status_code == 200 and answer.json()["journey"]:
                    body: Json = answer.json()
                    return body
                await asyncio.sleep(0.05)

    async def summary(self) -> Json:
        answer = await self.insights.get("/v1/summary")
        assert answer.status_code == 200, answer.text
        body: Json = answer.json()
        return body

    async def counted(self) -> set[str]:
        """The ids of every contact in the database, each as often as it is there."""
        rows = await self.rows("SELECT contact_id::text FROM contacts")
        assert len(rows) == len(set(rows)), "a contact is there twice"
        return set(rows)

    async def until_counted(self, accepted: set[str], *, within: float) -> None:
        """Return when every accepted contact is counted."""
        async with asyncio.timeout(within):
            while len(await self.rows("SELECT contact_id::text FROM contacts")) < len(accepted):
                await asyncio.sleep(0.5)

    async def recount(self) -> str:
        """Whether the rollups equal a recount, as the operator's command says it. Raises Unhealthy when they do not."""
        return await command(self.services.environment, "services.insights", "recount")

    async def rows(self, query: str) -> list[str]:
        connection = await asyncpg.connect(self.running.database_url)
        try:
            return [row[0] for row in await connection.fetch(query)]
        finally:
            await connection.close()


@asynccontextmanager
async def product_in(folder: Path, **settings: str) -> AsyncIterator[Product]:
    """A product of one's own, everything ready."""
    told = {"TOPICS_PARTITIONS": PARTITIONS, "INSIGHTS_DISCOVERY_SECONDS": "2", **settings}
    async with from_environment(folder, os.environ) as running, services(running, folder / "services", settings=told) as started:
        headers = {"Authorization": f"Bearer {started.api_key}"}
        async with (
            httpx.AsyncClient(base_url=started.intake.url, headers=headers, timeout=60) as intake,
            httpx.AsyncClient(base_url=started.insights.url, headers=headers, timeout=60) as insights,
        ):
            yield Product(running, started, intake, insights)


@pytest.fixture(scope="session")
async def product(folder: Path) -> AsyncIterator[Product]:
    """A product that several tests share and nobody kills."""
    async with product_in(folder / "product") as product:
        yield product


@pytest.fixture
async def own_product(folder: Path) -> AsyncIterator[Product]:
    """A product of this test's own, with nothing in it."""
    async with product_in(folder / f"product-{uuid4().hex[:8]}") as product:
        yield product


PLACES = (
    "the app",
    "the web page",
    "the shop in Bern",
    "the newsletter",
    "your hotline",
    "the courier",
    "the new terminal",
    "checkout",
)
TROUBLES = (
    "logs me out every time I open {place}",
    "I was charged twice through {place} and want my money back",
    "my parcel never arrived although {place} says it was delivered",
    "I cannot reset my password in {place}",
    "{place} is so slow that I gave up",
    "nobody at {place} answers my e-mails",
    "{place} cannot export to a spreadsheet, and we need that",
    "thank you, {place} solved it in a minute",
)


def contacts(count: int, *, source: str) -> list[Json]:
    """So many different short contacts, by a quarter as many customers."""
    return [
        {
            "text": f"Order {number}: " + TROUBLES[number % len(TROUBLES)].format(place=PLACES[number // 8 % len(PLACES)]),
            "channel": "chat",
            "source": source,
            "external_id": str(number),
            "customer": {"id": f"{source}-{number // 4}"},
        }
        for number in range(count)
    ]
