"""The whole HTTP side of insights, put together from what it is given."""

from collections.abc import Iterable

from fastapi import APIRouter, FastAPI, Request, Response, Security
from fastapi.security import HTTPBearer

from services.insights.api.changelog import changelog_routes
from services.insights.api.changing import ChangeBody, change_routes
from services.insights.api.contacts import contact_routes
from services.insights.api.corrections import CorrectionBody, MoveBody, correction_routes
from services.insights.api.export import export_routes
from services.insights.api.exposure import ExposuresBody, exposure_routes
from services.insights.api.grouping import MergeBody, SplitBody, grouping_routes
from services.insights.api.loops import loop_routes
from services.insights.api.refusals import install_refusals
from services.insights.api.remedies import remedy_routes
from services.insights.api.remedy_answers import RemedyBody
from services.insights.api.repeats import repeat_routes
from services.insights.api.search import search_routes
from services.insights.api.signals import signal_routes
from services.insights.api.snoozes import snooze_routes
from services.insights.api.stream import stream_routes
from services.insights.api.summary import summary_routes
from services.insights.api.weights import weight_routes
from services.insights.api.wins import win_routes
from services.insights.login import Door, Links, Sessions, TrustedProxy
from services.insights.newsroom import Newsroom
from services.insights.pages.contact_acts import contact_act_routes
from services.insights.pages.entrance import entrance_routes
from services.insights.pages.front import Front
from services.insights.pages.grouping_acts import grouping_act_routes
from services.insights.pages.ledgers import ledger_routes
from services.insights.pages.notices import Notices
from services.insights.pages.remedy_acts import remedy_act_routes
from services.insights.pages.routes import page_routes
from services.insights.pages.screen import STATIC, Screen
from services.insights.pages.signal_acts import signal_act_routes
from services.insights.pages.troubles import show_troubles
from services.insights.store.connection import Pool
from shared.clock import Clock
from shared.credentials import Credentials
from shared.errors import Unavailable
from shared.web import Assets, Guard, Problem, asset_routes, describe_models, install_problems

DESCRIPTION = "What customers ran into, as signals: what to improve first, with the evidence. Send `Authorization: Bearer <key>`."


def create_app(
    *,
    pool: Pool,
    credentials: Credentials,
    sessions: Sessions,
    links: Links,
    clock: Clock,
    newsroom: Newsroom,
    proxy: TrustedProxy | None = None,
    is_https: bool = False,
    intake_url: str = "http://localhost:8001",
    operators: Iterable[APIRouter] = (),
) -> FastAPI:
    """
    API under /v1, pages beside it. `operators` are the routes of health and metrics.

    RequestContext has to stand around it: problems carry the request's id.
    """
    app = FastAPI(title="Failbetter insights", version="1", description=DESCRIPTION, docs_url=None, redoc_url=None)
    door = Door(credentials=credentials, sessions=sessions, proxy=proxy)
    assets = Assets(STATIC)
    screen = Screen(assets=assets, sessions=sessions)

    install_problems(app)
    install_refusals(app)
    app.add_exception_handler(Unavailable, _unavailable)
    show_troubles(app, screen)
    app.add_middleware(Guard, has_scripts=True)

    for routes in operators:
        app.include_router(routes)
    # For the description only: who may come in is the door's decision.
    described = HTTPBearer(
        auto_error=False, description="An API key with the scope insights:read, or insights:write for what changes something."
    )
    for routes in (
        summary_routes(pool=pool, door=door, clock=clock),
        signal_routes(pool=pool, door=door, clock=clock),
        grouping_routes(pool=pool, door=door, clock=clock),
        snooze_routes(pool=pool, door=door, clock=clock),
        change_routes(pool=pool, door=door, clock=clock),
        loop_routes(pool=pool, door=door),
        repeat_routes(pool=pool, door=door, clock=clock),
        exposure_routes(pool=pool, door=door, clock=clock),
        contact_routes(pool=pool, door=door),
        correction_routes(pool=pool, door=door, clock=clock),
        changelog_routes(pool=pool, door=door, clock=clock),
        remedy_routes(pool=pool, door=door, clock=clock),
        stream_routes(pool=pool, door=door, newsroom=newsroom),
        weight_routes(pool=pool, door=door, clock=clock),
        win_routes(pool=pool, door=door, clock=clock),
        export_routes(pool=pool, door=door, clock=clock),
        search_routes(pool=pool, door=door),
    ):
        app.include_router(routes, prefix="/v1", dependencies=[Security(described)])
    describe_models(app, [ChangeBody, MergeBody, SplitBody, MoveBody, CorrectionBody, RemedyBody, ExposuresBody])
    app.include_router(asset_routes(assets))
    app.include_router(
        entrance_routes(door=door, credentials=credentials, sessions=sessions, links=links, screen=screen, is_https=is_https)
    )
    notices = Notices(sessions, is_https=is_https)
    front = Front(pool=pool, door=door, screen=screen, sessions=sessions, notices=notices)
    app.include_router(page_routes(front=front, clock=clock, intake_url=intake_url))
    for made in (ledger_routes, signal_act_routes, grouping_act_routes, contact_act_routes, remedy_act_routes):
        app.include_router(made(front=front, clock=clock))
    return app


async def _unavailable(request: Request, _error: Exception) -> Response:
    return Problem(503, "unavailable", "The database does not answer; try again.", headers={"Retry-After": "5"}).answer(request)
