"""`/v1/remedies`: the remedy book. What is put here is offered by triage within seconds."""

from datetime import timedelta
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from services.insights.api.bodies import body_as
from services.insights.api.callers import caller_of, writer_of
from services.insights.api.parameters import Asked, Time
from services.insights.api.refusals import refuse, unknown
from services.insights.api.remedy_answers import (
    RemediesAnswer,
    RemedyAnswer,
    RemedyBody,
    RemedyDetailAnswer,
    told,
    told_whole,
)
from services.insights.login import Door, Viewer
from services.insights.reads.remedies import NEVER, history_of, outcomes_of
from services.insights.store import remedies
from services.insights.store.connection import Connection, Pool, transaction
from services.insights.store.remedies import Kept
from shared.clock import Clock
from shared.web import Problem, body_of, problem_responses

USUAL_STRETCH: Final = timedelta(days=90)


class RemediesQuery(Asked):
    since: Time | None = Field(
        default=None, description="Outcomes of contacts that occurred on that day (UTC) or later; default: 90 days ago."
    )


def remedy_routes(*, pool: Pool, door: Door, clock: Clock) -> APIRouter:
    routes = APIRouter(prefix="/remedies", tags=["remedies"])
    caller, writer = Depends(caller_of(door)), Depends(writer_of(door))

    @routes.get("", summary="The remedy book", responses=problem_responses(401, 403, 422, 503))
    async def book(viewer: Annotated[Viewer, caller], asked: Annotated[RemediesQuery, Query()]) -> RemediesAnswer:
        since = asked.since or clock() - USUAL_STRETCH
        async with transaction(pool, viewer.tenant) as connection:
            found = await remedies.book(connection, viewer.tenant)
            ids = [kept.said.remedy.remedy_id for kept in found]
            outcomes = await outcomes_of(connection, viewer.tenant, ids, since=since)
        latest = sorted(found, key=lambda kept: kept.said.changed_at, reverse=True)
        return RemediesAnswer(
            since=since, remedies=tuple(told(kept, outcomes.get(kept.said.remedy.remedy_id, NEVER)) for kept in latest)
        )

    @routes.get("/{remedy_id}", summary="One remedy", responses=problem_responses(401, 403, 404, 422, 503))
    async def remedy(
        viewer: Annotated[Viewer, caller], remedy_id: UUID, asked: Annotated[RemediesQuery, Query()]
    ) -> RemedyDetailAnswer:
        since = asked.since or clock() - USUAL_STRETCH
        async with transaction(pool, viewer.tenant) as connection:
            kept = await remedies.current(connection, viewer.tenant, remedy_id)
            if kept is None:
                raise unknown("remedy", remedy_id)
            outcomes = await outcomes_of(connection, viewer.tenant, [remedy_id], since=since)
            history = await history_of(connection, viewer.tenant, remedy_id)
        return told_whole(kept, outcomes.get(remedy_id, NEVER), history)

    @routes.put(
        "/{remedy_id}",
        summary="Put a remedy into the book",
        responses={
            201: {"model": RemedyAnswer, "description": "It is new"},
            **problem_responses(401, 403, 408, 409, 413, 422, 503),
        },
        openapi_extra=body_of(RemedyBody),
    )
    async def put(
        viewer: Annotated[Viewer, writer],
        remedy_id: UUID,
        said: Annotated[RemedyBody, Depends(body_as(RemedyBody))],
        response: Response,
    ) -> RemedyAnswer:
        now = clock()
        async with transaction(pool, viewer.tenant) as connection:
            is_new = await remedies.current(connection, viewer.tenant, remedy_id) is None
            kept = await _put(connection, said.wanted(viewer.tenant, remedy_id, actor=viewer.actor, at=now))
            outcomes = await outcomes_of(connection, viewer.tenant, [remedy_id], since=now - USUAL_STRETCH)
        response.status_code = 201 if is_new else 200
        return told(kept, outcomes.get(remedy_id, NEVER))

    return routes


async def _put(connection: Connection, wanted: Kept) -> Kept:
    try:
        return await remedies.put(connection, wanted)
    except remedies.NothingAlike as error:
        raise refuse("like", str(error)) from error
    except remedies.BookIsFull as error:
        raise Problem(409, error.code, f"There may be {remedies.MOST_REMEDIES:,} remedies, inactive ones included.") from error
