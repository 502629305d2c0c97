"""From a template and a page to an answer: always escaped, never stored by a browser."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.triage.pages import wording
from services.triage.pages.examples import EXAMPLES
from services.triage.pages.reading import ReadingPage, reading_page
from services.triage.previews import LONGEST_TEXT, Preview, PreviewRequest
from shared.events import Channel
from shared.web import Assets
from shared.web.wording import channel_name, kind_means, percent

TEMPLATES: Final = Path(__file__).parent / "templates"
STATIC: Final = Path(__file__).parent / "static"


@dataclass(frozen=True, slots=True)
class Form:
    """What stands in the form, by field; and what was read in it, or why nothing could be."""

    fields: Mapping[str, str] = field(default_factory=dict)
    reading: ReadingPage | None = None
    wrong: str | None = None
    wrong_field: str | None = None

    def said(self, name: str) -> str:
        """What stands in a field; nothing where it was left alone."""
        return self.fields.get(name, "")


class Screen:
    """Shows the page, and its one part that changes. What a template does not get is an error, not a blank."""

    def __init__(self, assets: Assets) -> None:
        self._templates = Environment(
            loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        self._templates.globals |= {
            "asset": assets.address,
            "examples": EXAMPLES,
            "channels": tuple(Channel),
            "longest": LONGEST_TEXT,
        }
        self._templates.filters |= {
            "channel": channel_name,
            "disposition": wording.disposition_name,
            "disposition_means": wording.disposition_means,
            "kind": wording.kind_name,
            "kind_means": kind_means,
            "language": wording.language_name,
            "percent": percent,
            "queue": wording.queue_name,
        }

    def page(self, form: Form, *, needs_key: bool, status: int = 200, headers: Mapping[str, str] | None = None) -> HTMLResponse:
        """The whole page."""
        words = self._templates.get_template("page.html").render(form=form, reading=form.reading, needs_key=needs_key)
        return HTMLResponse(words, status, headers=dict(headers or {}))

    def reading(self, sent: PreviewRequest, said: Preview) -> HTMLResponse:
        """What was read, to be put in its place."""
        return HTMLResponse(self._templates.get_template("reading.html").render(reading=reading_page(sent, said)))
