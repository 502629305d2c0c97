"""The reader: texts in, readings out."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from services.triage.reading import artefact
from services.triage.reading.answers import Likely
from services.triage.reading.cleaning import essence
from services.triage.reading.drafts import Draft, draft
from services.triage.reading.encoder import SPACE, States
from services.triage.reading.gloss import GLOSSED
from services.triage.reading.heads import CALM, CRITICAL, log_softmax
from services.triage.reading.intensity import intensity
from services.triage.reading.language import Languages
from services.triage.reading.mood import advice, pull_on_disposition, pull_on_mood
from services.triage.reading.ngrams import NO_WORDS
from services.triage.reading.one_space import SPOKEN, met
from services.triage.reading.reasons import reasons
from services.triage.reading.spans import Passage
from services.triage.reading.urgency import Phrases, Pressing
from services.triage.reading.values import Candidate, Friction, Mood, Reading, Text
from services.triage.reading.vectors import quantised
from shared.events.words import Disposition, Feeling, Kind, Urgency

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from services.triage.reading.heads import Head, Voice
    from services.triage.reading.ngrams import Row

PHRASES: Final = Path(__file__).with_name("phrases.yaml")

# What these contacts say got in somebody's way, whatever else they are.
_CARRIES_FRICTION: Final = (Disposition.FRICTION, Disposition.IDEA, Disposition.MISFIT)
_CANDIDATES: Final = 3
_SPOKEN_FOR: Final = 2.0
"""Where a phrase speaks for haste, high urgency may be half as likely as what is likeliest."""


@dataclass(frozen=True, slots=True)
class _Said:
    """What the heads say of one text."""

    disposition: Likely
    kind: Likely
    mood: Likely
    urgency: Likely
    critical: Likely
    misfit: Likely | None = None


@dataclass(frozen=True, slots=True)
class _Span:
    """A passage that holds a friction, with what is needed to describe it."""

    passage: Passage
    kind: Likely
    vector: NDArray[np.float32]
    row: Row


@dataclass(frozen=True, slots=True)
class _Views:
    """Several texts as both views see them, and the vectors that are sent along; the states of their tokens where they are English."""

    rows: Sequence[Row]
    meanings: NDArray[np.float32]
    vectors: NDArray[np.float32]
    states: Sequence[States] = ()


class Reader:
    """
    Reads what customers wrote. Pure: the same texts give the same readings, alone or in company.

    An English text costs one pass through the encoder (its first 96 tokens, subject included), and where it holds several
    frictions one more for each; words are read up to 4,000 characters. Texts of fourteen other languages are read by the second
    encoder (600 characters), and five of these word for word in English, too; of any other language only the vector is told. Not
    for several threads at once.
    """

    def __init__(self, model: artefact.Artefact, *, languages: Languages, phrases: Phrases) -> None:
        self.name = model.learned.name
        self.version = model.version
        self.learned = model.learned
        self._space = model.space
        self._languages = languages
        self._phrases = phrases

    @classmethod
    def load(cls, folder: Path, *, threads: int = 1) -> Reader:
        """Load the model folder, within 3 seconds. Raises ValueError naming the file that is missing or broken."""
        return cls(artefact.load(folder, threads=threads), languages=Languages(), phrases=Phrases.load(PHRASES))

    def read(self, texts: Sequence[Text]) -> list[Reading]:
        """One reading for each text, in order. Never fails for what a text says, however odd; time is bounded."""
        drafts = [draft(text, languages=self._languages) for text in texts]
        english = [place for place, each in enumerate(drafts) if each.is_english]
        abroad = [place for place, each in enumerate(drafts) if not each.is_english]
        readings = dict(
            [
                *zip(english, self._read_english([drafts[place] for place in english]), strict=True),
                *zip(abroad, self._read_abroad([drafts[place] for place in abroad]), strict=True),
            ]
        )
        return [readings[place] for place in range(len(drafts))]

    def _read_english(self, drafts: Sequence[Draft]) -> list[Reading]:
        if not drafts:
            return []
        views = self._views([each.essence for each in drafts])
        voice = self.learned.english
        misfits = _likely([(self.learned.misfit, views)])
        said = [replace(one, misfit=misfit) for one, misfit in zip(_said([(voice, views)], drafts), misfits, strict=True)]
        passages = [
            self._passages(each, one.disposition, states) for each, one, states in zip(drafts, said, views.states, strict=True)
        ]
        apart = self._apart(drafts, passages)
        return [
            self._reading(voice, each, one, several or [_Span(passage, one.kind, vector, row) for passage in found])
            for each, one, found, several, vector, row in zip(
                drafts, said, passages, apart, views.vectors, views.rows, strict=True
            )
        ]

    def _views(self, texts: Sequence[str], *, with_states: bool = True) -> _Views:
        voice = self.learned.english
        encoded = self._space.english.read(texts, with_states=with_states)
        rows = [voice.vocabulary.row(text) for text in texts]
        return _Views(rows, voice.scale.of(encoded.layers), encoded.vectors, encoded.states)

    def _passages(self, read: Draft, disposition: Likely, states: States) -> tuple[Passage, ...]:
        """Where the frictions stand: several in a friction, one in an idea and a misfit, none in what carries none."""
        if read.is_empty or disposition.best not in _CARRIES_FRICTION:
            return ()
        own = States(states.tokens, states.offsets - read.start)
        found = self.learned.spans.passages(read.body, own) or (_all_of(read),)
        return found if disposition.best == Disposition.FRICTION else (max(found, key=lambda passage: passage.probability),)

    def _apart(self, drafts: Sequence[Draft], passages: Sequence[Sequence[Passage]]) -> list[list[_Span]]:
        """Of each text that holds several frictions, what each says when it is read on its own."""
        several = [(each, passage) for each, found in zip(drafts, passages, strict=True) if len(found) > 1 for passage in found]
        if not several:
            return [[] for _ in drafts]
        views = self._views([essence(each.body[passage.start : passage.end]) for each, passage in several])
        kinds = _likely([(self.learned.english.kind, views)])
        spans = iter(
            [
                _Span(passage, kind, vector, row)
                for (_, passage), kind, vector, row in zip(several, kinds, views.vectors, views.rows, strict=True)
            ]
        )
        return [list(islice(spans, len(found))) if len(found) > 1 else [] for found in passages]

    def _read_abroad(self, drafts: Sequence[Draft]) -> list[Reading]:
        glossed = iter(self._read_glossed([each for each in drafts if each.language in GLOSSED]))
        spoken = iter(self._read_spoken([each for each in drafts if _is_only_spoken(each.language)]))
        return [
            next(glossed) if each.language in GLOSSED else next(spoken) if each.language in SPOKEN else self._unread(each)
            for each in drafts
        ]

    def _read_glossed(self, drafts: Sequence[Draft]) -> list[Reading]:
        """Twice: the gloss as the English it nearly is, and the original."""
        if not drafts:
            return []
        glossed = self._views([self._space.gloss(each.essence, each.language) for each in drafts], with_states=False)
        original = self._views_abroad(drafts)
        said = _said([(self.learned.english, glossed), (self.learned.abroad, original)], drafts)
        return self._whole(drafts, said, met(glossed.vectors, original.vectors))

    def _read_spoken(self, drafts: Sequence[Draft]) -> list[Reading]:
        if not drafts:
            return []
        views = self._views_abroad(drafts)
        return self._whole(drafts, _said([(self.learned.abroad, views)], drafts), views.vectors)

    def _views_abroad(self, drafts: Sequence[Draft]) -> _Views:
        voice = self.learned.abroad
        seen = self._space.multilingual.encode([each.essence for each in drafts])
        rows = [voice.vocabulary.row(each.essence) for each in drafts]
        return _Views(rows, voice.scale.of(seen), self._space.turn.of(seen))

    def _whole(self, drafts: Sequence[Draft], said: Sequence[_Said], vectors: NDArray[np.float32]) -> list[Reading]:
        """One friction at most: the whole contact. Reasons are words of the original."""
        voice = self.learned.abroad
        return [
            self._reading(
                voice,
                each,
                one,
                [_Span(_all_of(each), one.kind, vector, voice.vocabulary.row(each.essence))]
                if one.disposition.best in _CARRIES_FRICTION
                else [],
            )
            for each, one, vector in zip(drafts, said, vectors, strict=True)
        ]

    def _unread(self, read: Draft) -> Reading:
        """Unknown in everything, never noise, which is dropped: a person can still read it, and its vector finds its like."""
        voice = self.learned.english
        calm = Likely((Urgency.NORMAL,), (1.0,), 0.0)
        safe = Likely((CALM, CRITICAL), (1.0, 0.0), 1.0)
        said = _Said(_silent(voice.disposition), _silent(voice.kind), _silent(voice.mood), calm, safe)
        (vector,) = self._space.english.encode([read.essence])
        return self._reading(voice, read, said, [_Span(_all_of(read), said.kind, vector, NO_WORDS)])

    def _reading(self, voice: Voice, read: Draft, said: _Said, spans: Sequence[_Span]) -> Reading:
        disposition, confidence = self._disposition(read, said.disposition)
        feeling = Feeling(said.mood.best) if said.mood.is_sure and not read.is_empty else Feeling.NEUTRAL
        pressing = self._pressing(voice, read, said)
        misfit = said.misfit if disposition is Disposition.MISFIT else None
        if disposition is Disposition.NOISE and pressing.urgency is Urgency.CRITICAL:
            # Noise is set aside unread, and nobody who is in danger may be.
            disposition = Disposition.UNKNOWN
        return Reading(
            disposition=disposition,
            confidence=confidence,
            misfit_reason=misfit.best if misfit is not None and misfit.is_sure else None,
            frictions=tuple(_friction(voice, read, span, said.mood, pressing.urgency) for span in spans),
            mood=Mood(feeling=feeling, score=round(said.mood.of(feeling), 4), advice=advice(feeling)),
            urgency=pressing.urgency,
            urgency_reason=pressing.reason,
            language=read.language,
        )

    def _disposition(self, read: Draft, likely: Likely) -> tuple[Disposition, float]:
        if read.is_empty:
            return Disposition.NOISE, 1.0
        return (Disposition(likely.best) if likely.is_sure else Disposition.UNKNOWN), round(likely.confidence, 4)

    def _pressing(self, voice: Voice, read: Draft, said: _Said) -> Pressing:
        """Critical where a phrase or the model says so; the reason is the phrase, else the words that spoke for it."""
        found = self._phrases.found(f"{read.subject}\n{read.body}")
        if found.urgency is Urgency.CRITICAL:
            return found
        if said.critical.of(CRITICAL) * _in_the_way(said.disposition) >= said.critical.least:
            return Pressing(Urgency.CRITICAL, _hurry(voice, voice.critical, CRITICAL, read))
        urgency = Urgency(said.urgency.best)
        if found.urgency is Urgency.HIGH and _SPOKEN_FOR * said.urgency.of(Urgency.HIGH) >= said.urgency.confidence:
            return found
        return Pressing(urgency, _hurry(voice, voice.urgency, urgency, read) if urgency is Urgency.HIGH else None)


def _said(heard: Sequence[tuple[Voice, _Views]], drafts: Sequence[Draft]) -> list[_Said]:
    """What the heads of all who heard them say of each text; a rating moves two of them."""
    answers = zip(
        _likely([(voice.disposition, views) for voice, views in heard], drafts, pull_on_disposition),
        _likely([(voice.kind, views) for voice, views in heard]),
        _likely([(voice.mood, views) for voice, views in heard], drafts, pull_on_mood),
        _likely([(voice.urgency, views) for voice, views in heard]),
        _likely([(voice.critical, views) for voice, views in heard]),
        strict=True,
    )
    return [_Said(*answer) for answer in answers]


def _likely(
    asked: Sequence[tuple[Head, _Views]],
    drafts: Sequence[Draft] = (),
    pull: Callable[[float | None, str], float] | None = None,
) -> list[Likely]:
    """
    One answer for each text: the geometric mean of what the heads say, and of their cut-offs; all have the same labels.

    Where there is a `pull`, the rating that came with each text moves the answer.
    """
    labels = asked[0][0].labels
    scores = log_softmax(np.mean([head.log_probabilities(views.rows, views.meanings) for head, views in asked], axis=0))
    if pull is not None:
        pulled = np.array([[pull(each.text.rating, label) for label in labels] for each in drafts], dtype=np.float32)
        scores = log_softmax(scores + pulled)
    least = math.prod(head.cut_off for head, _ in asked) ** (1 / len(asked))
    return [Likely.of_row(labels, row, least=least) for row in np.exp(scores)]


def _in_the_way(disposition: Likely) -> float:
    """1 where something is likelier than not to be in somebody's way, less where it is not: praise that borrows grave words is no alarm."""
    return min(1.0, 2.0 * (disposition.of(Disposition.FRICTION) + disposition.of(Disposition.ABUSE)))


