"""How contacts ended, counted with them: whichever comes first waits for the other."""

from collections.abc import Collection, Sequence

from services.insights.rules.entry import Key
from services.insights.rules.tally import change
from services.insights.store import contacts, outcomes, rollups
from services.insights.store.connection import Connection
from shared.events import OutcomeReported


async def early(connection: Connection, reported: Collection[OutcomeReported]) -> set[str]:
    """
    Tenants with an outcome whose contact is not there. Whoever keeps it has to hold them alone: somebody else may be counting the
    contact, who does not see the outcome yet.
    """
    keys = _keys(reported)
    return {key.tenant for key in await contacts.unknown(connection, keys)} if keys else set()


async def report(connection: Connection, reported: Sequence[OutcomeReported]) -> None:
    """Store and count what the reports add to what is known of their contacts."""
    if not reported:
        return
    known = await contacts.hold(connection, _keys(reported))
    places = [one.place for one in known.values()]
    before = await contacts.counted(connection, places)
    await outcomes.keep_latest(connection, reported)
    await rollups.add(connection, change(before=before, after=await contacts.counted(connection, places)))


def _keys(reported: Collection[OutcomeReported]) -> list[Key]:
    return sorted({Key(one.tenant, one.contact_id) for one in reported}, key=lambda key: (key.tenant, key.contact_id))
