"""How to answer a feeling, and what a rating says about it."""

from __future__ import annotations

from typing import Final, assert_never

from shared.events.words import Disposition, Feeling

# How far a rating from the very bottom or top moves the odds: about as far as one clear word does.
_WEIGHT: Final = 1.5


def advice(feeling: Feeling) -> str:
    """One sentence for the person who answers."""
    match feeling:
        case Feeling.ANGRY:
            return "Let them finish, name what went wrong in their words, apologise once, then say what happens next and when."
        case Feeling.ANXIOUS:
            return "Reassure first: say what is safe now, who is looking after it and when they will hear from you."
        case Feeling.DISAPPOINTED:
            return "Say that they could rightly expect better, then mend it or tell them honestly what you cannot do."
        case Feeling.NEUTRAL:
            return "Answer the question first, briefly; offer one thing that saves them the next contact."
        case Feeling.PLEASED:
            return "Thank them by name for something specific, and pass it on to the people it is about."
        case _:
            assert_never(feeling)


def pull_on_mood(rating: float | None, feeling: str) -> float:
    """What to add to a feeling's log-probability given a satisfaction of 0 to 1. A rule, not fitted."""
    return _pull(rating, toward=(Feeling.PLEASED,), away=(Feeling.ANGRY, Feeling.DISAPPOINTED), word=feeling)


def pull_on_disposition(rating: float | None, disposition: str) -> float:
    """The same for what a contact is: a top rating speaks for praise, a bottom one for friction."""
    return _pull(rating, toward=(Disposition.PRAISE,), away=(Disposition.FRICTION,), word=disposition)


def _pull(rating: float | None, *, toward: tuple[str, ...], away: tuple[str, ...], word: str) -> float:
    if rating is None:
        return 0.0
    swing = _WEIGHT * (2.0 * min(max(rating, 0.0), 1.0) - 1.0)
    return swing if word in toward else -swing if word in away else 0.0
