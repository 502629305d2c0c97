"""How people correct the grouping on pages, and take back what was changed: each a form, done in their name, told on the next page with the way back."""

import re
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.insights.correcting.merging import merge
from services.insights.correcting.pinning import pin
from services.insights.correcting.splitting import Named, Wanted, split
from services.insights.correcting.undoing import undo
from services.insights.login import Viewer
from services.insights.pages.forms import Form
from services.insights.pages.front import Done, Front
from services.insights.store.connection import Connection
from shared.clock import Clock
from shared.web import Problem

LONGEST_TITLE: Final = 200

_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def grouping_act_routes(*, front: Front, clock: Clock) -> APIRouter:
    routes = APIRouter(include_in_schema=False)

    @routes.post("/signals/{signal_id}/merge")
    async def merging(request: Request, signal_id: UUID) -> Response:
        async def act(connection: Connection, viewer: Viewer, form: Form) -> Done:
            into = named_signal(form)
            (change_id,) = await merge(connection, viewer.tenant, [signal_id], into=into, actor=viewer.actor, now=clock())
            return Done("Merged: this signal has the contacts of both now.", f"/signals/{into}", change_id)

        return await front.act(request, act)

    @routes.post("/signals/{signal_id}/split")
    async def splitting(request: Request, signal_id: UUID) -> Response:
        async def act(connection: Connection, viewer: Viewer, form: Form) -> Done:
            wanted = _part(form)
            done = await split(connection, viewer.tenant, signal_id, wanted, actor=viewer.actor, now=clock())
            return Done("Split: this is the new signal.", f"/signals/{done.signal_id}", done.change_id)

        return await front.act(request, act)

    @routes.post("/signals/{signal_id}/pin")
    async def pinning(request: Request, signal_id: UUID) -> Response:
        async def act(connection: Connection, viewer: Viewer, _form: Form) -> Done:
            change_id = await pin(connection, viewer.tenant, signal_id, actor=viewer.actor, now=clock())
            return Done("Pinned: the title stays as it is.", f"/signals/{signal_id}", change_id)

        return await front.act(request, act)

    @routes.post("/changes/{change_id}/undo")
    async def undoing(request: Request, change_id: UUID) -> Response:
        async def act(connection: Connection, viewer: Viewer, _form: Form) -> Done:
            await undo(connection, viewer.tenant, change_id, actor=viewer.actor, now=clock())
            return Done("Taken back: everything is as it was before that change.", "/changes")

        return await front.act(request, act)

    return routes


def named_signal(form: Form) -> UUID:
    """The signal that was chosen, or whose address was pasted. Raises Problem 422."""
    found = _ID.search(form.one("address").lower() or form.one("signal"))
    if found is None:
        raise Problem(422, "invalid", "Choose a signal, or paste the address of one.")
    return UUID(found[0])


def _part(form: Form) -> Wanted:
    chosen = [UUID(found[0]) for found in map(_ID.fullmatch, form.all("contact")) if found]
    if not chosen:
        raise Problem(422, "invalid", "Choose the contacts that are something else: tick them in the list of contacts.")
    title = form.one("title")[:LONGEST_TITLE]
    return Wanted(tuple(Named(contact_id) for contact_id in chosen), title=title or None)
