"""`/v1/signals/{id}/snooze`: nobody is told of a signal until it gets worse."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from services.insights.api.callers import writer_of
from services.insights.api.signal_answers import SnoozeAnswer
from services.insights.correcting import snoozing
from services.insights.login import Door, Viewer
from services.insights.store.connection import Pool, transaction
from shared.clock import Clock
from shared.web import problem_responses


def snooze_routes(*, pool: Pool, door: Door, clock: Clock) -> APIRouter:
    routes = APIRouter(prefix="/signals/{signal_id}/snooze", tags=["signals"])
    writer = Depends(writer_of(door))
    refusals = problem_responses(401, 403, 404, 409, 422, 503)

    @routes.post("", summary="Tell nobody until it gets worse", responses=refusals)
    async def snooze(viewer: Annotated[Viewer, writer], signal_id: UUID) -> SnoozeAnswer:
        async with transaction(pool, viewer.tenant) as connection:
            snoozed = await snoozing.snooze(connection, viewer.tenant, signal_id, actor=viewer.actor, now=clock())
        return SnoozeAnswer.model_validate(snoozed)

    @routes.delete("", summary="Tell again", status_code=204, responses=refusals)
    async def wake(viewer: Annotated[Viewer, writer], signal_id: UUID) -> None:
        async with transaction(pool, viewer.tenant) as connection:
            await snoozing.wake(connection, viewer.tenant, signal_id, actor=viewer.actor, now=clock())

    return routes
