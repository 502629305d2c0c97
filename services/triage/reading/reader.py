"""The reader: texts in, readings out."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from services.triage.reading import artefact
from services.triage.reading.answers import Likely
from services.triage.reading.cleaning import essence
from services.triage.reading.drafts import Draft, draft
from services.triage.reading.encoder import SPACE
from services.triage.reading.heads import log_softmax
from services.triage.reading.intensity import intensity
from services.triage.reading.language import Languages
from services.triage.reading.mood import advice, pull_on_disposition, pull_on_mood
from services.triage.reading.reasons import reasons
from services.triage.reading.spans import Passage, proposed, strongest
from services.triage.reading.urgency import Phrases
from services.triage.reading.values import Candidate, Friction, Mood, Reading, Text
from services.triage.reading.vectors import quantised
from shared.events.words import Disposition, Feeling, Kind, Urgency

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from services.triage.reading.heads import Head
    from services.triage.reading.ngrams import Row

PHRASES: Final = Path(__file__).with_name("phrases.yaml")

# What these contacts say got in somebody's way, whatever else they are; in all others a passage must say so by itself.
_CARRIES_FRICTION: Final = (Disposition.FRICTION, Disposition.IDEA, Disposition.MISFIT)
_SAYS_NOTHING: Final = (Disposition.NOISE, Disposition.ABUSE)
# The models learned English only; elsewhere they may speak where they are very sure.
_FOREIGN_CUT_OFF: Final = 0.9
_LEAST_BY_WORDS: Final = 0.2
_LEAST_BY_BOTH: Final = 0.6
_CANDIDATES: Final = 3


@dataclass(frozen=True, slots=True)
class _Span:
    """A passage that holds a friction, with what is needed to describe it."""

    passage: Passage
    kind: Likely
    row: Row
    vector: NDArray[np.float32]


class Reader:
    """
    Reads what customers wrote. Pure: the same texts give the same readings.

    Each text costs one pass through the encoder (its first 128 tokens, subject included), and one more for each passage
    that seems to hold a friction of its own. Words are read up to 4,000 characters. Not for several threads at once.
    """

    def __init__(self, model: artefact.Artefact, *, languages: Languages, phrases: Phrases) -> None:
        self.name = model.learned.name
        self.version = model.version
        self._learned = model.learned
        self._encoder = model.encoder
        self._languages = languages
        self._phrases = phrases

    @classmethod
    def load(cls, folder: Path, *, threads: int = 1) -> Reader:
        """Load the model folder, within 3 seconds. Raises ValueError naming the file that is missing or broken."""
        return cls(artefact.load(folder, threads=threads), languages=Languages(), phrases=Phrases.load(PHRASES))

    def read(self, texts: Sequence[Text]) -> list[Reading]:
        """One reading for each text, in order. Never fails for what a text says, however odd; time is bounded."""
        drafts = [draft(text, vocabulary=self._learned.vocabulary, languages=self._languages) for text in texts]
        vectors = self._encoder.encode([each.essence for each in drafts])
        rows = [each.row for each in drafts]
        dispositions = self._answers(self._learned.disposition, rows, vectors, drafts, pull_on_disposition)
        kinds = self._answers(self._learned.kind, rows, vectors)
        moods = self._answers(self._learned.mood, rows, vectors, drafts, pull_on_mood)
        own = self._own_spans(drafts, dispositions)
        return [
            self._reading(each, disposition, mood, _Span(Passage(0, 0), kind, each.row, vector), spans)
            for each, disposition, kind, mood, vector, spans in zip(drafts, dispositions, kinds, moods, vectors, own, strict=True)
        ]

    def _answers(
        self,
        head: Head,
        rows: Sequence[Row],
        vectors: NDArray[np.float32],
        drafts: Sequence[Draft] = (),
        pull: Callable[[float | None, str], float] | None = None,
    ) -> list[Likely]:
        if not rows:
            return []
        scores = head.log_probabilities(rows, vectors)
        if pull is not None:
            pulled = np.array([[pull(each.text.rating, label) for label in head.labels] for each in drafts], dtype=np.float32)
            scores = log_softmax(scores + pulled)
        return [Likely.of_row(head.labels, row) for row in np.exp(scores)]

    def _own_spans(self, drafts: Sequence[Draft], dispositions: Sequence[Likely]) -> list[tuple[_Span, ...]]:
        """For each text, the passages that clearly hold a friction each when read on their own."""
        passages = [self._proposed(each, likely) for each, likely in zip(drafts, dispositions, strict=True)]
        pieces = [essence(each.body[p.start : p.end]) for each, found in zip(drafts, passages, strict=True) for p in found]
        if not pieces:
            return [() for _ in drafts]
        rows = [self._learned.vocabulary.row(piece) for piece in pieces]
        vectors = self._encoder.encode(pieces)
        read = zip(
            self._answers(self._learned.disposition, rows, vectors),
            self._answers(self._learned.kind, rows, vectors),
            rows,
            vectors,
            strict=True,
        )
        return [tuple(self._clear(found, read)) for found in passages]

    def _proposed(self, read: Draft, disposition: Likely) -> tuple[Passage, ...]:
        if not read.sentence_rows or disposition.best in _SAYS_NOTHING or not read.is_english:
            return ()
        kinds = self._learned.kind.by_words(read.sentence_rows)
        weight = np.exp(kinds.max(axis=1)) * self._friction_by_words(read.sentence_rows)
        passages = proposed(read.sentences, labels=kinds.argmax(axis=1).tolist(), weight=weight, least=_LEAST_BY_WORDS)
        is_enough = len(passages) > 1 or disposition.best not in _CARRIES_FRICTION
        return passages if is_enough else ()

    def _clear(
        self, passages: Sequence[Passage], read: Iterator[tuple[Likely, Likely, Row, NDArray[np.float32]]]
    ) -> Iterator[_Span]:
        seen: set[str] = set()
        for passage, (disposition, kind, row, vector) in zip(passages, islice(read, len(passages)), strict=True):
            is_friction = disposition.of(Disposition.FRICTION) >= _LEAST_BY_BOTH
            if is_friction and kind.confidence >= self._learned.kind.cut_off and kind.best not in seen:
                seen.add(kind.best)
                yield _Span(passage, kind, row, vector)

    def _friction_by_words(self, rows: Sequence[Row]) -> NDArray[np.float32]:
        head = self._learned.disposition
        column = head.by_words(rows)[:, head.labels.index(Disposition.FRICTION)]
        result: NDArray[np.float32] = np.exp(column)
        return result

    def _reading(self, read: Draft, likely: Likely, mood: Likely, whole: _Span, own: Sequence[_Span]) -> Reading:
        disposition, confidence = self._disposition(read, likely)
        feeling = self._feeling(read, mood)
        spans = self._spans(read, disposition, likely, whole, own)
        kinds = [self._kind(read, span.kind) for span in spans]
        hurry = self._phrases.urgency(f"{read.subject}\n{read.body}", disposition=disposition, feeling=feeling, kinds=kinds)
        if disposition is Disposition.NOISE and hurry.urgency is Urgency.CRITICAL:
            # Noise is set aside unread, and nobody who is in danger may be.
            disposition = Disposition.UNKNOWN
        return Reading(
            disposition=disposition,
            confidence=confidence,
            misfit_reason=self._misfit_reason(whole) if disposition is Disposition.MISFIT else None,
            frictions=tuple(
                self._friction(read, span, kind, mood, hurry.urgency) for span, kind in zip(spans, kinds, strict=True)
            ),
            mood=Mood(feeling=feeling, score=round(mood.of(feeling), 4), advice=advice(feeling)),
            urgency=hurry.urgency,
            urgency_reason=hurry.reason,
            language=read.language,
        )

    def _disposition(self, read: Draft, likely: Likely) -> tuple[Disposition, float]:
        if not read.essence:
            return Disposition.NOISE, 1.0
        best, confidence = Disposition(likely.best), round(likely.confidence, 4)
        is_sure = confidence >= self._cut_off(read, self._learned.disposition)
        # An unread language is unknown, never noise: noise is dropped, and a person could still read it.
        is_unread = best is Disposition.NOISE and not read.is_english
        return (best if is_sure and not is_unread else Disposition.UNKNOWN), confidence

    def _feeling(self, read: Draft, mood: Likely) -> Feeling:
        is_sure = bool(read.essence) and (read.is_english or mood.confidence >= _FOREIGN_CUT_OFF)
        return Feeling(mood.best) if is_sure else Feeling.NEUTRAL

    def _kind(self, read: Draft, kind: Likely) -> Kind:
        return Kind(kind.best) if kind.confidence >= self._cut_off(read, self._learned.kind) else Kind.UNKNOWN

    def _spans(
        self, read: Draft, disposition: Disposition, likely: Likely, whole: _Span, own: Sequence[_Span]
    ) -> tuple[_Span, ...]:
        """Several where several are clear; else the one of the whole contact, shown by its strongest sentence."""
        # A language that is not read may still be grouped with its like, so that it is not lost.
        is_unread = disposition is Disposition.UNKNOWN and not read.is_english
        if len(own) > 1 or not (likely.best in _CARRIES_FRICTION or is_unread) or not read.essence:
            return tuple(own)
        return (_Span(self._strongest(read, whole.kind), whole.kind, whole.row, whole.vector),)

    def _strongest(self, read: Draft, kind: Likely) -> Passage:
        weight = np.ones(len(read.sentences), dtype=np.float32)
        if read.sentence_rows:
            column = self._learned.kind.labels.index(kind.best)
            by_words = np.exp(self._learned.kind.by_words(read.sentence_rows)[:, column])
            weight = by_words * self._friction_by_words(read.sentence_rows)
        return strongest(read.sentences, weight=weight, characters=len(read.body))

    def _friction(self, read: Draft, span: _Span, kind: Kind, mood: Likely, urgency: Urgency) -> Friction:
        passage, head = span.passage, self._learned.kind
        named = zip(span.kind.labels, span.kind.probabilities, strict=True)
        words = reasons(span.row, head=head, label=head.labels.index(span.kind.best), vocabulary=self._learned.vocabulary)
        feelings = dict(zip(mood.labels, mood.probabilities, strict=True))
        return Friction(
            start=passage.start,
            end=passage.end,
            kind=kind,
            confidence=round(span.kind.confidence, 4),
            candidates=tuple(Candidate(Kind(label), round(p, 4)) for label, p in islice(named, _CANDIDATES)),
            intensity=intensity(
                read.body[passage.start : passage.end], feelings=feelings, urgency=urgency, rating=read.text.rating
            ),
            reasons=words,
            vector=quantised(span.vector, space=SPACE),
        )

    def _misfit_reason(self, whole: _Span) -> str | None:
        head = self._learned.misfit
        (likely,) = self._answers(head, [whole.row], whole.vector[np.newaxis])
        return likely.best if likely.confidence >= head.cut_off else None

    def _cut_off(self, read: Draft, head: Head) -> float:
        return head.cut_off if read.is_english else max(head.cut_off, _FOREIGN_CUT_OFF)
