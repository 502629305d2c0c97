"""The list of signals: what the address asks for, page by page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.insights.api.places import rank_cursor
from services.insights.pages.asking import Asked, asked_by
from services.insights.pages.listing import Row, row_of
from services.insights.pages.wording import plural, status_name
from services.insights.reads.filters import Sort
from services.insights.reads.signals import Place, ranked_page
from services.insights.store.connection import Connection
from shared.events import Channel, Kind, Status, Trend
from shared.web.wording import channel_name

SHOWN: Final = 25


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a field that offers a few."""

    value: str
    words: str


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that holds, and the address without it."""

    name: str
    words: str
    without: str


@dataclass(frozen=True, slots=True)
class SignalsPage:
    """Everything the template needs."""

    now: datetime
    asked: Asked
    rows: tuple[Row, ...]
    total: int
    headline: str
    chips: tuple[Chip, ...]
    is_first: bool
    choices: Mapping[str, tuple[Choice, ...]]
    sorts: tuple[Choice, ...]
    is_wide: bool
    next_cursor: str | None


async def signals_page(
    connection: Connection, tenant: str, query: Mapping[str, str], *, now: datetime, after: Place | None
) -> SignalsPage:
    """The page as it is now, from after a place on."""
    asked = asked_by(query)
    ranking = await ranked_page(connection, tenant, asked.filters, at=now, limit=SHOWN, sort=asked.sort, after=after)
    return SignalsPage(
        now=now,
        asked=asked,
        rows=tuple(row_of(signal) for signal in ranking.items),
        total=ranking.total,
        headline=_headline(ranking.total, is_filtered=bool(asked.said)),
        chips=tuple(Chip(_NAMES[name], _words(name, words), asked.address(**{name: ""})) for name, words in asked.said.items()),
        is_first=after is None,
        choices=CHOICES,
        sorts=tuple(Choice(sort.value, words) for sort, words in _SORTS.items()),
        is_wide=any(name in asked.said for name in ("product", "version", "channel", "plan", "since", "until")),
        next_cursor=rank_cursor(ranking.next),
    )


def _headline(total: int, *, is_filtered: bool) -> str:
    if is_filtered:
        return f"{plural(total, 'signal fits', 'signals fit')}" if total else "No signal fits"
    return plural(total, "signal", "signals") if total else "No signal yet"


def _words(name: str, words: str) -> str:
    found = [choice.words for choice in CHOICES.get(name, ()) if choice.value == words]
    return found[0] if found else f"“{words}”" if name == "q" else words


CHOICES: Final[Mapping[str, tuple[Choice, ...]]] = {
    "status": tuple(Choice(status.value, status_name(status)) for status in Status),
    "trend": tuple(Choice(trend.value, trend.value.capitalize()) for trend in Trend),
    "kind": tuple(Choice(kind.value, kind.value.capitalize()) for kind in Kind),
    "channel": tuple(Choice(channel.value, channel_name(channel)) for channel in Channel),
}

_NAMES: Final = {
    "q": "Words",
    "status": "Status",
    "trend": "Trend",
    "kind": "Kind",
    "product": "Product",
    "version": "Version",
    "channel": "Channel",
    "plan": "Plan",
    "since": "From",
    "until": "To",
}

_SORTS: Final = {
    Sort.PRIORITY: "Priority",
    Sort.CUSTOMERS: "Customers",
    Sort.CONTACTS: "Contacts",
    Sort.LATEST: "Last seen",
    Sort.NEWEST: "Newest",
}
