"""Pages of signals and contacts, and their addresses. What changes something stands in the files that end in `acts`."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.insights.api.places import contact_place, rank_place
from services.insights.pages.contact import contact_page
from services.insights.pages.front import Front, cursor_of
from services.insights.pages.overview import overview_page
from services.insights.pages.search import search_page
from services.insights.pages.signal import signal_page
from services.insights.pages.signals import signals_page
from services.insights.reads.answers import Bucket
from shared.clock import Clock


def page_routes(*, front: Front, clock: Clock, intake_url: str) -> APIRouter:
    routes = APIRouter(include_in_schema=False)

    @routes.get("/")
    async def overview(request: Request) -> Response:
        return await front.show(
            request,
            "overview.html",
            lambda connection, tenant: overview_page(connection, tenant, now=clock(), intake_url=intake_url),
        )

    @routes.get("/signals")
    async def signals(request: Request) -> Response:
        asked, after = request.query_params, rank_place(cursor_of(request))
        return await front.show(
            request, "signals.html", lambda connection, tenant: signals_page(connection, tenant, asked, now=clock(), after=after)
        )

    @routes.get("/signals/{signal_id}")
    async def signal(request: Request, signal_id: UUID) -> Response:
        bucket, before = _bucket(request), contact_place(cursor_of(request))
        return await front.show(
            request,
            "signal.html",
            lambda connection, tenant: signal_page(connection, tenant, signal_id, now=clock(), bucket=bucket, before=before),
        )

    @routes.get("/contacts/{contact_id}")
    async def contact(request: Request, contact_id: UUID) -> Response:
        return await front.show(request, "contact.html", lambda connection, tenant: contact_page(connection, tenant, contact_id))

    @routes.get("/search")
    async def search(request: Request) -> Response:
        asked, cursor = request.query_params, cursor_of(request)
        return await front.show(
            request, "search.html", lambda connection, tenant: search_page(connection, tenant, asked, now=clock(), cursor=cursor)
        )

    return routes


def _bucket(request: Request) -> Bucket:
    said = request.query_params.get("bucket", "")
    return Bucket(said) if said in set(Bucket) else Bucket.WEEK
