"""What operators ask: is it alive, is it ready, how is it doing."""

from collections.abc import Awaitable, Callable, Mapping

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from shared.tasks import Lifetime

Check = Callable[[], Awaitable[str | None]]
"""Asks one dependency: None when it answers, else why not, in words for an operator."""


def health_routes(lifetime: Lifetime, registry: CollectorRegistry, checks: Mapping[str, Check]) -> APIRouter:
    """`/health/live` tests no dependency, `/health/ready` tests every one in `checks`, `/metrics` is for Prometheus."""
    routes = APIRouter(tags=["operators"])

    @routes.get("/health/live", summary="The process runs")
    async def live() -> JSONResponse:
        return JSONResponse({"status": "live"})

    @routes.get("/health/ready", summary="The process and what it needs answer", responses={503: {"description": "Not ready"}})
    async def ready() -> JSONResponse:
        found = {name: await check() or "ok" for name, check in checks.items()}
        if lifetime.draining.is_set():
            found["service"] = "stopping"
        is_ready = all(said == "ok" for said in found.values())
        return JSONResponse({"status": "ready" if is_ready else "not ready", "checks": found}, 200 if is_ready else 503)

    @routes.get("/metrics", summary="Prometheus metrics", response_class=Response)
    async def metrics() -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return routes
