"""The log of changes: who did what to which signal, the latest first, and the way back."""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final

from services.insights.api.changelog import ChangesCursor
from services.insights.api.cursors import decode_cursor, encode_cursor
from services.insights.pages.log_lines import LogLine, log_line
from services.insights.pages.wording import day
from services.insights.reads.changes import Asked, changes_of
from services.insights.store.connection import Connection

SHOWN: Final = 50


@dataclass(frozen=True, slots=True)
class LogDay:
    """The changes of one day, UTC."""

    name: str
    lines: tuple[LogLine, ...]


@dataclass(frozen=True, slots=True)
class ChangesPage:
    """Everything the template needs."""

    now: datetime
    days: tuple[LogDay, ...]
    is_first: bool
    next_cursor: str | None


async def changes_page(connection: Connection, tenant: str, *, now: datetime, cursor: str | None) -> ChangesPage:
    """The page as it is now, from before a place on. Raises Problem 422 for a cursor that is none."""
    before = decode_cursor(cursor, ChangesCursor).position if cursor else None
    page = await changes_of(connection, tenant, Asked(), before=before, limit=SHOWN)
    lines = [log_line(logged) for logged in page.items]
    days = tuple(LogDay(name, tuple(group)) for name, group in groupby(lines, key=lambda line: day(line.at)))
    return ChangesPage(
        now=now,
        days=days,
        is_first=before is None,
        next_cursor=encode_cursor(ChangesCursor(position=page.items[-1].position)) if page.more else None,
    )
