"""Routes that FastAPI describes and does not run."""

from typing import Any

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import request_response


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
