"""What is sent to be changed: read once the sender is known, bounded, and refused by name where it does not fit."""

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError

from shared.web import Problem, invalid, read_body

MAX_BODY: Final = 1024 * 1024
"""Bytes."""

B = TypeVar("B", bound=BaseModel)


def body_as(model: type[B]) -> Callable[[Request], Awaitable[B]]:
    """The dependency that reads the body as `model`. It goes behind the one that knows the caller: nobody else is read."""

    async def body(request: Request) -> B:
        raw = await read_body(request, limit=MAX_BODY)
        try:
            return model.model_validate_json(raw)
        except ValidationError as error:
            wrong = invalid(error.errors(include_url=False, include_context=False, include_input=False))
            raise Problem(422, "invalid", "What was sent does not fit; see invalid_params.", invalid_params=wrong) from error

    return body
