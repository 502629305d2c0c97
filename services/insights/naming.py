"""What signals are called until a person names them."""

import asyncio
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from services.insights.rules.titles import Background, Said, background, title
from services.insights.store import locks, signals
from services.insights.store.connection import Connection, Pool, transaction
from services.insights.store.signals import UNTITLED, Quote, Realm
from shared.clock import Clock

MOST_TEXTS: Final = 1_000
"""Frictions whose words say what is common."""

MOST_MEMBERS: Final = 200
"""Members whose words make a title."""

MOST_CHARACTERS: Final = 1_000
"""Of each of them."""


async def common_words(pool: Pool, realm: Realm) -> Background:
    """What the realm's customers say in general."""
    async with transaction(pool) as connection:
        quotes = await signals.texts(connection, realm, limit=MOST_TEXTS)
    return await asyncio.to_thread(background, _said(quotes))


async def title_for(
    connection: Connection, realm: Realm, quotes: Sequence[Quote], common: Background, *, of: UUID | None = None
) -> str:
    """A title for a signal of which these are members, other than those that others of the tenant have."""
    taken = await signals.titles(connection, realm.tenant, but=of)
    return await asyncio.to_thread(_title, quotes[:MOST_MEMBERS], common, taken)


async def retitle(pool: Pool, clock: Clock) -> None:
    """Give new titles to signals whose titles are in doubt, or that have outgrown them."""
    async with transaction(pool) as connection:
        doubted = await signals.untitled(connection)
    common: dict[Realm, Background] = {}
    for found in doubted:
        if found.realm not in common:
            common[found.realm] = await common_words(pool, found.realm)
        async with transaction(pool) as connection:
            await locks.take(connection, shared=frozenset(), alone={found.realm.tenant})
            quotes = await signals.members(connection, found.realm, found.signal_id, limit=MOST_MEMBERS)
            named = await title_for(connection, found.realm, quotes, common[found.realm], of=found.signal_id)
            await signals.retitle(connection, found, named, now=clock())


def _title(quotes: Sequence[Quote], common: Background, taken: frozenset[str]) -> str:
    kinds = sorted(quote.kind for quote in quotes)
    most = max(kinds, key=kinds.count, default="unknown")
    otherwise = UNTITLED if most == "unknown" else f"{most.capitalize()}, not yet named"
    return title(_said(quotes), common, otherwise=otherwise, taken=taken)


def _said(quotes: Sequence[Quote]) -> list[Said]:
    return [Said(quote.person, quote.words[:MOST_CHARACTERS]) for quote in quotes]
