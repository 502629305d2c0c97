"""How hard a friction hit, from 0 to 1. A rule that people can follow, not fitted: there are no labels to fit it to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from shared.events.words import Feeling, Urgency

if TYPE_CHECKING:
    from collections.abc import Mapping

_GROUND: Final = 0.15
_BY_FEELING: Final = ((Feeling.ANGRY, 0.45), (Feeling.ANXIOUS, 0.35), (Feeling.DISAPPOINTED, 0.25), (Feeling.PLEASED, -0.15))
_BY_URGENCY: Final = ((Urgency.CRITICAL, 0.35), (Urgency.HIGH, 0.2))
_REPEATED: Final = 0.12
_EMPHATIC: Final = 0.08
_RATED: Final = 0.15

_AGAIN: Final = re.compile(
    r"\b(?:again|still (?:not|no|waiting|nothing)|twice|(?:second|third|fourth|fifth|\d+(?:nd|rd|th)) (?:time|week|month)"
    r"|every (?:single )?time|(?:for|since|in) (?:\w+ )?(?:days|weeks|months|years)|never)\b",
    re.IGNORECASE,
)
_EMPHASIS: Final = re.compile(
    r"[!?]{2,}|\b(?:terrible|horrible|awful|worst|ridiculous|unacceptable|outrageous|disgust\w*|useless|furious|absurd|appalling|nightmare|never again)\b",
    re.IGNORECASE,
)


def intensity(passage: str, *, feelings: Mapping[str, float], urgency: Urgency, rating: float | None) -> float:
    """
    Rises with anger, fear and disappointment (by their probabilities), with repetition, emphasis and urgency.

    A low rating raises it and a high one lowers it, by up to .15.
    """
    felt = sum(weight * feelings.get(feeling, 0.0) for feeling, weight in _BY_FEELING)
    pressing = sum(weight for level, weight in _BY_URGENCY if level is urgency)
    repeated = _REPEATED if _AGAIN.search(passage) else 0.0
    emphatic = _EMPHATIC if _EMPHASIS.search(passage) else 0.0
    rated = 0.0 if rating is None else _RATED * (1.0 - 2.0 * min(max(rating, 0.0), 1.0))
    return round(min(max(_GROUND + felt + pressing + repeated + emphatic + rated, 0.0), 1.0), 3)
