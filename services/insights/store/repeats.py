"""What was said about frictions that were fixed or answered, and the failures found in it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final
from uuid import UUID

import asyncpg

from services.insights.rules.recurrence import Message
from services.insights.rules.repeats import Repeat
from services.insights.store.blocks import blocks
from services.insights.store.connection import Connection
from shared.events import derived_id

SQL: Final = "repeats"


@dataclass(frozen=True, slots=True)
class Answered:
    """All that one customer said about one signal, and when which contact of it was answered."""

    signal_id: UUID
    messages: tuple[Message, ...]
    answers: Mapping[UUID, datetime]


@dataclass(frozen=True, slots=True)
class Found:
    """A failure of a signal, after a fix or, without one, after an answer."""

    signal_id: UUID
    fix_id: UUID | None
    repeat: Repeat


async def since_fix(connection: Connection, tenant: str, signal_id: UUID, *, at: datetime) -> list[Message]:
    """All that was said about the signal by whoever said something about it after that moment."""
    return [_message(row) for row in await connection.fetch(blocks(SQL)["since_fix"], tenant, signal_id, at)]


async def answered(connection: Connection, tenant: str, *, since: datetime) -> list[Answered]:
    """Customers who met a friction more than once and were answered as solved there after that moment."""
    rows = await connection.fetch(blocks(SQL)["answered"], tenant, since)
    return [
        _answered(signal_id, tuple(group))
        for (signal_id, _), group in groupby(rows, lambda row: (row["signal_id"], row["person"]))
    ]


async def replace(connection: Connection, tenant: str, found: Sequence[Found]) -> None:
    """These are the tenant's failures now, and no others."""
    rows = {_id(tenant, one): one for one in found}
    await connection.execute(blocks(SQL)["forget_others"], tenant, list(rows))
    await connection.executemany(blocks(SQL)["keep"], [_row(tenant, repeat_id, one) for repeat_id, one in rows.items()])


def _id(tenant: str, found: Found) -> UUID:
    return derived_id("repeat", tenant, found.signal_id, found.fix_id or found.repeat.answered)


def _row(tenant: str, repeat_id: UUID, found: Found) -> tuple[object, ...]:
    repeat = found.repeat
    return (
        *(tenant, repeat_id, found.signal_id, found.fix_id, repeat.answered),
        *(repeat.since, repeat.first_at, repeat.latest_at),
        *(repeat.meetings, repeat.contacts, repeat.customers, repeat.customers_again, list(repeat.evidence)),
    )


def _answered(signal_id: UUID, rows: Sequence[asyncpg.Record]) -> Answered:
    answers = {row["contact_id"]: row["answered_at"] for row in rows if row["answered_at"] is not None}
    return Answered(signal_id, tuple(_message(row) for row in rows), answers)


def _message(row: asyncpg.Record) -> Message:
    # A thread is its sender's: two apps may number theirs alike.
    thread = None if row["thread_id"] is None else json.dumps([row["source"], row["thread_id"]])
    return Message(row["contact_id"], row["person"], thread, row["occurred_at"], row["product"], row["product_version"])
