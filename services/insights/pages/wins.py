"""Wins: what went well in the last four weeks, because nobody looks at them otherwise."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from services.insights.api.places import LAST_OF_ALL, contact_cursor
from services.insights.pages.wording import count, plural, spoken
from services.insights.reads.answers import Bucket
from services.insights.reads.wins import VerifiedFix, WinLine, Wins, verified_fixes, win_lines, wins_of
from services.insights.store.connection import Connection

STRETCH: Final = timedelta(days=28)
SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class WinsPage:
    """Everything the template needs."""

    now: datetime
    headline: str
    lead: str
    wins: Wins
    fixes: tuple[VerifiedFix, ...]
    lines: tuple[WinLine, ...]
    is_first: bool
    next_cursor: str | None


async def wins_page(connection: Connection, tenant: str, *, now: datetime, before: tuple[datetime, UUID]) -> WinsPage:
    """The page as it is now, its contacts from before a place on."""
    until = Bucket.DAY.floor(now) + Bucket.DAY.length
    since = until - STRETCH
    wins = await wins_of(connection, tenant, since=since, until=until)
    page = await win_lines(connection, tenant, since=since, until=until, before=before, limit=SHOWN)
    last = page.items[-1] if page.more else None
    return WinsPage(
        now=now,
        headline=plural(wins.total, "win in four weeks", "wins in four weeks") if wins.total else "No win in four weeks yet",
        lead=_lead(wins),
        wins=wins,
        fixes=await verified_fixes(connection, tenant, since=since, until=until),
        lines=page.items,
        is_first=before == LAST_OF_ALL,
        next_cursor=contact_cursor(last.at, last.contact_id) if last else None,
    )


def _lead(wins: Wins) -> str:
    parts = (
        f"{count(wins.praise)} praised you" if wins.praise else "",
        plural(wins.won, "contact ended well", "contacts ended well") if wins.won else "",
        plural(wins.verified, "fix was proved", "fixes were proved") if wins.verified else "",
    )
    said = spoken(tuple(part for part in parts if part))
    return f"{said[0].upper()}{said[1:]}." if said else ""
