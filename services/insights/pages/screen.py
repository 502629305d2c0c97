"""From a template and a page to an answer: always escaped, never stored by a browser."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.insights.login import Sessions, Viewer
from services.insights.pages import wording
from services.insights.pages.notices import Notice
from shared.web import Assets
from shared.web.wording import channel_name, kind_means, percent

TEMPLATES: Final = Path(__file__).parent / "templates"
STATIC: Final = Path(__file__).parent / "static"

ROOMS: Final = (
    ("overview", "/", "Overview"),
    ("signals", "/signals", "Signals"),
    ("repeats", "/repeats", "Repeats"),
    ("wins", "/wins", "Wins"),
    ("same-answers", "/same-answers", "Same answers"),
    ("remedies", "/remedies", "Remedies"),
    ("changes", "/changes", "Changes"),
)
"""Where the head of every page leads: name, address, words."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A page that says what is wrong and where to go from here."""

    title: str
    detail: str
    way_out: str = "/"
    way_out_words: str = "To the overview"
    request_id: str | None = None


class Screen:
    """Shows pages. What a template does not get is an error, not a blank."""

    def __init__(self, *, assets: Assets, sessions: Sessions) -> None:
        self._sessions = sessions
        self._templates = Environment(
            loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        self._templates.globals |= {"asset": assets.address, "rooms": ROOMS}
        self._templates.filters |= {
            "actor": wording.actor_name,
            "ago": wording.ago,
            "channel": channel_name,
            "count": wording.count,
            "day": wording.day,
            "meaning": kind_means,
            "minute": wording.minute,
            "hours": wording.hours,
            "money": wording.money,
            "moment": wording.bucket_start,
            "percent": percent,
            "plural": wording.plural,
            "score": wording.score,
            "shortened": wording.shortened,
            "spell": wording.spell,
            "spoken": wording.spoken,
            "status": wording.status_name,
        }

    def show(
        self, template: str, page: Any, *, viewer: Viewer | None = None, notice: Notice | None = None, status: int = 200
    ) -> HTMLResponse:
        """One page; with a viewer it says whose data it is, and how to leave."""
        words = self._templates.get_template(template).render(
            page=page, viewer=viewer, notice=notice, form_token=self._form_token(viewer)
        )
        return HTMLResponse(words, status, headers={"Cache-Control": "no-store"})

    def _form_token(self, viewer: Viewer | None) -> str | None:
        return self._sessions.form_token(viewer.bound_to) if viewer else None
