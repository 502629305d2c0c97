"""What the template gets to show one reading."""

from dataclasses import dataclass

from services.triage.pages.marks import Passage, passages
from services.triage.previews import Preview, PreviewRequest
from shared.events import Friction, Kind, Urgency


@dataclass(frozen=True, slots=True)
class Bar:
    """A kind that was considered; `is_said` where it is the one that was claimed."""

    kind: Kind
    probability: float
    is_said: bool


@dataclass(frozen=True, slots=True)
class Found:
    """One friction with its number in the text."""

    number: int
    friction: Friction
    words: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class ReadingPage:
    """One text and everything that was read in it."""

    sent: PreviewRequest
    said: Preview
    passages: tuple[Passage, ...]
    found: tuple[Found, ...]

    @property
    def is_pressing(self) -> bool:
        return self.said.urgency in (Urgency.HIGH, Urgency.CRITICAL)


def reading_page(sent: PreviewRequest, said: Preview) -> ReadingPage:
    frictions = [
        Found(number, friction, sent.text[friction.span.start : friction.span.end], _bars(friction))
        for number, friction in enumerate(said.frictions, 1)
    ]
    return ReadingPage(sent, said, passages(sent.text, [friction.span for friction in said.frictions]), tuple(frictions))


def _bars(friction: Friction) -> tuple[Bar, ...]:
    """Likeliest first."""
    known = {candidate.kind: candidate.probability for candidate in friction.candidates}
    if friction.kind is not Kind.UNKNOWN:
        known.setdefault(friction.kind, friction.confidence)
    return tuple(
        Bar(kind, probability, is_said=kind is friction.kind)
        for kind, probability in sorted(known.items(), key=lambda each: -each[1])
    )
