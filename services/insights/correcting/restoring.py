"""A title, a status, an owner or a note is again what it was before a change."""

from services.insights.store import fixes, grouping
from services.insights.store.changelog import Line
from services.insights.store.connection import Connection
from services.insights.store.fixes import Standing


async def restore(connection: Connection, tenant: str, line: Line) -> None:
    """Whatever this change gave the signal a value of, it has the one from before it."""
    before = line.before
    if "title_by" in before:
        await _title(connection, tenant, line)
    if "owner" in before:
        await fixes.set_owner(connection, tenant, line.signal_id, _text(before["owner"]))
    if "note" in before:
        await fixes.set_note(connection, tenant, line.signal_id, _text(before["note"]))
    if "status" in before:
        await fixes.set_status(connection, tenant, line.signal_id, Standing.of(before))


async def _title(connection: Connection, tenant: str, line: Line) -> None:
    """A title that was found is not in the log, since it is made of customers' words: it is found anew."""
    title, actor = _text(line.before.get("title")), str(line.before["title_by"])
    if title is None:
        await grouping.pin_title(connection, tenant, line.signal_id, actor)
        await grouping.doubt_title(connection, tenant, line.signal_id)
    else:
        await fixes.set_title(connection, tenant, line.signal_id, title, actor=actor, now=line.changed_at)


def _text(fact: object) -> str | None:
    return None if fact is None else str(fact)
