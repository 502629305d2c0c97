"""`GET /v1/signals/{id}/loops`, and `loops.closed`: whom a fix was for is told once."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from services.insights.store.connection import Pool
from services.insights.store.loops import AT_ONCE
from shared.events import LoopClosed
from tests.insights.api.conftest import NOW, House
from tests.insights.api.fixing import change, prove, said, tell
from tests.insights.api.world import Contact, Signal

DAY = timedelta(days=1)
FIXED = NOW - 10 * DAY
LOGIN = Signal("Cannot log in", opened_at=NOW - 60 * DAY)


def met(name: str, days: float, **more: Any) -> Contact:
    return Contact(name, "Cannot log in.", FIXED + days * DAY, signal=LOGIN, **{"source": "desk", **more})


def by(number: int) -> str:
    return f"pseudonym of customer {number}"


BEFORE = [
    met("first", -9, person=by(1), external_id="m1", thread_id="t1"),
    met("last", -2, person=by(1), external_id="m2", thread_id="t2"),
    met("without an id", -1, person=by(1)),
    met("by thread", -5, person=by(2), thread_id="t3"),
    met("nobody knows", -4, person=by(3)),
]


async def fixed(writer: httpx.AsyncClient, house: House, *, version: str = "2.0", at_days: float = 0) -> None:
    house.watch.now = FIXED + at_days * DAY + timedelta(minutes=1)
    await change(writer, LOGIN, status="fix_shipped", at=(FIXED + at_days * DAY).isoformat(), version=version)
    await change(writer, LOGIN, status="verified")
    house.watch.now = NOW


async def told(pool: Pool) -> list[LoopClosed]:
    return [LoopClosed.model_validate_json(value) for value in await said(pool, "loops.closed")]


async def test_every_customer_is_told_once_by_their_latest_contact_that_leads_to_them(
    writer: httpx.AsyncClient, pool: Pool, house: House
) -> None:
    await tell(pool, [LOGIN], *BEFORE)
    await fixed(writer, house)

    assert (await prove(pool, NOW)).loops == 3
    assert (await prove(pool, NOW + timedelta(hours=1))).loops == 0

    events = {event.customer: event for event in await told(pool)}
    assert set(events) == {by(1), by(2)}
    assert (events[by(1)].thread_id, events[by(1)].external_id, events[by(1)].source) == ("t2", "m2", "desk")
    assert (events[by(2)].thread_id, events[by(2)].external_id) == ("t3", None)
    assert (events[by(1)].fixed_at, events[by(1)].fixed_version) == (FIXED, "2.0")

    answer = (await writer.get(f"/v1/signals/{LOGIN.signal_id}/loops")).json()
    assert (answer["closed"], answer["not_closable"], len(answer["loops"])) == (2, 1, 3)
    unreachable = (await writer.get(f"/v1/signals/{LOGIN.signal_id}/loops", params={"closable": "false"})).json()["loops"]
    assert [loop["contact_id"] for loop in unreachable] == [str(BEFORE[-1].contact_id)]


async def test_nobody_is_told_before_the_fix_is_verified(writer: httpx.AsyncClient, pool: Pool) -> None:
    await tell(pool, [LOGIN], *BEFORE)
    await change(writer, LOGIN, status="fix_shipped")

    assert (await prove(pool, NOW)).loops == 0


async def test_who_met_it_with_the_fix_is_not_told_that_it_is_gone(writer: httpx.AsyncClient, pool: Pool, house: House) -> None:
    await tell(pool, [LOGIN], *BEFORE, met("again", 1, person=by(2), thread_id="t4", version="2.0"))
    await fixed(writer, house)

    await prove(pool, NOW)

    assert [event.customer for event in await told(pool)] == [by(1)]


async def test_who_met_it_after_the_fix_in_an_old_version_is_told(writer: httpx.AsyncClient, pool: Pool, house: House) -> None:
    await tell(pool, [LOGIN], *BEFORE, met("old version", 1, person=by(4), thread_id="t5", version="1.9"))
    await fixed(writer, house)

    await prove(pool, NOW)

    assert by(4) in [event.customer for event in await told(pool)]


async def test_a_contact_that_comes_late_is_told_too(writer: httpx.AsyncClient, pool: Pool, house: House) -> None:
    await tell(pool, [LOGIN], *BEFORE)
    await fixed(writer, house)
    await prove(pool, NOW)
    await tell(pool, [], met("late", -3, person=by(5), thread_id="t6"), met("late of one", -3, person=by(1), thread_id="t7"))

    await prove(pool, NOW + timedelta(hours=1))

    assert [event.customer for event in await told(pool)].count(by(1)) == 1
    assert (await told(pool))[-1].customer == by(5)


async def test_a_second_fix_is_told_to_those_who_met_it_since_the_first(
    writer: httpx.AsyncClient, pool: Pool, house: House
) -> None:
    await tell(pool, [LOGIN], *BEFORE)
    await fixed(writer, house)
    await prove(pool, FIXED + DAY)
    await tell(pool, [], met("again", 2, person=by(2), thread_id="t8", version="2.0"))
    await fixed(writer, house, version="2.1", at_days=3)

    await prove(pool, NOW)

    assert [(event.customer, event.fixed_version) for event in (await told(pool))[2:]] == [(by(2), "2.1")]


async def test_very_many_are_told_in_portions(writer: httpx.AsyncClient, pool: Pool, house: House) -> None:
    await tell(pool, [LOGIN], *(met(f"many {n}", -3, person=by(n), thread_id=f"m{n}") for n in range(AT_ONCE + 1)))
    await fixed(writer, house)

    assert (await prove(pool, NOW)).loops == AT_ONCE + 1
    assert len({event.customer for event in await told(pool)}) == AT_ONCE + 1


async def test_who_was_forgotten_is_not_told(writer: httpx.AsyncClient, pool: Pool, house: House) -> None:
    await tell(pool, [LOGIN], met("forgotten", -3, person=by(9), source=None, erased_at=NOW))
    await fixed(writer, house)

    await prove(pool, NOW)

    assert await told(pool) == []


async def test_the_loops_of_a_signal_that_is_not_there_are_unknown(api: httpx.AsyncClient) -> None:
    assert (await api.get(f"/v1/signals/{LOGIN.signal_id}/loops")).status_code == 404


@pytest.mark.parametrize("asked", [{"closable": "perhaps"}, {"limit": "0"}, {"cursor": "x"}, {"plan": "Pro"}])
async def test_a_question_that_does_not_fit_is_refused_by_name(api: httpx.AsyncClient, asked: dict[str, str]) -> None:
    answer = await api.get(f"/v1/signals/{LOGIN.signal_id}/loops", params=asked)

    assert answer.status_code == 422
    assert [wrong["name"] for wrong in answer.json()["invalid_params"]] == list(asked)
