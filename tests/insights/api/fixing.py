"""Frictions that are met every day, fixes that ship, and the job that judges them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import httpx

from services.insights.proving import Proved, Proving
from services.insights.rules.recurrence import Patience
from services.insights.store.connection import Pool
from tests.insights.api.world import Contact, Signal, write

PATIENCE = Patience(rollout=timedelta(days=7), people=3)


def daily(signal: Signal | None, number: int, *, since: datetime, days: int, name: str = "", **more: Any) -> list[Contact]:
    """So many contacts on each of so many days, an hour apart, each of somebody else; without a signal they are about nothing known."""
    about = signal.title if signal else "other things"
    return [
        Contact(
            f"{about}/{name}{since:%d%m}/{day}/{n}",
            "It does not work.",
            since + timedelta(days=day, hours=n),
            tenant=signal.tenant if signal else "acme",
            signal=signal,
            **more,
        )
        for day in range(days)
        for n in range(number)
    ]


async def tell(pool: Pool, signals: Sequence[Signal], *contacts: Contact) -> None:
    async with pool.acquire() as connection:
        await write(connection, signals, contacts)


async def change(writer: httpx.AsyncClient, signal: Signal, **said: object) -> dict[str, Any]:
    """The signal as it is then."""
    answer = await writer.patch(f"/v1/signals/{signal.signal_id}", json=said)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def prove(pool: Pool, now: datetime) -> Proved:
    """One round of the job."""
    done = await Proving(pool, patience=PATIENCE, clock=lambda: now).run_once()
    assert done is not None
    return done


async def status(pool: Pool, signal: Signal) -> str:
    return str(await pool.fetchval("SELECT status FROM signals WHERE signal_id = $1", signal.signal_id))


async def said(pool: Pool, topic: str) -> list[str]:
    """What waits in the outbox for this topic, in order."""
    return [
        bytes(row["value"]).decode()
        for row in await pool.fetch("SELECT value FROM outbox WHERE topic = $1 ORDER BY position", topic)
    ]
