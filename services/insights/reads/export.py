"""Everything that fits, out: signals or contacts, page after page, so that neither memory nor a transaction grows with it."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from services.insights.reads.filters import Filters
from services.insights.reads.signals import RankedSignal, ranked_page
from services.insights.store.blocks import blocks
from services.insights.store.connection import Pool, transaction

CONTACTS_A_PAGE: Final = 2_000
SIGNALS_A_PAGE: Final = 200

Row = tuple[object, ...]
"""Values in the order of the columns."""

_SQL: Final = "read_export"
_FIRST: Final = (datetime(1999, 1, 1, tzinfo=UTC), UUID(int=0))
_LAST: Final = (datetime(2300, 1, 1, tzinfo=UTC), UUID(int=2**128 - 1))


class Holds(StrEnum):
    """What a column holds; any value may be missing."""

    TEXT = "text"
    TEXTS = "texts"
    NUMBER = "number"
    INTEGER = "integer"
    MOMENT = "moment"


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    holds: Holds = Holds.TEXT


CONTACT_COLUMNS: Final = (
    *(Column("contact_id"), Column("occurred_at", Holds.MOMENT), Column("received_at", Holds.MOMENT), Column("channel")),
    *(Column("source"), Column("external_id"), Column("thread_id"), Column("subject"), Column("text"), Column("customer")),
    *(Column("plan"), Column("annual_value", Holds.NUMBER), Column("locale"), Column("product"), Column("product_version")),
    *(Column("area"), Column("rating_score", Holds.NUMBER), Column("rating_scale", Holds.NUMBER), Column("disposition")),
    *(Column("mood"), Column("urgency"), Column("language"), Column("queue"), Column("kinds", Holds.TEXTS)),
    *(Column("intensity", Holds.NUMBER), Column("signals", Holds.TEXTS), Column("resolution"), Column("csat", Holds.INTEGER)),
    *(Column("minutes_spent", Holds.NUMBER), Column("erased_at", Holds.MOMENT)),
)
"""As the statement `contacts` selects them."""

SIGNAL_COLUMNS: Final = (
    *(Column("signal_id"), Column("title"), Column("status"), Column("trend"), Column("owner"), Column("kind")),
    *(Column("products", Holds.TEXTS), Column("priority", Holds.NUMBER), Column("customers", Holds.INTEGER)),
    *(Column("contacts", Holds.INTEGER), Column("first_seen", Holds.MOMENT), Column("last_seen", Holds.MOMENT)),
    *(Column("opened_at", Holds.MOMENT), Column("matching_customers", Holds.INTEGER), Column("matching_contacts", Holds.INTEGER)),
)


async def contact_pages(
    pool: Pool, tenant: str, filters: Filters, *, signal_id: UUID | None = None, size: int = CONTACTS_A_PAGE
) -> AsyncIterator[Sequence[Row]]:
    """The contacts that fit, the earliest first; pages may be empty. Each is read by itself: what is erased meanwhile is erased in it."""
    since, until = filters.since or _FIRST[0], filters.until or _LAST[0]
    wanted = (since, until, filters.kind, filters.status, filters.trend, signal_id)
    place = (since, UUID(int=0)) if filters.since else _FIRST
    while place < _LAST:
        async with transaction(pool, tenant) as connection:
            end = await connection.fetchrow(blocks(_SQL)["end_of_page"], tenant, *place, until, size)
            reached = (end["occurred_at"], end["contact_id"]) if end else _LAST
            rows = await connection.fetch(
                blocks(_SQL)["contacts"],
                *(tenant, *place, *reached, *wanted),
                *(filters.product, filters.version, filters.channel, filters.plan, filters.pattern),
            )
        yield [(str(row["contact_id"]), *tuple(row)[1:]) for row in rows]
        place = reached


async def signal_pages(
    pool: Pool, tenant: str, filters: Filters, *, at: datetime, size: int = SIGNALS_A_PAGE
) -> AsyncIterator[Sequence[Row]]:
    """The signals that fit, the most urgent first."""
    place = None
    while True:
        async with transaction(pool, tenant) as connection:
            page = await ranked_page(connection, tenant, filters, at=at, limit=size, after=place)
        yield [_signal(signal) for signal in page.items]
        if page.next is None:
            return
        place = page.next


def _signal(signal: RankedSignal) -> Row:
    matching = (signal.matching.customers, signal.matching.contacts) if signal.matching else (None, None)
    return (
        *(str(signal.signal_id), signal.title, signal.status.value, signal.trend.value, signal.owner, signal.kind.value),
        *(list(signal.products), signal.priority, signal.customers, signal.contacts, signal.first_seen, signal.last_seen),
        *(signal.opened_at, *matching),
    )
