"""HTTP in, HTTP out: `POST /v1/preview`, the page where a person sees the same, and what operators ask."""

from collections.abc import Mapping

from fastapi import FastAPI, Request, Response
from prometheus_client import CollectorRegistry
from starlette.types import ASGIApp

from services.triage.pages import STATIC, Screen, page_routes
from services.triage.previews import Preview, PreviewRequest, Previews
from shared.events import Channel
from shared.tasks import Lifetime
from shared.web import (
    Assets,
    Check,
    Guard,
    RequestContext,
    answer_of,
    asset_routes,
    body_of,
    describe_models,
    health_routes,
    install_problems,
    problem_responses,
)

__all__ = ["Previews", "create_app"]

EXAMPLES = (
    PreviewRequest(text="Your app logs me out every time I open it. This is the third time I write!"),
    PreviewRequest(
        text="I was charged twice for March.", subject="Invoice", channel=Channel.EMAIL, product="billing", plan="pro"
    ),
)


def create_app(*, previews: Previews, lifetime: Lifetime, registry: CollectorRegistry, checks: Mapping[str, Check]) -> ASGIApp:
    """Triage's HTTP side."""
    app = FastAPI(
        title="Failbetter triage",
        version="1.0.0",
        description="What a contact is, what got in the customer's way, and who should act. Contacts themselves come over Kafka.",
        docs_url=None,
        redoc_url=None,
    )
    install_problems(app)
    app.add_middleware(Guard, has_scripts=True)
    assets = Assets(STATIC)
    screen = Screen(assets)

    @app.post(
        "/v1/preview",
        tags=["preview"],
        summary="Triage a text; nothing is stored",
        openapi_extra=body_of(PreviewRequest, *EXAMPLES),
        responses={200: answer_of(Preview, "What triage would say"), **problem_responses(400, 401, 403, 408, 413, 422, 503)},
    )
    async def preview(request: Request) -> Response:
        sent, said = await previews.of_json(request)
        if request.headers.get("accept", "").startswith("text/html"):
            # The page asks while somebody types: what it shows is made in one place only.
            return screen.reading(sent, said)
        return Response(said.model_dump_json(), media_type="application/json")

    app.include_router(health_routes(lifetime, registry, checks))
    app.include_router(page_routes(previews, screen))
    app.include_router(asset_routes(assets))
    describe_models(app, [PreviewRequest, Preview])
    return RequestContext(app, registry)
