"""How contacts ended: of several reports the latest counts, whether its contact is there yet or not; a rating outlasts a mere end."""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC
from itertools import groupby
from operator import attrgetter

import asyncpg

from services.insights.rules.entry import Key
from services.insights.rules.tally import CountedOutcome
from services.insights.store.blocks import blocks
from services.insights.store.connection import Connection
from shared.events import OutcomeReported

SQL = "outcomes"


async def keep_latest(connection: Connection, outcomes: Sequence[OutcomeReported]) -> None:
    """Store what the reports add to what is known of their contacts, in whatever order they arrive."""
    for rows in _rounds(outcomes):
        await _keep(connection, rows)


async def of_contacts(connection: Connection, keys: Collection[Key]) -> dict[Key, CountedOutcome]:
    """How these contacts ended, where it is known."""
    rows = await connection.fetch(blocks(SQL)["of_contacts"], [key.tenant for key in keys], [key.contact_id for key in keys])
    return {Key(row["tenant"], row["contact_id"]): ended for row in rows if (ended := counted(row))}


def counted(row: asyncpg.Record) -> CountedOutcome | None:
    """The outcome in a row that has its columns."""
    if row["ended_at"] is None:
        return None
    minutes = row["minutes_spent"]
    seconds = None if minutes is None else round(minutes * 60)
    day, is_taken = row["ended_at"].astimezone(UTC).date(), bool(row["remedy_taken"])
    return CountedOutcome(day, row["resolution"], row["csat"], seconds, is_taken)


def _rounds(outcomes: Iterable[OutcomeReported]) -> list[list[OutcomeReported]]:
    """In the order in which they were said, the first report of each contact, then the second: one statement changes a row once."""
    of_contact = attrgetter("tenant", "contact_id")
    ordered = sorted(outcomes, key=attrgetter("tenant", "contact_id", "occurred_at", "received_at"))
    rounds: list[list[OutcomeReported]] = []
    for _, reports in groupby(ordered, of_contact):
        for place, report in enumerate(reports):
            if place == len(rounds):
                rounds.append([])
            rounds[place].append(report)
    return rounds


async def _keep(connection: Connection, rows: Sequence[OutcomeReported]) -> None:
    await connection.execute(
        blocks(SQL)["keep"],
        [row.tenant for row in rows],
        [row.contact_id for row in rows],
        [row.resolution for row in rows],
        [row.csat for row in rows],
        [row.minutes_spent for row in rows],
        [row.remedy_taken for row in rows],
        [row.occurred_at for row in rows],
        [row.received_at for row in rows],
    )
