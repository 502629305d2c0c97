"""Contacts over time, from the hourly rollup, with a zero where nothing was."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from services.insights.reads.answers import Bucket, Point
from services.insights.store.blocks import blocks
from services.insights.store.connection import Connection

MOST_BUCKETS = 1_000
"""Points of the longest series."""


def buckets_between(bucket: Bucket, since: datetime, until: datetime) -> int:
    """How many points a series has: every bucket that has some of `since` to `until` (excluded) in it."""
    first = bucket.floor(since)
    return max(0, -((first - until) // bucket.length))


async def series_of(
    connection: Connection,
    tenant: str,
    signal_ids: Sequence[UUID],
    *,
    bucket: Bucket,
    since: datetime,
    until: datetime,
    now: datetime,
) -> Mapping[UUID, tuple[Point, ...]]:
    """The series of each signal over whole buckets: the same buckets for all, at most MOST_BUCKETS."""
    first = bucket.floor(since)
    number = buckets_between(bucket, since, until)
    rows = await connection.fetch(
        blocks("read_series")["buckets"], tenant, signal_ids, bucket.value, first, first + number * bucket.length
    )
    found = {(row["signal_id"], row["start"]): row["contacts"] for row in rows}
    starts = [first + place * bucket.length for place in range(number)]
    return {
        signal_id: tuple(Point(start, found.get((signal_id, start), 0), start + bucket.length <= now) for start in starts)
        for signal_id in signal_ids
    }
