"""`GET /v1/contacts/{contact_id}`: one contact's whole journey."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from services.insights.api.callers import caller_of
from services.insights.api.journey_answers import JourneyAnswer, told
from services.insights.api.refusals import unknown
from services.insights.login import Door, Viewer
from services.insights.reads.journey import journey_of
from services.insights.store.connection import Pool, transaction
from shared.web import problem_responses


def contact_routes(*, pool: Pool, door: Door) -> APIRouter:
    routes = APIRouter(tags=["contacts"])

    @routes.get("/contacts/{contact_id}", summary="One contact's journey", responses=problem_responses(401, 403, 404, 422, 503))
    async def journey(viewer: Annotated[Viewer, Depends(caller_of(door))], contact_id: UUID) -> JourneyAnswer:
        async with transaction(pool, viewer.tenant) as connection:
            found = await journey_of(connection, viewer.tenant, contact_id)
        if found is None:
            raise unknown("contact", contact_id)
        return told(found)

    return routes
