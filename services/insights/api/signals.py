"""`GET /v1/signals` and what stands under one of them."""

from datetime import UTC, datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from services.insights.api.callers import caller_of
from services.insights.api.parameters import Asked, Time, Word
from services.insights.api.places import contact_cursor, contact_place, rank_cursor, rank_place
from services.insights.api.refusals import refuse, unknown
from services.insights.api.signal_answers import (
    PointAnswer,
    SeriesAnswer,
    SignalAnswer,
    SignalContactAnswer,
    SignalContactsAnswer,
    SignalDetailAnswer,
    SignalsAnswer,
    told,
)
from services.insights.login import Door, Viewer
from services.insights.reads.answers import Bucket
from services.insights.reads.evidence import contacts_of
from services.insights.reads.filters import Filters, Sort
from services.insights.reads.series import MOST_BUCKETS, buckets_between, series_of
from services.insights.reads.signals import is_signal, ranked_page, signal_of
from services.insights.store.connection import Pool, transaction
from shared.clock import Clock
from shared.events import Channel, Kind, Status, Trend
from shared.web import problem_responses

MOST: Final = 200
USUAL_POINTS: Final = {Bucket.HOUR: 48, Bucket.DAY: 28, Bucket.WEEK: 26}


class SignalsQuery(Asked):
    """Which signals: all that are given must hold. Those from `kind` on ask for a contact that fits them all."""

    status: Status | None = None
    trend: Trend | None = None
    snoozed: bool | None = Field(default=None, description="Only those that are snoozed, or only those that are not.")
    kind: Kind | None = Field(default=None, description="A contact about this kind of friction.")
    product: Word | None = None
    version: Word | None = None
    channel: Channel | None = None
    plan: Word | None = None
    q: Word | None = Field(default=None, description="Words in the title or in what a customer said, letter case aside.")
    since: Time | None = Field(default=None, description="A contact that occurred then or later.")
    until: Time | None = Field(default=None, description="A contact that occurred before.")
    sort: Sort = Field(default=Sort.PRIORITY, description="What comes first.")
    limit: int = Field(default=50, ge=1, le=MOST)
    cursor: str | None = Field(
        default=None, max_length=500, description="`next_cursor` of the page before, with the same filters and order."
    )

    def filters(self) -> Filters:
        """Raises Problem 422 for a stretch of time that is none."""
        if self.since and self.until and self.since >= self.until:
            raise refuse("since", "has to be before until")
        return Filters(
            status=self.status,
            trend=self.trend,
            is_snoozed=self.snoozed,
            kind=self.kind,
            product=self.product,
            version=self.version,
            channel=self.channel,
            plan=self.plan,
            text=self.q,
            since=self.since,
            until=self.until,
        )


class ContactsQuery(Asked):
    limit: int = Field(default=50, ge=1, le=MOST)
    cursor: str | None = Field(default=None, max_length=500)


class SeriesQuery(Asked):
    bucket: Bucket = Bucket.DAY
    since: Time | None = Field(default=None, description="Default: 48 hours, 28 days or 26 weeks before `until`.")
    until: Time | None = Field(default=None, description="Default: now.")


def signal_routes(*, pool: Pool, door: Door, clock: Clock) -> APIRouter:
    routes = APIRouter(prefix="/signals", tags=["signals"])
    caller = Depends(caller_of(door))

    @routes.get("", summary="Signals, the most urgent first", responses=problem_responses(401, 403, 422, 503))
    async def signals(viewer: Annotated[Viewer, caller], asked: Annotated[SignalsQuery, Query()]) -> SignalsAnswer:
        after = rank_place(asked.cursor)
        async with transaction(pool, viewer.tenant) as connection:
            page = await ranked_page(
                connection, viewer.tenant, asked.filters(), at=clock(), limit=asked.limit, sort=asked.sort, after=after
            )
        return SignalsAnswer(
            signals=tuple(SignalAnswer.model_validate(signal) for signal in page.items),
            total=page.total,
            next_cursor=rank_cursor(page.next),
        )

    @routes.get("/{signal_id}", summary="One signal", responses=problem_responses(401, 403, 404, 422, 503))
    async def signal(viewer: Annotated[Viewer, caller], signal_id: UUID) -> SignalDetailAnswer:
        async with transaction(pool, viewer.tenant) as connection:
            found = await signal_of(connection, viewer.tenant, signal_id, at=clock())
        if found is None:
            raise unknown("signal", signal_id)
        return told(found)

    @routes.get(
        "/{signal_id}/contacts", summary="Its contacts, latest first", responses=problem_responses(401, 403, 404, 422, 503)
    )
    async def contacts(
        viewer: Annotated[Viewer, caller], signal_id: UUID, asked: Annotated[ContactsQuery, Query()]
    ) -> SignalContactsAnswer:
        before = contact_place(asked.cursor)
        async with transaction(pool, viewer.tenant) as connection:
            if not await is_signal(connection, viewer.tenant, signal_id):
                raise unknown("signal", signal_id)
            page = await contacts_of(connection, viewer.tenant, signal_id, before=before, limit=asked.limit)
        return SignalContactsAnswer(
            contacts=tuple(SignalContactAnswer.model_validate(line) for line in page.items),
            next_cursor=contact_cursor(page.items[-1].occurred_at, page.items[-1].contact_id) if page.more else None,
        )

    @routes.get("/{signal_id}/series", summary="Its contacts over time", responses=problem_responses(401, 403, 404, 422, 503))
    async def series(viewer: Annotated[Viewer, caller], signal_id: UUID, asked: Annotated[SeriesQuery, Query()]) -> SeriesAnswer:
        now = clock()
        since, until = _stretch(asked, now)
        async with transaction(pool, viewer.tenant) as connection:
            if not await is_signal(connection, viewer.tenant, signal_id):
                raise unknown("signal", signal_id)
            found = await series_of(
                connection, viewer.tenant, [signal_id], bucket=asked.bucket, since=since, until=until, now=now
            )
        points = found[signal_id]
        return SeriesAnswer(
            signal_id=signal_id,
            bucket=asked.bucket,
            since=points[0].start,
            until=points[-1].start + asked.bucket.length,
            contacts=sum(point.contacts for point in points),
            points=tuple(PointAnswer.model_validate(point) for point in points),
        )

    return routes


def _stretch(asked: SeriesQuery, now: datetime) -> tuple[datetime, datetime]:
    until = (asked.until or now).astimezone(UTC)
    since = (asked.since or until - USUAL_POINTS[asked.bucket] * asked.bucket.length).astimezone(UTC)
    if since >= until:
        raise refuse("since", "has to be before until")
    if buckets_between(asked.bucket, since, until) > MOST_BUCKETS:
        raise refuse("since", f"a series has at most {MOST_BUCKETS:,} points: choose a longer bucket or a shorter time")
    return since, until
