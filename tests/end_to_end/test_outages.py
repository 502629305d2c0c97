"""The broker or the database is away for half a minute under load: nothing is lost, and nothing needs a restart."""

import asyncio

import httpx
import pytest

from deploy.local.services import Service
from tests.end_to_end.conftest import Product, contacts

pytestmark = [pytest.mark.broker, pytest.mark.timeout(600)]
AWAY_SECONDS = 30.0
CLIENTS = 4


class Load:
    """Clients that post contacts one by one until told to stop, and remember what became of each."""

    def __init__(self, product: Product) -> None:
        self._product = product
        self._stop = asyncio.Event()
        self.accepted: set[str] = set()
        self.statuses: list[int] = []

    async def run(self, name: int) -> None:
        for contact in contacts(100_000, source=f"load-{name}"):
            answer = await self._product.post(contact)
            self.statuses.append(answer.status_code)
            if answer.status_code == httpx.codes.ACCEPTED:
                self.accepted.add(answer.json()["contact_id"])
            if self._stop.is_set():
                return
            await asyncio.sleep(0.05)

    def stop(self) -> None:
        self._stop.set()


async def test_while_the_broker_is_away_nothing_is_accepted_and_afterwards_nothing_is_missing(own_product: Product) -> None:
    assert own_product.running.broker is not None
    pids = _pids(own_product)
    load = Load(own_product)

    async with asyncio.TaskGroup() as tasks:
        for name in range(CLIENTS):
            tasks.create_task(load.run(name))
        await asyncio.sleep(3)
        await own_product.running.broker.stop()
        load.statuses.clear()
        await asyncio.sleep(AWAY_SECONDS)
        away = list(load.statuses)
        await own_product.running.broker.start()
        await own_product.services.intake.ready(within=30)
        load.statuses.clear()
        await asyncio.sleep(3)
        back = list(load.statuses)
        load.stop()
    await own_product.until_counted(load.accepted, within=240)

    assert set(away[CLIENTS:]) == {503}
    assert set(back[CLIENTS:]) == {202}
    assert load.accepted <= await own_product.counted()
    assert _pids(own_product) == pids
    await own_product.recount()


async def test_intake_and_triage_do_not_notice_that_the_database_is_away_and_insights_catches_up(own_product: Product) -> None:
    assert own_product.running.postgres is not None
    pids = _pids(own_product)
    load = Load(own_product)

    async with asyncio.TaskGroup() as tasks:
        for name in range(CLIENTS):
            tasks.create_task(load.run(name))
        await asyncio.sleep(3)
        await own_product.running.postgres.stop()
        await asyncio.sleep(AWAY_SECONDS)
        ready = [await _is_ready(service) for service in own_product.services.all()]
        await own_product.running.postgres.start()
        await asyncio.sleep(3)
        load.stop()
    await own_product.until_counted(load.accepted, within=240)

    assert ready == [True, True, False]
    assert set(load.statuses) == {202}
    assert await own_product.counted() == load.accepted
    assert _pids(own_product) == pids
    await own_product.recount()


def _pids(product: Product) -> list[int]:
    assert all(service.child.is_running for service in product.services.all())
    return [service.child.pid for service in product.services.all()]


async def _is_ready(service: Service) -> bool:
    async with httpx.AsyncClient() as http:
        return (await http.get(f"{service.url}/health/ready")).status_code == httpx.codes.OK
