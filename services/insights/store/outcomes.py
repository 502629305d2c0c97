"""How contacts ended: of several reports the latest counts, whether its contact is there yet or not; a rating outlasts a mere end."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import attrgetter

from services.insights.store.blocks import blocks
from services.insights.store.connection import Connection
from shared.events import OutcomeReported

SQL = "outcomes"


async def keep_latest(connection: Connection, outcomes: Sequence[OutcomeReported]) -> None:
    """Store what the reports add to what is known of their contacts, in whatever order they arrive."""
    for rows in _rounds(outcomes):
        await _keep(connection, rows)


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
