"""Every change of a signal stands in the log with who made it, and others are told."""

import asyncio
import json
from contextlib import suppress
from datetime import timedelta

import pytest

from services.insights.store import changes
from services.insights.store.connection import Pool, transaction
from shared.events import Change, SignalChanged, Status, Trend
from tests.insights.api.conftest import NOW
from tests.insights.api.world import Contact, Signal, write
from tests.insights.saying import rows

LOGIN = Signal("Cannot log in", opened_at=NOW - timedelta(weeks=1))


@pytest.fixture(autouse=True)
async def history(pool: Pool) -> None:
    met = [Contact(f"met {number}", "Cannot log in", NOW, signal=LOGIN, person=f"p{number % 2}") for number in range(3)]
    async with transaction(pool) as connection:
        await write(connection, [LOGIN], met)


async def acknowledge(pool: Pool, *, actor: str = "ana") -> bool:
    async with transaction(pool) as connection:
        await connection.execute("UPDATE signals SET status = 'acknowledged'")
        return await changes.record(
            connection,
            LOGIN.tenant,
            LOGIN.signal_id,
            Change.STATUS,
            actor=actor,
            at=NOW,
            before={"status": "open"},
            after={"status": "acknowledged"},
        )


async def test_a_change_is_logged_and_told_as_the_signal_is_after_it(pool: Pool) -> None:
    assert await acknowledge(pool)
    [log] = await rows(
        pool, "SELECT change, actor, changed_at, before, after FROM signal_changes WHERE change <> 'opened' ORDER BY position"
    )
    assert log == ("status", "ana", NOW, json.dumps({"status": "open"}), json.dumps({"status": "acknowledged"}))
    [said] = [SignalChanged.model_validate_json(row["value"]) for row in await pool.fetch("SELECT value FROM outbox")]
    assert said == SignalChanged(
        tenant="acme",
        signal_id=LOGIN.signal_id,
        change=Change.STATUS,
        title=LOGIN.title,
        status=Status.ACKNOWLEDGED,
        trend=Trend.NEW,
        customers=2,
        contacts=3,
        actor="ana",
        changed_at=NOW,
    )


async def test_the_same_change_again_says_nothing(pool: Pool) -> None:
    assert await acknowledge(pool)
    await pool.execute("DELETE FROM outbox")
    assert not await acknowledge(pool)
    assert await pool.fetchval("SELECT count(*) FROM outbox") == 0


async def test_a_change_that_is_rolled_back_is_neither_logged_nor_told(pool: Pool) -> None:
    with suppress(ZeroDivisionError):
        async with transaction(pool) as connection:
            await changes.record(connection, LOGIN.tenant, LOGIN.signal_id, Change.SPLIT, actor="ana", at=NOW)
            raise ZeroDivisionError
    assert await pool.fetchval("SELECT count(*) FROM signal_changes WHERE change = 'split'") == 0
    assert await pool.fetchval("SELECT count(*) FROM outbox") == 0


async def test_whoever_has_seen_a_change_has_seen_all_before_it(pool: Pool) -> None:
    """Positions are given in the order of commits: a later one never shows before an earlier one."""

    async def slowly(number: int) -> None:
        async with transaction(pool) as connection:
            at = NOW + timedelta(seconds=number)
            await changes.record(connection, LOGIN.tenant, LOGIN.signal_id, Change.RENAMED, actor="ana", at=at)
            await asyncio.sleep(0.01 * (number % 3))

    async def watch(seen: list[list[int]]) -> None:
        while not seen or len(seen[-1]) < 13:
            seen.append([row["position"] for row in await pool.fetch("SELECT position FROM signal_changes ORDER BY position")])

    seen: list[list[int]] = []
    await asyncio.wait_for(asyncio.gather(watch(seen), *(slowly(number) for number in range(12))), 30)
    assert all(earlier == seen[-1][: len(earlier)] for earlier in seen)
