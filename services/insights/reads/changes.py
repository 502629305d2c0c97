"""The log of what happened to signals, the latest first."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from services.insights.reads.answers import Page
from services.insights.store.blocks import blocks
from services.insights.store.changes import Facts
from services.insights.store.connection import Connection
from shared.events import Change

_SQL: Final = "changelog"


@dataclass(frozen=True, slots=True)
class Asked:
    """Which lines: all that are given must hold. `signal_id` is either of the signals that a line is about."""

    signal_id: UUID | None = None
    actor: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Undone:
    """By which change another was taken back, by whom, when."""

    change_id: UUID
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True)
class LoggedChange:
    """One line of the log: what was before and after by name, the title that the signal has now, and its place in the log."""

    change_id: UUID
    signal_id: UUID
    title: str | None
    other_id: UUID | None
    change: Change
    actor: str
    changed_at: datetime
    before: Facts
    after: Facts
    undone: Undone | None
    position: int


async def changes_of(connection: Connection, tenant: str, asked: Asked, *, before: int | None, limit: int) -> Page[LoggedChange]:
    """The tenant's lines that fit, from before a position on, the latest first."""
    rows = await connection.fetch(
        blocks(_SQL)["page"], tenant, asked.signal_id, asked.actor, asked.since, asked.until, before, limit + 1
    )
    return Page(tuple(_line(row) for row in rows[:limit]), more=len(rows) > limit)


def _line(row: asyncpg.Record) -> LoggedChange:
    return LoggedChange(
        change_id=row["change_id"],
        signal_id=row["signal_id"],
        title=row["title"],
        other_id=row["other_id"],
        change=Change(row["change"]),
        actor=row["actor"],
        changed_at=row["changed_at"],
        before=json.loads(row["before"]),
        after=json.loads(row["after"]),
        undone=Undone(row["undone_by"], row["undone_actor"], row["undone_at"]) if row["undone_by"] else None,
        position=row["position"],
    )
