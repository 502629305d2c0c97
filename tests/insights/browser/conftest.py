"""Chromium in front of the real app over a real PostgreSQL: people as they come, with JavaScript and without."""

import asyncio
import os
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from deploy.local import Running
from services.insights.newsroom import Newsroom, Seats
from services.insights.store.connection import Pool, open_pool
from shared.credentials import Scope
from tests.insights.api.conftest import House
from tests.insights.browser.history import tell_everything
from tests.insights.conftest import NUMBERS, administer, drop, named

CHROMIUM = os.environ.get("CHROMIUM") or next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"))), None
)
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"),
]
LOUD, REFUSED = ("error", "warning"), "Failed to load resource: the server responded with a status of 4"
"""What counts as a complaint: anything loud, but for pages that are meant to be refused."""

DESKTOP, PHONE = (1280, 900), (390, 844)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in here is of browsers, and takes longer than other tests where one has to start."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@dataclass
class Site:
    """The app at an address, and what it was made of."""

    house: House
    address: str
    browser: Browser

    @asynccontextmanager
    async def visit(
        self,
        *,
        tenant: str | None = "acme",
        has_scripts: bool = True,
        scheme: str = "light",
        size: tuple[int, int] = DESKTOP,
        scopes: tuple[Scope, ...] = (Scope.INSIGHTS_READ, Scope.INSIGHTS_WRITE),
    ) -> AsyncIterator[Page]:
        """Somebody who is logged in for `tenant`; a stranger for None. What their browser complains of fails the test."""
        context = await self.browser.new_context(
            base_url=self.address,
            java_script_enabled=has_scripts,
            color_scheme="dark" if scheme == "dark" else "light",
            viewport={"width": size[0], "height": size[1]},
            reduced_motion="reduce",
        )
        context.set_default_timeout(10_000)
        complaints: list[str] = []
        try:
            if tenant is not None:
                _, credential = self.house.make_key(tenant, *scopes)
                await context.request.get(self.house.links.address(self.address, tenant=tenant, key_id=credential.key_id))
            yield await self._watched(context, complaints)
        finally:
            await context.close()
        assert complaints == []

    async def _watched(self, context: BrowserContext, complaints: list[str]) -> Page:
        page = await context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type in LOUD and REFUSED not in said.text else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda asked: None if asked.url.startswith(self.address) else complaints.append(asked.url))
        return page


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium found: install one (apt-get install chromium) or name it in CHROMIUM")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        await browser.close()


@asynccontextmanager
async def served(house: House) -> AsyncIterator[str]:
    """The app on a free port of this machine, with room for every stream that a page opens; gives its address."""
    house.newsroom = Newsroom(house.log, house.lifetime, seats=Seats(all=200, tenant=200), look_seconds=0.05)
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(house.app(), lifespan="off", log_config=None, timeout_graceful_shutdown=1))
    serving = asyncio.create_task(server._serve([listening]))
    watching = asyncio.create_task(house.newsroom.run())
    try:
        yield "http://127.0.0.1:{}".format(*listening.getsockname()[1:2])
    finally:
        house.lifetime.stopping.set()
        server.should_exit = True
        await asyncio.gather(serving, watching)
        listening.close()


@pytest.fixture(scope="session")
async def full(running: Running, template: str, chromium: Browser, folder: Path) -> AsyncIterator[Site]:
    """A site with something on every page, for tests that only look."""
    name = f"failbetter_browser_{os.getpid()}_{next(NUMBERS)}"
    await administer(running.database_url, f"CREATE DATABASE {name} TEMPLATE {template}")
    async with open_pool(named(running.database_url, name), max_size=4) as pool:
        await tell_everything(pool)
        async with open_pool(named(running.database_url, name), max_size=4, is_for_callers=True) as callers:
            house = House(callers, pool, folder / f"{name}.json")
            async with served(house) as address:
                yield Site(house, address, chromium)
    await drop(running, name)


@pytest.fixture
async def site(pool: Pool, callers: Pool, tmp_path: Path, chromium: Browser) -> AsyncIterator[Site]:
    """A site of the test's own, empty, for tests that change something."""
    house = House(callers, pool, tmp_path / "keys.json")
    async with served(house) as address:
        yield Site(house, address, chromium)
