"""`GET /v1/stream`: what changes, as it changes, as server-sent events. Source of the format: WHATWG HTML, section 9.2."""

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import AbstractContextManager, suppress
from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse
from fastapi.sse import format_sse_event
from pydantic import JsonValue
from starlette.types import Message, Receive, Scope, Send

from services.insights.api import examples
from services.insights.api.answer import Answer, shown_as
from services.insights.api.callers import caller_of
from services.insights.api.refusals import refuse
from services.insights.login import Door, Viewer
from services.insights.newsroom import Newsroom, NoSeat
from services.insights.reads.news import News, latest_positions, missed, news_after
from services.insights.store.connection import Pool, transaction
from shared.errors import Unavailable
from shared.events import Change, Status, Trend
from shared.web import Problem, problem_responses

HEARTBEAT_SECONDS: Final = 15.0
"""Proxies close what is silent for longer, and a key that was revoked is noticed at the latest then."""

SEND_SECONDS: Final = 30.0
"""Whoever takes nothing for so long is gone."""

COME_AGAIN_MS: Final = 3_000
AT_ONCE: Final = 100
MOST_MISSED: Final = 1_000
"""Changes that a stream catches up on; whoever missed more had better read the signals anew."""

NAME: Final = "Last-Event-ID"
EVENT: Final = "signal"

_POSITION: Final = re.compile(r"\d{1,18}", re.ASCII)


class NewsAnswer(Answer):
    """
    One change of a signal; its title, status and trend are those of now, if it is there. `change_id` is the id of the event on `signals.changed`.

    The event's `id` is what `Last-Event-ID` takes, its name is `signal`.
    """

    model_config = shown_as(examples.NEWS)

    change_id: UUID
    signal_id: UUID
    change: Change
    actor: str
    changed_at: datetime
    before: dict[str, JsonValue]
    after: dict[str, JsonValue]
    title: str | None
    status: Status | None
    trend: Trend | None


class EventStream(StreamingResponse):
    """Holds its seat until it ends, whoever ends it: the stream, the caller, or a caller who takes nothing."""

    media_type = "text/event-stream"

    def __init__(self, events: AsyncGenerator[bytes], *, seat: AbstractContextManager[None]) -> None:
        super().__init__(events, headers={"X-Accel-Buffering": "no", "Cache-Control": "no-store"})
        self._seat = seat

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            with self._seat:
                await super().__call__(scope, receive, send)
        except NoSeat as error:
            problem = Problem(503, error.code, "As many streams are open as may be.", headers={"Retry-After": "30"})
            await problem.answer(Request(scope))(scope, receive, send)

    async def stream_response(self, send: Send) -> None:
        async def in_time(message: Message) -> None:
            async with asyncio.timeout(SEND_SECONDS):
                await send(message)

        with suppress(TimeoutError):
            await super().stream_response(in_time)


def stream_routes(*, pool: Pool, door: Door, newsroom: Newsroom) -> APIRouter:
    routes = APIRouter(tags=["stream"])

    @routes.get(
        "/stream",
        summary="Changes of signals, as they happen",
        response_class=EventStream,
        status_code=200,
        responses={200: {"model": NewsAnswer, "description": DESCRIPTION}, **problem_responses(401, 403, 410, 422, 503)},
    )
    async def stream(
        request: Request, viewer: Annotated[Viewer, Depends(caller_of(door))], after: str | None = None
    ) -> EventStream:
        position = await _begin(pool, viewer.tenant, request.headers.get(NAME.lower()) or after)
        events = _events(request, viewer.tenant, position, pool=pool, door=door, newsroom=newsroom)
        return EventStream(events, seat=newsroom.seat(viewer.tenant))

    return routes


DESCRIPTION: Final = (
    "Events named `signal`. Without `Last-Event-ID` (or `after`, for a page that cannot send it) it begins now; the first event has an id "
    "and nothing else. A comment comes every 15 seconds."
)


async def _begin(pool: Pool, tenant: str, said: str | None) -> int:
    """After which change the stream begins. Raises Problem 422 for what is no id, 410 for one that cannot be gone on from."""
    if said is not None and not _POSITION.fullmatch(said):
        raise refuse(NAME, "not an id of this stream: send the last `id` as it was, or none")
    async with transaction(pool, tenant) as connection:
        latest = (await latest_positions(connection, [tenant]))[tenant]
        position = latest if said is None else int(said)
        if position > latest or await missed(connection, tenant, position, most=MOST_MISSED + 1) > MOST_MISSED:
            raise Problem(
                410,
                "too_old",
                f"More than {MOST_MISSED:,} changes were made since, or the log was begun anew: read the signals, and begin without "
                f"{NAME}.",
            )
    return position


async def _events(
    request: Request, tenant: str, position: int, *, pool: Pool, door: Door, newsroom: Newsroom
) -> AsyncGenerator[bytes]:
    # Whoever loses the connection before the first change goes on from here, too.
    yield format_sse_event(id=str(position), retry=COME_AGAIN_MS)
    while not newsroom.is_closing and _may_still(request, door, tenant):
        try:
            async with transaction(pool, tenant) as connection:
                news = await news_after(connection, tenant, position, limit=AT_ONCE)
        except Unavailable:
            return
        for each in news:
            position = each.position
            yield _event(each)
        if not news:
            yield format_sse_event(comment="")
        if len(news) < AT_ONCE:
            await newsroom.wait(tenant, position, within=HEARTBEAT_SECONDS)


def _may_still(request: Request, door: Door, tenant: str) -> bool:
    try:
        return door.caller(request).tenant == tenant
    except Problem:
        return False


def _event(news: News) -> bytes:
    return format_sse_event(data_str=NewsAnswer.model_validate(news).model_dump_json(), event=EVENT, id=str(news.position))
