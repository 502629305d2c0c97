"""The page of one signal: its course, its quotes, why it stands where it stands."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from services.insights.api.places import contact_cursor
from services.insights.pages.charts import Chart, chart
from services.insights.pages.log_lines import LogLine, log_line
from services.insights.pages.marks import ChartMark, Moment, Sign, marks_of
from services.insights.pages.proof import ProofPart, proof_part
from services.insights.pages.shares import ShareList, share_lists
from services.insights.pages.wording import count, day, plural
from services.insights.reads.answers import Bucket, ContactLine, Page, Point
from services.insights.reads.changes import Asked, changes_of
from services.insights.reads.evidence import contacts_of
from services.insights.reads.neighbours import Neighbour, neighbours_of
from services.insights.reads.proof import FixTold
from services.insights.reads.series import series_of
from services.insights.reads.signals import RankedSignal, signal_of
from services.insights.reads.versions import versions_of
from services.insights.rules.priority import Priority
from services.insights.rules.statuses import is_legal
from services.insights.store.connection import Connection
from services.insights.store.snoozes import Snoozed
from shared.events import Status

BARS: Final = {Bucket.HOUR: 48, Bucket.DAY: 42, Bucket.WEEK: 26}
SHORTEST: Final = 13
CONTACTS: Final = 10
HISTORY: Final = 50
NEIGHBOURS: Final = 6
VERSIONS: Final = 6


@dataclass(frozen=True, slots=True)
class SignalPage:
    """Everything the template needs."""

    now: datetime
    signal: RankedSignal
    note: str | None
    merged_into: UUID | None
    snooze: Snoozed | None
    proof: ProofPart | None
    statuses: tuple[Status, ...]
    priority: Priority
    shares: tuple[ShareList, ...]
    history: tuple[LogLine, ...]
    neighbours: tuple[Neighbour, ...]
    bucket: Bucket
    buckets: tuple[Bucket, ...]
    chart: Chart
    marks: tuple[ChartMark, ...]
    chart_label: str
    trend_words: str
    contacts: Page[ContactLine]
    next_cursor: str | None


async def signal_page(
    connection: Connection, tenant: str, signal_id: UUID, *, now: datetime, bucket: Bucket, before: tuple[datetime, UUID]
) -> SignalPage | None:
    """The page as it is now, its list of contacts from a place on; None where this tenant has no such signal."""
    detail = await signal_of(connection, tenant, signal_id, at=now)
    if detail is None:
        return None
    since = _beginning(detail.signal.first_seen, bucket, now)
    series = await series_of(connection, tenant, [signal_id], bucket=bucket, since=since, until=now, now=now)
    points = series[signal_id]
    contacts = await contacts_of(connection, tenant, signal_id, before=before, limit=CONTACTS)
    last = contacts.items[-1] if contacts.more else None
    versions = [
        Moment(seen.first_at, Sign.VERSION, seen.version, f"{seen.version} first met {day(seen.first_at)}")
        for seen in await versions_of(connection, tenant, signal_id, limit=VERSIONS)
    ]
    history = await changes_of(connection, tenant, Asked(signal_id=signal_id), before=None, limit=HISTORY)
    return SignalPage(
        now=now,
        signal=detail.signal,
        note=detail.note,
        merged_into=detail.merged_into,
        snooze=detail.snooze,
        proof=proof_part(detail.fix) if detail.fix else None,
        statuses=_statuses(detail.signal.status),
        priority=detail.priority,
        shares=share_lists(detail.shares),
        history=tuple(log_line(logged) for logged in history.items),
        neighbours=await neighbours_of(connection, tenant, signal_id, limit=NEIGHBOURS),
        bucket=bucket,
        buckets=tuple(Bucket),
        chart=chart(points),
        marks=marks_of((*_fix(detail.fix), *versions), points, bucket),
        chart_label=_label(points, bucket),
        trend_words=_course(detail.signal.weeks),
        contacts=contacts,
        next_cursor=contact_cursor(last.occurred_at, last.contact_id) if last else None,
    )


def _beginning(first_seen: datetime | None, bucket: Bucket, now: datetime) -> datetime:
    """A young signal does not begin with a row of nothing, but its chart keeps some length to be judged by."""
    longest, shortest = now - (BARS[bucket] - 1) * bucket.length, now - (SHORTEST - 1) * bucket.length
    return min(shortest, max(longest, (first_seen or longest) - bucket.length))


def _statuses(now: Status) -> tuple[Status, ...]:
    """What a person may set it to; that a fix shipped is said with its version, elsewhere."""
    return tuple(each for each in Status if each not in (now, Status.FIX_SHIPPED) and is_legal(now, each))


def _fix(fix: FixTold | None) -> tuple[Moment, ...]:
    if fix is None:
        return ()
    label = f"fix {fix.version}" if fix.version else "fix"
    return (Moment(fix.at, Sign.FIX, label, f"{label} shipped {day(fix.at)}"),)


def _label(points: tuple[Point, ...], bucket: Bucket) -> str:
    highest = max(points, key=lambda point: point.contacts)
    return (
        f"Contacts per {bucket} since {day(points[0].start)}: {count(sum(point.contacts for point in points))} in all, "
        f"highest {count(highest.contacts)} from {day(highest.start)}. The table below has every number."
    )


def _course(weeks: tuple[Point, ...]) -> str:
    """The last seven days against the four weeks before them."""
    *before, last = (point.contacts for point in weeks[-5:])
    usual = sum(before) / len(before)
    return f"{plural(last, 'contact', 'contacts')} in the last seven days, against {usual:,.1f} a week in the four weeks before."
