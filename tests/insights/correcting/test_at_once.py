"""Several people correct while contacts are counted: everything happens, one after the other."""

import asyncio

from services.insights.correcting.refusals import Refused
from services.insights.store.connection import Pool
from services.insights.store.recount import recount
from tests.insights.correcting.team import Team, passage, signal_id
from tests.insights.saying import Desk, contact


async def test_of_two_who_merge_the_same_at_the_same_time_one_is_refused(team: Team, pool: Pool) -> None:
    await team.desk.count(*[contact(f"{topic} {n}", passage(topic, seed=n)) for topic in range(3) for n in range(3)])
    other = Team(pool, await Desk(pool, partition=1).open())
    found = await asyncio.gather(
        team.merge(signal_id(0), into=signal_id(1)), other.merge(signal_id(1), into=signal_id(0)), return_exceptions=True
    )
    assert [one.code for one in found if isinstance(one, Refused)] == ["merged_away"]
    assert sorted((await team.counts()).values()) == [3, 6]
    assert await recount(pool) == []


async def test_a_merge_while_contacts_are_counted_leaves_none_behind(team: Team, pool: Pool) -> None:
    desks = [await Desk(pool, partition=partition).open() for partition in range(1, 4)]
    await team.desk.count(contact("first", passage(0)))

    async def counting(desk: Desk) -> None:
        for number in range(6):
            await desk.count(*[contact(f"{desk.partition} {number} {n}", passage(n % 2, seed=n)) for n in range(10)])

    async def correcting() -> None:
        for _ in range(3):
            [change] = await team.merge(signal_id(0), into=signal_id(1))
            await team.move("first", signal_id(2))
            await team.undo(change)
        await team.merge(signal_id(0), into=signal_id(1))

    await asyncio.gather(correcting(), *(counting(desk) for desk in desks))
    assert await team.counts() == {signal_id(1): 180, signal_id(2): 1}
    assert await recount(pool) == []
