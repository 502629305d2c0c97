"""
The two views of a text that areas are told by: its words, and its meaning.

Training and triage go through here, and through nothing else. Whoever gives the encoder more to say changes this file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from services.triage.reading.cleaning import essence, visible
from services.triage.reading.encoder import DIMS, SPACE
from services.triage.reading.vectors import quantised, restored

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from services.triage.reading.encoder import Encoder
    from services.triage.reading.values import Friction, Vector

MEANING: Final = DIMS
"""Numbers that a meaning is made of."""


def words(subject: str | None, body: str) -> str:
    """What is read of a text, blanks single."""
    own = visible(body)
    return " ".join(essence(f"{visible(subject)}. {own}" if subject and subject.strip() else own).split())


def words_of(friction: Friction, *, subject: str | None, body: str, is_only: bool) -> str:
    """What is read of a friction: its passage, or the whole contact where it is the only one."""
    return words(subject, body) if is_only else words(None, body[friction.start : friction.end])


def meanings(texts: Sequence[str], encoder: Encoder) -> NDArray[np.float32]:
    """Shape (texts, MEANING); as triage will see them, who has only what was published of a friction."""
    found = [restored(quantised(vector, space=SPACE)) for vector in encoder.encode(texts)]
    return np.array(found, dtype=np.float32).reshape(len(texts), MEANING)


def meaning_of(vector: Vector) -> NDArray[np.float32] | None:
    """The meaning that was read already; None where it is of another space, in which nothing was learned."""
    return restored(vector) if vector.space == SPACE else None
