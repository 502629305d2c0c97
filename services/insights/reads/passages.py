"""Customers' words cut to what matters, with the friction's place kept. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from shared.events import Span

LONGEST: Final = 320
"""Characters of a friction that are quoted."""

AROUND: Final = 90
"""Characters quoted before and after."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A friction's words and their surroundings; a cut is shown by an ellipsis."""

    before: str
    words: str
    after: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of a text, and which friction it belongs to, if any."""

    words: str
    friction: int | None


def excerpt(text: str, span: Span) -> Excerpt:
    """The words of `span`; a span outside the text (an older revision's) quotes its beginning instead."""
    start, end = (span.start, min(span.end, len(text))) if span.start < min(span.end, len(text)) else (0, len(text))
    words = text[start:end].strip()
    is_whole = len(words) <= LONGEST
    return Excerpt(
        before=_tail(text[:start]),
        words=words if is_whole else f"{_until_blank(words, LONGEST)}…",
        after=_head(text[end:]) if is_whole else "",
    )


def opening(text: str) -> str:
    """How a text begins, as long as a quote may be."""
    text = text.strip()
    return text if len(text) <= LONGEST else f"{_until_blank(text, LONGEST)}…"


def passages(text: str, spans: Sequence[Span]) -> tuple[Passage, ...]:
    """The whole text in order. Where spans overlap, the earlier friction has the words."""
    found: list[Passage] = []
    reached = 0
    for friction, span in sorted(enumerate(spans), key=lambda pair: (pair[1].start, pair[0])):
        start, end = max(span.start, reached), min(span.end, len(text))
        if start >= end:
            continue
        if start > reached:
            found.append(Passage(text[reached:start], None))
        found.append(Passage(text[start:end], friction))
        reached = end
    return (*found, Passage(text[reached:], None)) if reached < len(text) else tuple(found)


def _head(text: str) -> str:
    return text if len(text) <= AROUND else f"{_until_blank(text, AROUND)}…"


def _tail(text: str) -> str:
    if len(text) <= AROUND:
        return text
    near = text[-AROUND:]
    blank = near.find(" ")
    return f"…{near[blank:] if blank >= 0 else near}"


def _until_blank(text: str, length: int) -> str:
    blank = text.rfind(" ", length // 2, length)
    return text[: blank if blank >= 0 else length]
