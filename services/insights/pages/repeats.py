"""Failures in our sense: what came back after its fix, and who met the same thing again after an answer."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from services.insights.api.places import LAST_OF_ALL, contact_cursor
from services.insights.pages.wording import plural
from services.insights.reads.repeats import After, RepeatLine, repeats_page
from services.insights.store.connection import Connection

SHOWN: Final = 25
EVIDENCE: Final = 5


@dataclass(frozen=True, slots=True)
class Failure:
    """One repeat in a sentence, what it amounts to, and the contacts that show it."""

    repeat: RepeatLine
    words: str
    size: str
    evidence: tuple[UUID, ...]
    more_evidence: int


@dataclass(frozen=True, slots=True)
class RepeatsPage:
    """Everything the template needs."""

    now: datetime
    headline: str
    failures: tuple[Failure, ...]
    is_first: bool
    next_cursor: str | None


async def failures_page(connection: Connection, tenant: str, *, now: datetime, before: tuple[datetime, UUID]) -> RepeatsPage:
    """The page as it is now, those met latest first, from before a place on."""
    page, total = await repeats_page(connection, tenant, signal_id=None, after=None, before=before, limit=SHOWN)
    last = page.items[-1] if page.more else None
    return RepeatsPage(
        now=now,
        headline=plural(total, "mistake was repeated", "mistakes were repeated") if total else "No mistake was repeated",
        failures=tuple(_failure(repeat) for repeat in page.items),
        is_first=before == LAST_OF_ALL,
        next_cursor=contact_cursor(last.latest_at, last.repeat_id) if last else None,
    )


def _failure(repeat: RepeatLine) -> Failure:
    waited = (repeat.first_at - repeat.since).days
    later = "on the same day" if waited == 0 else f"{plural(waited, 'day', 'days')} later"
    if repeat.after is After.FIX:
        version = f" in {repeat.fixed_version}" if repeat.fixed_version else ""
        words = f"A fix shipped{version}, and it came back {later}"
    else:
        words = f"A customer had an answer, and met it again {later}"
    return Failure(repeat, words, _size(repeat), repeat.evidence[:EVIDENCE], max(0, len(repeat.evidence) - EVIDENCE))


def _size(repeat: RepeatLine) -> str:
    contacts = plural(repeat.contacts, "contact", "contacts")
    if repeat.after is After.ANSWER:
        return f"{contacts} since"
    again = f", {repeat.customers_again:,} of whom had met it before" if repeat.customers_again else ""
    return f"{contacts} by {plural(repeat.customers, 'customer', 'customers')} since{again}"
