"""
The job that says where every signal is going: its windows of contacts that end now, against its baseline. Others are told what escalates.

One leader does it. Baselines end a week ago, so that a surge is not taken for usual while it lasts; they are made again every hour, and
at once after signals were merged, split or arranged anew: that is no surge. Nothing is kept but the trends: a restart loses nothing.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from services.insights.rules.alerts import is_new_episode, is_worse
from services.insights.rules.baseline import WEEK, Baseline, baseline_of, rhythm_of, usual_straying, weeks_of
from services.insights.rules.trend import WINDOWS, Windows, compared, uncompared
from services.insights.store import changes, following, locks, snoozes
from services.insights.store.connection import Connection, Pool, transaction
from services.insights.store.following import Followed, hours_since_origin
from shared.clock import Clock
from shared.events import Change, Trend

Floats = NDArray[np.float64]

JOB: Final = "following"

WEEKS: Final = 8
"""Of a baseline, at most."""

AT_ONCE: Final = 500
"""Signals whose hours are read at once."""


@dataclass(frozen=True, slots=True)
class _Baselines:
    """Those of a tenant's signals that are not young; `until` is the hour at which they end, `grouped` how signals were grouped."""

    until: int
    grouped: int
    of: Mapping[UUID, Baseline]


class Following:
    """Keeps the trends of all signals. Several may run: one at a time does the work."""

    def __init__(self, pool: Pool, *, clock: Clock) -> None:
        self._pool = pool
        self._clock = clock
        self._baselines: dict[str, _Baselines] = {}

    async def run_once(self) -> int | None:
        """One round over all tenants: how many trends changed. None where another process is at it; raises Unavailable."""
        async with locks.leading(self._pool, JOB) as is_leader:
            if not is_leader:
                return None
            async with transaction(self._pool) as connection:
                tenants = await following.tenants(connection)
            return sum([await self._follow(tenant, self._clock()) for tenant in tenants])

    async def _follow(self, tenant: str, now: datetime) -> int:
        async with locks.turn(self._pool, tenant) as is_ours:
            return await self._judge(tenant, now) if is_ours else 0

    async def _judge(self, tenant: str, now: datetime) -> int:
        async with transaction(self._pool) as connection:
            # A merge in the middle of it would be compared with what there was before.
            await locks.take(connection, shared={tenant}, alone=frozenset())
            signals = await following.followed(connection, tenant, at=now)
            found = {each.signal_id: uncompared(first=each.first_hour, last=each.last_hour, now=now) for each in signals}
            open_ = [each for each in signals if found[each.signal_id] is None]
            baselines = await self._up_to_date(connection, tenant, open_, now)
            ids = [each.signal_id for each in open_ if each.signal_id in baselines]
            windows = await _windows(connection, tenant, ids, [baselines[signal_id] for signal_id in ids], now)
            trends = {**found, **dict(zip(ids, compared(windows), strict=True))}
            changed = _changed(signals, trends)
            await following.set_trends(connection, tenant, changed, at=now)
            for each in await _worse(connection, tenant, signals, changed, now):
                await _alert(connection, tenant, each, now)
        return len(changed)

    async def _up_to_date(
        self, connection: Connection, tenant: str, signals: Sequence[Followed], now: datetime
    ) -> Mapping[UUID, Baseline]:
        until, grouped = int(hours_since_origin(now)) - WEEK, await following.grouped(connection, tenant)
        known = self._baselines.get(tenant)
        if known is None or (known.until, known.grouped) != (until, grouped):
            weeks = [
                week
                for start in range(0, len(signals), AT_ONCE)
                for week in await _weeks(connection, tenant, signals[start : start + AT_ONCE], until)
            ]
            made = await asyncio.to_thread(_baselines, weeks)
            known = _Baselines(until, grouped, dict(zip((each.signal_id for each in signals), made, strict=True)))
            self._baselines[tenant] = known
        return known.of


async def _weeks(connection: Connection, tenant: str, signals: Sequence[Followed], until: int) -> list[Floats]:
    """The whole weeks of each signal since it was first met."""
    ids = [each.signal_id for each in signals]
    counts = await following.hourly(connection, tenant, ids, since=until - WEEKS * WEEK, until=until)
    ages = [until - int(hours_since_origin(each.first_hour)) for each in signals if each.first_hour is not None]
    return [weeks_of(row[-age:], until) for row, age in zip(counts, ages, strict=True)]


def _baselines(weeks: Sequence[Floats]) -> list[Baseline]:
    rhythm = rhythm_of(np.sum([each.sum(0) for each in weeks], axis=0)) if weeks else np.ones(WEEK)
    usual = usual_straying(weeks, rhythm)
    return [baseline_of(each, rhythm=rhythm, usual=usual) for each in weeks]


async def _windows(
    connection: Connection, tenant: str, ids: Sequence[UUID], baselines: Sequence[Baseline], now: datetime
) -> Windows:
    """Windows of an hour and less are counted to the moment, longer ones from the beginning of an hour."""
    moment = hours_since_origin(now)
    since = np.where(WINDOWS > 1, np.floor(moment - WINDOWS), moment - WINDOWS)
    first, last = int(since[-1]), int(moment) + 1
    hours = await following.hourly(connection, tenant, ids, since=first, until=last)
    observed = np.zeros((len(ids), len(WINDOWS)))
    for column, hours_long in enumerate(WINDOWS):
        if hours_long > 1:
            observed[:, column] = hours[:, int(since[column]) - first :].sum(1)
        else:
            seen = await following.latest(connection, tenant, since=now - timedelta(hours=hours_long), until=now)
            observed[:, column] = [seen.get(signal_id, 0) for signal_id in ids]
    shape = observed.shape
    return Windows(
        observed,
        np.array([each.expected(since, np.array(moment)) for each in baselines]).reshape(shape),
        np.array([each.variance(WINDOWS) for each in baselines]).reshape(shape),
    )


async def _worse(
    connection: Connection, tenant: str, signals: Sequence[Followed], changed: Mapping[UUID, Trend], now: datetime
) -> list[Followed]:
    """The signals of which others should be told that they escalate."""
    asleep = await snoozes.of_tenant(connection, tenant, at=now)
    found = []
    for each in signals:
        trend, sleeper = changed.get(each.signal_id, each.trend), asleep.get(each.signal_id)
        if sleeper is None:
            is_due = is_new_episode(before=each.trend, calm_since=each.calm_since, trend=trend, now=now)
        else:
            is_due = is_worse(sleeper.snooze, trend=trend, contacts=sleeper.latest)
        if is_due:
            found.append(each)
    return found


async def _alert(connection: Connection, tenant: str, signal: Followed, now: datetime) -> None:
    before, after = {"trend": signal.trend}, {"trend": Trend.ESCALATING}
    await changes.record(connection, tenant, signal.signal_id, Change.ESCALATED, actor=JOB, at=now, before=before, after=after)


def _changed(signals: Sequence[Followed], trends: Mapping[UUID, Trend | None]) -> dict[UUID, Trend]:
    """A signal that has just grown out of being young has no baseline before the next hour: it stays what it was."""
    return {
        each.signal_id: trend for each in signals if (trend := trends[each.signal_id]) is not None and trend is not each.trend
    }
