"""A process dies without a warning in the middle of its work: every accepted contact is still counted, exactly once."""

import asyncio

import pytest

from deploy.local.services import Service
from tests.end_to_end.conftest import Product, contacts

pytestmark = [pytest.mark.broker, pytest.mark.timeout(600)]
COUNT = 5_000
HALVES = 2


@pytest.mark.parametrize("victim", ["triage", "insights"])
async def test_every_contact_is_counted_once_though_a_service_is_killed_in_the_middle(own_product: Product, victim: str) -> None:
    service: Service = getattr(own_product.services, victim)
    everything, accepted = contacts(COUNT, source="crash"), set[str]()

    for half in range(HALVES):
        some = everything[half::HALVES]
        async with asyncio.TaskGroup() as tasks:
            replaying = tasks.create_task(own_product.replay(some))
            await _counted_at_least(own_product, len(accepted) + len(some) // 10)
            await service.child.kill()
            counted = len(await own_product.counted())
            await service.start()
        assert counted < len(accepted) + len(some), "it was killed after its work, not in the middle"
        accepted |= replaying.result()
        await own_product.until_counted(accepted, within=240)

    assert len(accepted) == COUNT
    assert await own_product.counted() == accepted
    assert (await own_product.summary())["contacts"] == COUNT
    await own_product.recount()


async def _counted_at_least(product: Product, count: int) -> None:
    async with asyncio.timeout(240):
        while len(await product.counted()) < count:
            await asyncio.sleep(0.1)
