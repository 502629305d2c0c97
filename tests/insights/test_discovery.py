"""What waits and belongs together becomes a signal, once, under an id that never changes."""

import asyncio
from datetime import timedelta

import pytest

from services.insights.discovery import Discovery, Found
from services.insights.rules.grouping import Grain
from services.insights.store.connection import Pool
from services.insights.store.recount import recount
from shared.events import ContactTriaged, CustomerForgotten
from tests.insights.saying import NAMESPACE, NOW, Desk, contact, friction, pseudonym

GRAIN = Grain(threshold=0.6, people=3)


@pytest.fixture
async def desk(pool: Pool) -> Desk:
    return await Desk(pool).open()


def discovery(pool: Pool) -> Discovery:
    return Discovery(pool, grain=GRAIN, clock=lambda: NOW)


def said(topic: int, count: int, *, customers: int | None = None, text: str = "", first: int = 0) -> list[ContactTriaged]:
    text = text or f"The {['printer', 'scanner', 'invoice', 'parcel'][topic]} arrived broken again"
    return [
        contact(
            f"{topic} {number}",
            friction(topic, seed=number, end=len(text)),
            customer=f"customer {number % (customers or first + count)}",
            occurred_at=NOW + timedelta(hours=number, days=topic),
            text=text,
        )
        for number in range(first, first + count)
    ]


async def signals(pool: Pool) -> list[tuple[object, ...]]:
    rows = await pool.fetch(
        "SELECT signal_id, founded_at, count(contact_id) FROM signals LEFT JOIN frictions USING (tenant, signal_id) "
        "GROUP BY tenant, signal_id, founded_at ORDER BY founded_at"
    )
    return [tuple(row.values()) for row in rows]


async def test_three_different_customers_make_a_signal_and_two_do_not(desk: Desk, pool: Pool) -> None:
    await desk.count(*said(0, 3), *said(1, 9, customers=2))
    assert await discovery(pool).run_once() == Found(opened=1, assigned=3)
    assert [row[1:] for row in await signals(pool)] == [(NOW, 3)]
    assert await recount(pool) == []


async def test_a_rerun_changes_nothing(desk: Desk, pool: Pool) -> None:
    await desk.count(*said(0, 4), *said(1, 5))
    await discovery(pool).run_once()
    before = await signals(pool)
    assert await discovery(pool).run_once() == Found(0, 0)
    assert await signals(pool) == before
    assert await pool.fetchval("SELECT count(*) FROM signal_changes") == 2


async def test_later_frictions_join_the_signal_at_once(desk: Desk, pool: Pool) -> None:
    await desk.count(*said(0, 4))
    await discovery(pool).run_once()
    await desk.count(*[one.model_copy(update={"contact": one.contact}) for one in said(0, 8)[4:]])
    assert [row[2] for row in await signals(pool)] == [8]
    assert await pool.fetchval("SELECT sum(contacts) FROM signal_hours") == 8
    assert await recount(pool) == []


async def test_another_replica_that_knew_the_signal_not_yet_learns_it(desk: Desk, pool: Pool) -> None:
    other = await Desk(pool, partition=1).open()
    await other.count(*said(1, 4))
    await discovery(pool).run_once()
    await other.count(*said(0, 3))
    await discovery(pool).run_once()
    await other.count(contact("late", friction(0, seed=99)))
    assert [row[2] for row in await signals(pool)] == [4, 4]


async def test_what_waited_before_the_signal_was_known_joins_in_the_next_round(desk: Desk, pool: Pool) -> None:
    await desk.count(*said(0, 3))
    await discovery(pool).run_once()
    await pool.execute("UPDATE frictions SET signal_id = NULL WHERE ordinal = 0 AND person = $1", pseudonym("customer 1"))
    await pool.execute("DELETE FROM signal_customers WHERE person = $1", pseudonym("customer 1"))
    await pool.execute("DELETE FROM signal_hours WHERE hour = $1", NOW + timedelta(hours=1))
    assert await discovery(pool).run_once() == Found(opened=0, assigned=1)
    assert await recount(pool) == []


async def test_ids_are_the_same_after_a_rebuild_in_another_order(desk: Desk, pool: Pool) -> None:
    everything = [*said(0, 5), *said(1, 6), *said(2, 4)]
    await desk.count(*everything)
    await discovery(pool).run_once()
    first = await signals(pool)
    await pool.execute(
        "TRUNCATE stream_offsets, contact_keys, contacts, frictions, signals, signal_changes, signal_hours, signal_customers, contact_days"
    )
    again = await Desk(pool).open()
    for one in sorted(everything, key=lambda one: one.contact.contact_id):
        await again.count(one)
    await discovery(pool).run_once()
    assert await signals(pool) == first


async def test_one_leads_and_the_others_do_nothing(desk: Desk, pool: Pool) -> None:
    await desk.count(*said(0, 5))
    found = await asyncio.gather(*(discovery(pool).run_once() for _ in range(4)))
    assert sum(one.opened for one in found if one is not None) == 1
    assert len(await signals(pool)) == 1


async def test_tenants_share_no_signal(desk: Desk, pool: Pool) -> None:
    both = [contact(str(number), tenant=tenant, customer=f"c{number}") for tenant in ("acme", "globex") for number in range(2)]
    await desk.count(*both)
    assert await discovery(pool).run_once() == Found(0, 0)


async def test_the_title_says_what_several_people_say(desk: Desk, pool: Pool) -> None:
    await desk.count(*said(0, 4, text="My invoice shows a double charge"), *said(1, 4, text="I cannot reset the password"))
    await discovery(pool).run_once()
    titles = [row["title"] for row in await pool.fetch("SELECT title FROM signals ORDER BY founded_at")]
    assert "invoice" in titles[0].lower()
    assert "double" in titles[0].lower()
    assert "password" in titles[1].lower()


async def test_a_signal_that_outgrew_its_title_gets_another(desk: Desk, pool: Pool) -> None:
    await desk.count(*said(0, 3, text="It is broken again"), *said(1, 4, text="I cannot reset the password"))
    await discovery(pool).run_once()
    await desk.count(*said(0, 9, text="My invoice shows a double charge", first=3))
    await discovery(pool).run_once()
    titles = [row["title"].lower() for row in await pool.fetch("SELECT title FROM signals ORDER BY founded_at, title_by")]
    assert any("invoice" in title for title in titles)


async def test_a_doubted_title_is_found_anew_without_the_forgotten(desk: Desk, pool: Pool) -> None:
    await desk.count(*said(0, 5, text="My invoice shows a double charge"), *said(1, 4, text="I cannot reset the password"))
    await discovery(pool).run_once()
    everybody = tuple(pseudonym(f"customer {number}") for number in range(5))
    event = CustomerForgotten(tenant="acme", erasure_id=NAMESPACE, customers=everybody, requested_at=NOW + timedelta(days=9))
    await desk.count(forgotten=(event,))
    await discovery(pool).run_once()
    rows = await pool.fetch("SELECT title, titled_at FROM signals")
    assert not any("charge" in row["title"].lower() or "password" in row["title"].lower() for row in rows)
    assert "charge" not in str(await pool.fetch("SELECT before, after FROM signal_changes"))
    assert all(row["titled_at"] for row in rows)
    assert await recount(pool) == []
