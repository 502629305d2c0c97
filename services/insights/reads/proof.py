"""The fix of a signal, and whether it works: worked out from the counts as they are now, every time somebody asks."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final
from uuid import UUID

import numpy as np

from services.insights.rules.comparison import Per, Stretch, customers_of, stretches
from services.insights.rules.proof import Days, Needed, Verdict, calm, proof_of
from services.insights.store import exposure, fixes
from services.insights.store.blocks import blocks
from services.insights.store.connection import Connection
from services.insights.store.fixes import Fixed

SQL: Final = "read_proof"


@dataclass(frozen=True, slots=True)
class Compared:
    """Whole days, UTC, `until` excluded, the contacts of the signal in them, and how many of the days are left out as a wave."""

    since: date
    until: date
    contacts: int
    days_left_out: int


@dataclass(frozen=True, slots=True)
class ProofOfFix:
    """What the contacts say of a fix: `ratio` is the rate after over the rate before, per customers or contacts, as rules.proof tells it."""

    verdict: Verdict
    ratio: float | None
    low: float
    high: float | None
    per: Per
    before: Compared
    after: Compared
    needed: Needed | None


@dataclass(frozen=True, slots=True)
class FixTold:
    """The fix of a signal that counts, and its proof."""

    fix_id: UUID
    at: datetime
    version: str | None
    product: str | None
    told_by: str
    told_at: datetime
    proof: ProofOfFix


async def fix_of(connection: Connection, tenant: str, signal_id: UUID, *, at: datetime) -> FixTold | None:
    """The fix of this signal with its proof at that moment; None where it has none."""
    fixed = await fixes.fixed_one(connection, tenant, signal_id)
    if fixed is None:
        return None
    fix = fixed.fix
    proof = await prove(connection, tenant, fixed, at=at)
    return FixTold(fixed.fix_id, fix.at, fix.version, fix.product, fix.told_by, fix.told_at, proof)


async def prove(connection: Connection, tenant: str, fixed: Fixed, *, at: datetime) -> ProofOfFix:
    """What the contacts that are counted by now say of this fix."""
    before, after = stretches(
        fixed.fix.at,
        met_since=_day(fixed.first_met or fixed.fix.at),
        fixed_before=_day(fixed.followed_at) if fixed.followed_at else None,
        now=at,
    )
    contacts = await _counts(connection, "contacts", tenant, fixed, Stretch(before.since, after.until))
    per, exposed = await _exposure(connection, tenant, fixed, before, after)
    days = _days(before, contacts, exposed), _days(after, contacts, exposed)
    kept = calm(*days) if per is Per.CONTACTS else days
    proof = await asyncio.to_thread(proof_of, *kept)
    return ProofOfFix(
        proof.verdict,
        proof.ratio,
        proof.low,
        proof.high,
        per,
        _compared(before, days[0], kept[0]),
        _compared(after, days[1], kept[1]),
        proof.needed,
    )


async def _exposure(
    connection: Connection, tenant: str, fixed: Fixed, before: Stretch, after: Stretch
) -> tuple[Per, Mapping[date, int]]:
    days = [*before.days, *after.days]
    whole = Stretch(before.since, after.until)
    told = await exposure.between(connection, tenant, since=whole.since, until=whole.until)
    customers = customers_of(told, fixed.fix.product or "", days)
    if customers is not None:
        return Per.CUSTOMERS, dict(zip(days, customers, strict=True))
    return Per.CONTACTS, await _counts(connection, "outside", tenant, fixed, whole)


async def _counts(connection: Connection, what: str, tenant: str, fixed: Fixed, stretch: Stretch) -> Mapping[date, int]:
    asked = (tenant, fixed.signal_id, stretch.since, stretch.until)
    product = fixed.fix.product
    rows = (
        await connection.fetch(blocks(SQL)[f"{what}_of_product"], *asked, product)
        if product
        else await connection.fetch(blocks(SQL)[what], *asked)
    )
    return {row["day"]: int(row["number"]) for row in rows}


def _days(stretch: Stretch, contacts: Mapping[date, int], exposed: Mapping[date, int]) -> Days:
    return Days(
        np.array([contacts.get(day, 0) for day in stretch.days], dtype=np.float64),
        np.array([exposed.get(day, 0) for day in stretch.days], dtype=np.float64),
        stretch.since.weekday(),
    )


def _compared(stretch: Stretch, days: Days, kept: Days) -> Compared:
    return Compared(stretch.since, stretch.until, int(days.contacts.sum()), int((days.exposure > kept.exposure).sum()))


def _day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()
