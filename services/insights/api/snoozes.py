"""`/v1/signals/{id}/snooze`: nobody is told of a signal until it gets worse."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from services.insights.api.callers import writer_of
from services.insights.api.refusals import unknown
from services.insights.api.signal_answers import SnoozeAnswer
from services.insights.login import Door, Viewer
from services.insights.reads.signals import is_signal
from services.insights.store import changes, snoozes
from services.insights.store.connection import Pool, transaction
from shared.clock import Clock
from shared.events import Change
from shared.web import Problem, problem_responses


def snooze_routes(*, pool: Pool, door: Door, clock: Clock) -> APIRouter:
    routes = APIRouter(prefix="/signals/{signal_id}/snooze", tags=["signals"])
    writer = Depends(writer_of(door))

    @routes.post("", summary="Tell nobody until it gets worse", responses=problem_responses(401, 403, 404, 409, 422, 503))
    async def snooze(viewer: Annotated[Viewer, writer], signal_id: UUID) -> SnoozeAnswer:
        now = clock()
        async with transaction(pool, viewer.tenant) as connection:
            if not await is_signal(connection, viewer.tenant, signal_id):
                raise unknown("signal", signal_id)
            snoozed = await snoozes.put(connection, viewer.tenant, signal_id, actor=viewer.actor, at=now)
            if snoozed is None:
                raise Problem(409, "merged", "This signal was merged into another one; snooze that one.")
            after: changes.Facts = {"trend": snoozed.trend, "contacts": snoozed.contacts}
            await changes.record(connection, viewer.tenant, signal_id, Change.SNOOZED, actor=viewer.actor, at=now, after=after)
        return SnoozeAnswer.model_validate(snoozed)

    @routes.delete("", summary="Tell again", status_code=204, responses=problem_responses(401, 403, 404, 422, 503))
    async def wake(viewer: Annotated[Viewer, writer], signal_id: UUID) -> None:
        async with transaction(pool, viewer.tenant) as connection:
            if not await is_signal(connection, viewer.tenant, signal_id):
                raise unknown("signal", signal_id)
            if await snoozes.end(connection, viewer.tenant, signal_id):
                await changes.record(connection, viewer.tenant, signal_id, Change.WOKEN, actor=viewer.actor, at=clock())

    return routes
