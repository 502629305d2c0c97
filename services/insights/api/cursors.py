"""Where a list goes on: opaque to the caller, refused when it is not one of ours. It holds a place, never a right."""

import base64
import binascii
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from services.insights.api.refusals import refuse


class Cursor(BaseModel):
    """The place of the last item that was given."""

    model_config = ConfigDict(frozen=True, extra="forbid")


C = TypeVar("C", bound=Cursor)


def encode_cursor(cursor: Cursor) -> str:
    return base64.urlsafe_b64encode(cursor.model_dump_json().encode()).decode().rstrip("=")


def decode_cursor(text: str, kind: type[C]) -> C:
    """The place a cursor names. Raises Problem 422."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        return kind.model_validate_json(raw)
    except (binascii.Error, ValueError, ValidationError) as error:
        reason = "not a cursor of this list: use `next_cursor` of the page before, unchanged"
        raise refuse("cursor", reason) from error
