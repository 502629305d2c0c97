"""HTTP in, HTTP out, and nothing else: gate (is there room) → door, encodings (who may, how much) → refusals → contacts, reports, redactions → receipt (what an event says), items (many at once) → batch, events, desk, webhooks."""

from collections.abc import Mapping

from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from starlette.types import ASGIApp

from services.intake.api import batch, contacts, events, redactions, reports, webhooks
from services.intake.api.desk import SenderStatus
from services.intake.api.door import Door
from services.intake.api.gate import Gate
from services.intake.api.items import ItemsAnswer
from services.intake.api.receipt import Receipt
from services.intake.pipeline import Pipeline
from services.intake.requests import ContactRequest, ErasureRequest, OutcomeRequest
from services.intake.webhooks.endpoints import Endpoints
from shared.tasks import Lifetime
from shared.web import Check, PlainRoute, RequestContext, Straight, describe_models, health_routes, install_problems

DESCRIPTION = """
Every contact a customer makes, taken once and never lost: a `202` means that the brokers have it.

Send `Authorization: Bearer <key>`. Errors are `application/problem+json` (RFC 9457) with a stable `code`, the `request_id` to ask
us about, and `invalid_params` that name what is wrong. Sending the same contact again is always safe when it has an `external_id`
or an `Idempotency-Key`.
"""


def create_app(
    *,
    pipeline: Pipeline,
    door: Door,
    endpoints: Endpoints,
    lifetime: Lifetime,
    registry: CollectorRegistry,
    checks: Mapping[str, Check],
    at_once: int,
) -> ASGIApp:
    """Intake's HTTP side, wired to `pipeline`, for `at_once` requests at a time."""
    app = FastAPI(title="Failbetter intake", version="1.0.0", description=DESCRIPTION, docs_url=None, redoc_url=None)
    install_problems(app)
    app.router.route_class = PlainRoute
    # Onto the app itself: FastAPI 0.165 takes 40 µs longer to find a route in a router that was included.
    contacts.add_routes(app, pipeline, door)
    batch.add_routes(app, pipeline, door)
    reports.add_routes(app, pipeline, door)
    events.add_routes(app, pipeline, door, endpoints)
    webhooks.add_routes(app, pipeline, door, endpoints)
    redactions.add_routes(app, pipeline, door)
    app.include_router(health_routes(lifetime, registry, checks))
    describe_models(
        app,
        [
            ContactRequest,
            batch.BatchRequest,
            ItemsAnswer,
            contacts.Acceptance,
            OutcomeRequest,
            ErasureRequest,
            reports.ErasureAcceptance,
            Receipt,
            SenderStatus,
            redactions.RedactionPreview,
        ],
    )
    return RequestContext(Gate(Straight(app), at_once=at_once), registry)
