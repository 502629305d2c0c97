"""The page and its address: `/`."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError

from services.triage.pages.examples import EXAMPLES
from services.triage.pages.reading import reading_page
from services.triage.pages.screen import Form, Screen
from services.triage.previews import LONGEST_TEXT, PreviewRequest, Previews, whole_body
from shared.web import InvalidParam, Problem

MOST_FIELDS: Final = 20
RATING_SCALE: Final = 5
KNOWN: Final = ("subject", "channel", "product", "plan", "annual_value", "rating")
NAMES: Final = {
    "text": "The text",
    "subject": "The subject",
    "channel": "The channel",
    "product": "The product",
    "plan": "The plan",
    "annual_value": "The annual value",
    "rating": "The rating",
}


def page_routes(previews: Previews, screen: Screen) -> APIRouter:
    """The page as it is found, and as it answers a form that was sent without a script."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/")
    async def empty() -> Response:
        return screen.page(Form(), needs_key=previews.needs_key)

    @routes.post("/")
    async def read(request: Request) -> Response:
        fields: Mapping[str, str] = {}
        try:
            fields = _fields(await whole_body(request))
            if not fields.get("text", "").strip():
                return screen.page(Form(fields), needs_key=previews.needs_key)
            sent = _sent(fields)
            said = await previews.of(sent, authorization=f"Bearer {fields.get('key', '').strip()}")
        except Problem as problem:
            request.scope["refused_as"] = problem.code
            wrong_field = problem.invalid_params[0].name if problem.invalid_params else _field_of(problem)
            form = Form(fields, wrong=problem.detail, wrong_field=wrong_field)
            return screen.page(form, needs_key=previews.needs_key, status=problem.status, headers=problem.headers)
        return screen.page(Form(fields, reading_page(sent, said)), needs_key=previews.needs_key)

    return routes


def _fields(body: bytes) -> Mapping[str, str]:
    """The form's fields by name. An example that was pressed stands in place of everything else but the key."""
    try:
        fields = dict(parse_qsl(body.decode(), max_num_fields=MOST_FIELDS, strict_parsing=bool(body)))
    except ValueError as error:
        raise Problem(400, "invalid", "This is not the form of this page.") from error
    pressed = fields.get("example", "")
    if pressed in {str(number) for number in range(len(EXAMPLES))}:
        return {"text": EXAMPLES[int(pressed)].text, **({"key": fields["key"]} if "key" in fields else {})}
    return fields


def _sent(fields: Mapping[str, str]) -> PreviewRequest:
    # Forms send line breaks as CR LF (HTML, 4.10.21.7); a contact has them as its sender wrote them.
    known: dict[str, object] = {"text": fields["text"].replace("\r\n", "\n")}
    known |= {name: fields[name].strip() for name in KNOWN if fields.get(name, "").strip()}
    if "rating" in known:
        known["rating"] = {"score": known["rating"], "scale": RATING_SCALE}
    try:
        return PreviewRequest.model_validate(known)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False, include_context=False)[0]
        name = str(fault["loc"][0])
        detail = (
            f"The text is longer than {LONGEST_TEXT:,} characters. Leave some of it out."
            if name == "text"
            else f"{NAMES.get(name, name)} does not fit: {fault['msg'].lower()}."
        )
        raise Problem(422, "invalid", detail, invalid_params=(InvalidParam(name=name, reason=fault["msg"]),)) from error


def _field_of(problem: Problem) -> str | None:
    return "key" if problem.status in (401, 403) else None
