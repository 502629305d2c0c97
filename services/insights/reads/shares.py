"""Who meets a signal: how its latest contacts divide by kind, product, version, channel, plan and language."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final
from uuid import UUID

from services.insights.store.blocks import blocks
from services.insights.store.connection import Connection

LATEST: Final = 2_000
"""Contacts that are divided: all of most signals, a bound for the largest."""

MOST: Final = 8
"""Values of one division that are named; the rest are others."""


@dataclass(frozen=True, slots=True)
class Share:
    """So many of the contacts say `value`; None where they say nothing."""

    value: str | None
    contacts: int
    share: float


@dataclass(frozen=True, slots=True)
class Others:
    """Values that are not named, and their contacts together."""

    values: int
    contacts: int
    share: float


@dataclass(frozen=True, slots=True)
class Division:
    """The most frequent values first, at most MOST of them."""

    named: tuple[Share, ...]
    others: Others | None


@dataclass(frozen=True, slots=True)
class Shares:
    """`contacts` is how many were divided: the signal's latest, at most LATEST."""

    contacts: int
    kind: Division
    product: Division
    version: Division
    channel: Division
    plan: Division
    language: Division


async def shares_of(connection: Connection, tenant: str, signal_id: UUID) -> Shares:
    rows = await connection.fetch(blocks("read_shares")["shares"], tenant, signal_id, LATEST)
    counts = {
        what: [(row["value"], row["contacts"]) for row in group] for what, group in groupby(rows, key=lambda row: row["what"])
    }
    contacts = sum(number for _, number in counts.get("kind", ()))
    return Shares(
        contacts,
        **{
            what: _division(counts.get(what, ()), contacts)
            for what in ("kind", "product", "version", "channel", "plan", "language")
        },
    )


def _division(counts: Sequence[tuple[str | None, int]], contacts: int) -> Division:
    rest = counts[MOST:]
    others = sum(number for _, number in rest)
    return Division(
        tuple(Share(value, number, number / contacts) for value, number in counts[:MOST]),
        Others(len(rest), others, others / contacts) if rest else None,
    )
