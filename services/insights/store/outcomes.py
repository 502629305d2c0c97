"""How contacts ended: of several reports the latest counts, whether its contact is there yet or not; a rating outlasts a mere end."""

from collections.abc import Iterable, Sequence

from services.insights.store.blocks import blocks
from services.insights.store.connection import Connection
from shared.events import OutcomeReported, Resolution

SQL = "outcomes"


async def keep_latest(connection: Connection, outcomes: Sequence[OutcomeReported]) -> None:
    """Store the reports that are later than what is known of their contacts."""
    ordered = sorted(outcomes, key=lambda outcome: (outcome.occurred_at, outcome.received_at))
    # One statement changes a row once. Of all reports of a contact two count: the last that begins anew, and the last.
    await _keep(connection, _last_of_each(outcome for outcome in ordered if _begins_anew(outcome)))
    await _keep(connection, _last_of_each(ordered))


def _begins_anew(outcome: OutcomeReported) -> bool:
    return outcome.csat is not None or outcome.resolution is Resolution.OPEN


def _last_of_each(ordered: Iterable[OutcomeReported]) -> list[OutcomeReported]:
    latest = {(outcome.tenant, outcome.contact_id): outcome for outcome in ordered}
    return [latest[key] for key in sorted(latest)]


async def _keep(connection: Connection, rows: Sequence[OutcomeReported]) -> None:
    if not rows:
        return
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
