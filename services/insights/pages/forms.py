"""What a form of a page sends, and whether it is one of ours."""

from collections.abc import Sequence
from typing import Final
from urllib.parse import parse_qsl

from fastapi import Request

from services.insights.login import Sessions
from shared.web import Problem, read_body

LARGEST: Final = 65_536
"""Bytes: a note of 4,000 characters in any alphabet, percent-encoded, with room to spare."""

MOST_FIELDS: Final = 300


class Form:
    """The fields by name; what is missing or blank is blank."""

    def __init__(self, fields: Sequence[tuple[str, str]]) -> None:
        self._fields = fields

    def one(self, name: str) -> str:
        return next((words.strip() for field, words in self._fields if field == name), "")

    def all(self, name: str) -> tuple[str, ...]:
        return tuple(words for field, words in self._fields if field == name and words)


async def read_form(request: Request, *, limit: int = LARGEST) -> Form:
    """Raises Problem 400, or 413 beyond `limit` bytes."""
    body = await read_body(request, limit=limit)
    try:
        return Form(parse_qsl(body.decode(), max_num_fields=MOST_FIELDS))
    except ValueError as error:
        raise Problem(400, "invalid", "This is not the form of this page.") from error


def check(sessions: Sessions, bound_to: str, form: Form) -> None:
    """Raises Problem 403 for a form that was not made for this session."""
    if not sessions.is_form_of(bound_to, form.one("form_token")):
        raise Problem(403, "form_token", "This form is not from here, or was open for too long. Load the page again and retry.")
