"""Pages that list one thing each: repeats, wins, same answers, remedies, changes."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.insights.api.places import contact_place
from services.insights.pages.changes import changes_page
from services.insights.pages.front import Front, cursor_of
from services.insights.pages.remedies import remedies_page
from services.insights.pages.repeats import failures_page
from services.insights.pages.same_answers import same_answers_page
from services.insights.pages.wins import wins_page
from shared.clock import Clock


def ledger_routes(*, front: Front, clock: Clock) -> APIRouter:
    routes = APIRouter(include_in_schema=False)

    @routes.get("/repeats")
    async def repeats(request: Request) -> Response:
        before = contact_place(cursor_of(request))
        return await front.show(
            request, "repeats.html", lambda connection, tenant: failures_page(connection, tenant, now=clock(), before=before)
        )

    @routes.get("/wins")
    async def wins(request: Request) -> Response:
        before = contact_place(cursor_of(request))
        return await front.show(
            request, "wins.html", lambda connection, tenant: wins_page(connection, tenant, now=clock(), before=before)
        )

    @routes.get("/same-answers")
    async def same_answers(request: Request) -> Response:
        return await front.show(
            request, "same_answers.html", lambda connection, tenant: same_answers_page(connection, tenant, now=clock())
        )

    @routes.get("/remedies")
    @routes.get("/remedies/{remedy_id}")
    async def remedies(request: Request, remedy_id: UUID | None = None, like: UUID | None = None) -> Response:
        return await front.show(
            request,
            "remedies.html",
            lambda connection, tenant: remedies_page(connection, tenant, now=clock(), edited=remedy_id, like=like),
        )

    @routes.get("/changes")
    async def changes(request: Request) -> Response:
        cursor = cursor_of(request)
        return await front.show(
            request, "changes.html", lambda connection, tenant: changes_page(connection, tenant, now=clock(), cursor=cursor)
        )

    return routes
