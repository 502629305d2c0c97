"""How contacts ended: of several reports the latest counts, whether its contact is there yet or not."""

from collections.abc import Sequence

from services.insights.store.blocks import blocks
from services.insights.store.connection import Connection
from shared.events import OutcomeReported

SQL = "outcomes"


async def keep_latest(connection: Connection, outcomes: Sequence[OutcomeReported]) -> None:
    """Store the reports that are later than what is known of their contacts."""
    ordered = sorted(outcomes, key=lambda outcome: (outcome.occurred_at, outcome.received_at))
    latest = {(outcome.tenant, outcome.contact_id): outcome for outcome in ordered}
    rows = [latest[key] for key in sorted(latest)]
    await connection.execute(
        blocks(SQL)["keep_latest"],
        [row.tenant for row in rows],
        [row.contact_id for row in rows],
        [row.resolution for row in rows],
        [row.csat for row in rows],
        [row.minutes_spent for row in rows],
        [row.remedy_taken for row in rows],
        [row.occurred_at for row in rows],
        [row.received_at for row in rows],
    )
