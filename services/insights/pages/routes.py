"""The pages and their addresses: `/`, `/signals/{id}`, `/contacts/{id}`."""

from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.insights.api.places import contact_cursor, contact_place, rank_cursor, rank_place
from services.insights.login import Door
from services.insights.pages.contact import contact_page
from services.insights.pages.overview import overview_page
from services.insights.pages.screen import Screen
from services.insights.pages.signal import signal_page
from services.insights.pages.signals import signals_page
from services.insights.reads.answers import Bucket
from services.insights.store.connection import Pool, transaction
from shared.clock import Clock
from shared.web import Problem

LONGEST_CURSOR: Final = 500


def page_routes(*, pool: Pool, door: Door, screen: Screen, clock: Clock, intake_url: str) -> APIRouter:
    routes = APIRouter(include_in_schema=False)

    @routes.get("/")
    async def overview(request: Request) -> Response:
        viewer = door.viewer(request)
        if viewer is None:
            return _to_login(request)
        after = rank_place(_cursor(request))
        async with transaction(pool, viewer.tenant) as connection:
            page = await overview_page(connection, viewer.tenant, now=clock(), after=after, intake_url=intake_url)
        return screen.show("overview.html", page, viewer=viewer, next_cursor=rank_cursor(page.next))

    @routes.get("/signals")
    async def signals(request: Request) -> Response:
        viewer = door.viewer(request)
        if viewer is None:
            return _to_login(request)
        after = rank_place(_cursor(request))
        async with transaction(pool) as connection:
            page = await signals_page(connection, viewer.tenant, request.query_params, now=clock(), after=after)
        return screen.show("signals.html", page, viewer=viewer, next_cursor=rank_cursor(page.next))

    @routes.get("/signals/{signal_id}")
    async def signal(request: Request, signal_id: UUID) -> Response:
        viewer = door.viewer(request)
        if viewer is None:
            return _to_login(request)
        before = contact_place(_cursor(request))
        async with transaction(pool, viewer.tenant) as connection:
            page = await signal_page(connection, viewer.tenant, signal_id, now=clock(), bucket=_bucket(request), before=before)
        if page is None:
            raise Problem(404, "not_found", "There is no such signal.")
        last = page.contacts.items[-1] if page.contacts.more else None
        cursor = contact_cursor(last.occurred_at, last.contact_id) if last else None
        return screen.show("signal.html", page, viewer=viewer, next_cursor=cursor)

    @routes.get("/contacts/{contact_id}")
    async def contact(request: Request, contact_id: UUID) -> Response:
        viewer = door.viewer(request)
        if viewer is None:
            return _to_login(request)
        async with transaction(pool, viewer.tenant) as connection:
            page = await contact_page(connection, viewer.tenant, contact_id)
        if page is None:
            raise Problem(404, "not_found", "There is no such contact.")
        return screen.show("contact.html", page, viewer=viewer)

    return routes


def _to_login(request: Request) -> Response:
    path = request.url.path
    return RedirectResponse("/login" if path == "/" else f"/login?{urlencode({'next': path})}", 303)


def _cursor(request: Request) -> str | None:
    return request.query_params.get("cursor", "")[:LONGEST_CURSOR] or None


def _bucket(request: Request) -> Bucket:
    said = request.query_params.get("bucket", "")
    return Bucket(said) if said in set(Bucket) else Bucket.WEEK
