"""The job that says where signals are going, on the hours that are counted."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from services.insights.correcting.merging import merge
from services.insights.correcting.undoing import undo
from services.insights.following import Following
from services.insights.store import arranging, locks
from services.insights.store.connection import Pool, transaction
from services.insights.store.signals import Realm
from tests.insights.api.conftest import NOW, Watch
from tests.insights.api.world import Contact, Signal, write

LOGIN = Signal("Cannot log in", opened_at=NOW - timedelta(weeks=8))
OTHER = Signal("Refund takes weeks", opened_at=NOW - timedelta(weeks=8))
FOREIGN = Signal("Somebody else's trouble", tenant="globex", opened_at=NOW - timedelta(weeks=8))


def met(signal: Signal, moments: Sequence[datetime], name: str = "") -> list[Contact]:
    return [
        Contact(f"{signal.title}/{name}{number}", "It does not work", moment, tenant=signal.tenant, signal=signal)
        for number, moment in enumerate(moments)
    ]


def every(hours: float, *, weeks: float, until: datetime = NOW) -> list[datetime]:
    number = int(weeks * 168 / hours)
    return [until - timedelta(hours=hours * (place + 0.5)) for place in range(number)]


def minutes(number: int, until: datetime = NOW) -> list[datetime]:
    """So many within the last three quarters of an hour."""
    return [until - timedelta(minutes=45 * (place + 0.5) / number) for place in range(number)]


async def tell(pool: Pool, signals: Sequence[Signal], *contacts: Contact) -> None:
    async with pool.acquire() as connection:
        await write(connection, signals, contacts)


async def trends(pool: Pool) -> dict[str, str]:
    return {row["title"]: row["trend"] for row in await pool.fetch("SELECT title, trend FROM signals")}


async def test_a_surge_escalates_within_the_hour_and_passes(pool: Pool) -> None:
    watch = Watch()
    following = Following(pool, clock=watch)
    await tell(
        pool, [LOGIN, OTHER], *met(LOGIN, every(2, weeks=6)), *met(LOGIN, minutes(20), "surge"), *met(OTHER, every(2, weeks=6))
    )

    watch.now = NOW - timedelta(hours=1)
    await following.run_once()
    assert await trends(pool) == {LOGIN.title: "steady", OTHER.title: "steady"}

    watch.now = NOW
    assert await following.run_once() == 1
    assert await trends(pool) == {LOGIN.title: "escalating", OTHER.title: "steady"}

    watch.now = NOW + timedelta(days=2)
    await following.run_once()
    assert (await trends(pool))[LOGIN.title] != "escalating"


async def test_a_merge_is_no_surge_and_neither_is_its_undoing(pool: Pool) -> None:
    following = Following(pool, clock=lambda: NOW)
    await tell(pool, [LOGIN, OTHER], *met(LOGIN, every(2, weeks=6)), *met(OTHER, every(2, weeks=6)))
    await pool.execute("UPDATE frictions SET caught_by = signal_id")
    await following.run_once()

    async with transaction(pool) as connection:
        [change] = await merge(connection, "acme", [OTHER.signal_id], into=LOGIN.signal_id, actor="key:ann", now=NOW)
    assert await following.run_once() == 0
    async with transaction(pool) as connection:
        await undo(connection, "acme", change, actor="key:ann", now=NOW)
    assert await following.run_once() == 0


async def test_while_signals_are_arranged_nobody_judges_them(pool: Pool) -> None:
    following = Following(pool, clock=Watch())
    await tell(pool, [LOGIN], *met(LOGIN, every(2, weeks=6)))

    async with locks.turn(pool, "acme"):
        assert await following.run_once() == 0
    assert await following.run_once() == 1


async def test_that_signals_were_arranged_anew_is_no_surge(pool: Pool) -> None:
    following = Following(pool, clock=lambda: NOW)
    await tell(pool, [LOGIN, OTHER], *met(LOGIN, every(2, weeks=6)), *met(OTHER, every(2, weeks=6)))
    await following.run_once()

    # As if it had been given what others had.
    await pool.execute("UPDATE signal_hours SET contacts = 10 * contacts WHERE signal_id = $1", LOGIN.signal_id)
    async with transaction(pool) as connection:
        await arranging.note(connection, Realm("acme", "s/4"), 777)

    assert await following.run_once() == 0


async def test_what_stops_eases_and_then_is_quiet(pool: Pool) -> None:
    watch = Watch()
    following = Following(pool, clock=watch)
    await tell(pool, [LOGIN], *met(LOGIN, every(2, weeks=6)))

    for days, trend in ((3, "easing"), (27, "easing"), (29, "quiet")):
        watch.now = NOW + timedelta(days=days)
        await following.run_once()
        assert await trends(pool) == {LOGIN.title: trend}


async def test_a_young_signal_is_new_until_it_can_be_compared(pool: Pool) -> None:
    watch = Watch()
    following = Following(pool, clock=watch)
    await tell(pool, [LOGIN], *met(LOGIN, every(3, weeks=2.1, until=NOW + timedelta(days=1))))

    await following.run_once()
    assert await trends(pool) == {LOGIN.title: "new"}

    watch.now = NOW + timedelta(days=1)
    await following.run_once()
    assert (await trends(pool))[LOGIN.title] == "steady"


async def test_tenants_do_not_see_each_other(pool: Pool) -> None:
    await tell(
        pool, [LOGIN, FOREIGN], *met(LOGIN, every(2, weeks=6)), *met(FOREIGN, every(2, weeks=6)), *met(FOREIGN, minutes(20), "s")
    )
    await Following(pool, clock=lambda: NOW).run_once()

    assert await trends(pool) == {LOGIN.title: "steady", FOREIGN.title: "escalating"}


async def test_one_process_at_a_time_follows(pool: Pool) -> None:
    async with locks.leading(pool, "following") as is_leader:
        assert is_leader
        assert await Following(pool, clock=lambda: NOW).run_once() is None


@pytest.mark.parametrize("signals", [[], [LOGIN]])
async def test_without_contacts_there_is_nothing_to_follow(pool: Pool, signals: list[Signal]) -> None:
    await tell(pool, signals)

    assert await Following(pool, clock=lambda: NOW).run_once() == len(signals)
    assert set((await trends(pool)).values()) <= {"quiet"}
