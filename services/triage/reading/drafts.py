"""A text made ready for the models."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from services.triage.reading.cleaning import essence, visible
from services.triage.reading.language import ENGLISH, UNDETERMINED, Languages
from services.triage.reading.sentences import Sentence, sentences

if TYPE_CHECKING:
    from services.triage.reading.ngrams import Row, Vocabulary
    from services.triage.reading.values import Text

_MOST_SENTENCES: Final = 60


@dataclass(frozen=True, slots=True)
class Draft:
    """
    What the models read, and the sentences a friction may stand in.

    Offsets into `body` are offsets into what the customer wrote. A text of one sentence has no rows of its own for it.
    """

    text: Text
    subject: str
    body: str
    essence: str
    language: str
    row: Row
    sentences: tuple[Sentence, ...]
    sentence_rows: tuple[Row, ...]

    @property
    def is_english(self) -> bool:
        """Whether the models learned this language; too little text to tell counts as yes."""
        return self.language in (ENGLISH, UNDETERMINED)


def draft(text: Text, *, vocabulary: Vocabulary, languages: Languages) -> Draft:
    """Clean it, tell its language, cut it into sentences and look up its words."""
    subject, body = visible(text.subject or ""), visible(text.body)
    whole = essence(f"{subject}. {body}" if subject.strip() else body)
    found = tuple(islice(sentences(body), _MOST_SENTENCES))
    rows = tuple(vocabulary.row(essence(body[s.start : s.end])) for s in found) if len(found) > 1 else ()
    return Draft(text, subject, body, whole, languages.language(whole), vocabulary.row(whole), found, rows)
