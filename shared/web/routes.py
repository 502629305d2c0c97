"""Routes that FastAPI describes and does not run."""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import request_response
from starlette.types import Receive, Scope, Send


class PlainRoute(APIRoute):
    """
    Calls its endpoint with the request and the parts of the path, and sends the response that it gives.

    FastAPI writes the OpenAPI document; its machinery of dependencies would cost more than reading a contact.
    """

    def __init__(self, path: str, endpoint: Any, **kwargs: Any) -> None:
        super().__init__(path, endpoint, **kwargs)

        async def plain(request: Request) -> Response:
            response: Response = await endpoint(request, **request.path_params)
            return response

        self.app = request_response(plain)


class Straight:
    """
    ASGI: a request for a plain route without parts in its path goes straight to the endpoint, any other to `app`.

    What FastAPI and Starlette put between, six middlewares and a search for the route, costs as much as all of intake's own work.
    Errors are answered by the handlers of `app`.
    """

    def __init__(self, app: FastAPI) -> None:
        self.app = app
        self._routes = {
            (method, route.path): route
            for route in app.routes
            if isinstance(route, PlainRoute) and not route.param_convertors
            for method in route.methods or ()
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        route = self._routes.get((scope["method"], scope["path"])) if scope["type"] == "http" else None
        if route is None:
            await self.app(scope, receive, send)
            return
        scope["route"] = route
        request = Request(scope, receive)
        try:
            response = await route.endpoint(request)
        except Exception as error:  # noqa: BLE001 - whatever it is, a handler answers it
            response = await self._answer(request, error)
        await response(scope, receive, send)

    async def _answer(self, request: Request, error: Exception) -> Response:
        handlers: Mapping[Any, Any] = self.app.exception_handlers
        handler = next(handlers[kind] for kind in type(error).__mro__ if kind in handlers)
        response: Response = await handler(request, error)
        return response
