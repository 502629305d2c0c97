"""A text made ready for the models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.triage.reading.cleaning import essence, visible
from services.triage.reading.language import ENGLISH, UNDETERMINED, Languages
from services.triage.reading.own_words import own_words

if TYPE_CHECKING:
    from services.triage.reading.values import Text


@dataclass(frozen=True, slots=True)
class Draft:
    """
    What the models read: `essence` is the subject and the body in one; the body begins at `start` of it.

    Offsets into `body` are offsets into what the customer wrote.
    """

    text: Text
    subject: str
    body: str
    essence: str
    start: int
    language: str

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to read."""
        return not self.essence.strip()

    @property
    def is_english(self) -> bool:
        """Whether the models learned this language; too little text to tell counts as yes."""
        return self.language in (ENGLISH, UNDETERMINED)


def draft(text: Text, *, languages: Languages) -> Draft:
    """Take out what others wrote, and tell its language."""
    subject, body = visible(text.subject or ""), own_words(visible(text.body))
    opening = f"{essence(subject)}. " if subject.strip() else ""
    whole = opening + essence(body)
    return Draft(text, subject, body, whole, len(opening), languages.language(whole))