def _hurry(voice: Voice, head: Head, label: str, read: Draft) -> str:
    words = reasons(voice.vocabulary.row(read.essence), head=head, label=head.labels.index(label), vocabulary=voice.vocabulary)
    return f"reads as {label}: {', '.join(words)}" if words else f"reads as {label}"


def _friction(voice: Voice, read: Draft, span: _Span, mood: Likely, urgency: Urgency) -> Friction:
    passage, head = span.passage, voice.kind
    named = zip(span.kind.labels, span.kind.probabilities, strict=True)
    feelings = dict(zip(mood.labels, mood.probabilities, strict=True))
    return Friction(
        start=passage.start,
        end=passage.end,
        kind=Kind(span.kind.best) if span.kind.is_sure else Kind.UNKNOWN,
        confidence=round(span.kind.confidence, 4),
        candidates=tuple(Candidate(Kind(label), round(p, 4)) for label, p in islice(named, _CANDIDATES)),
        intensity=intensity(read.body[passage.start : passage.end], feelings=feelings, urgency=urgency, rating=read.text.rating),
        reasons=reasons(span.row, head=head, label=head.labels.index(span.kind.best), vocabulary=voice.vocabulary),
        vector=quantised(span.vector, space=SPACE),
    )


def _silent(head: Head) -> Likely:
    return Likely.of_row(head.labels, np.full(len(head.labels), 1 / len(head.labels), dtype=np.float32), least=1.0)


def _is_only_spoken(language: str) -> bool:
    return language in SPOKEN and language not in GLOSSED


def _all_of(read: Draft) -> Passage:
    return Passage(0, len(read.body), 1.0)
