"""A process dies without a warning in the middle of its work: every accepted contact is still counted, exactly once."""

import asyncio

import pytest

from deploy.local.services import Service
from tests.end_to_end.conftest import Product, contacts

pytestmark = [pytest.mark.broker, pytest.mark.timeout(600)]
COUNT = 5_000


@pytest.mark.parametrize("victim", ["triage", "insights"])
async def test_every_contact_is_counted_once_though_a_service_is_killed_in_the_middle(own_product: Product, victim: str) -> None:
    service: Service = getattr(own_product.services, victim)

    async with asyncio.TaskGroup() as tasks:
        replaying = tasks.create_task(own_product.replay(contacts(COUNT, source="crash")))
        for share in (0.1, 0.4):
            await _counted_at_least(own_product, int(COUNT * share))
            await service.child.kill()
            assert len(await own_product.counted()) < COUNT, "it was killed after its work, not in the middle"
            await service.start()
    accepted = replaying.result()
    await own_product.until_counted(accepted, within=300)

    assert len(accepted) == COUNT
    assert await own_product.counted() == accepted
    assert (await own_product.summary())["contacts"] == COUNT
    await own_product.recount()


async def _counted_at_least(product: Product, count: int) -> None:
    async with asyncio.timeout(240):
        while len(await product.counted()) < count:
            await asyncio.sleep(0.2)
