"""`python -m services.triage.training [--model FOLDER]`: fit the reader and write its model folder."""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from services.triage.reading.artefact import ENCODER, QUESTIONS, VOICES, Learned, save
from services.triage.reading.cleaning import essence, visible
from services.triage.reading.encoder import Encoder
from services.triage.reading.language import ENGLISH
from services.triage.reading.one_space import Multilingual
from services.triage.training import spans
from services.triage.training.examples import CORPUS, examples
from services.triage.training.fitting import ABROAD_C, MEANING_C, NAME, Seen, misfit, scale, vocabulary, voice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from services.triage.reading.heads import Head, Scale, Voice
    from services.triage.reading.ngrams import Vocabulary
    from services.triage.training.examples import Example

HERE: Final = Path(__file__).parent
MODEL: Final = HERE.parent / "model"
MAX_TOKENS: Final = 96


@dataclass(frozen=True, slots=True)
class Prepared:
    """Examples as one voice sees them, and which of them it is judged by."""

    seen: Seen
    known: Vocabulary
    to: Scale
    judges: NDArray[np.bool_]

    def voice(self) -> Voice:
        """What answers for texts like these."""
        return voice(self.seen, self.known, to=self.to, judges=self.judges)


def main() -> int:
    """Fit on everything that is not held out. The folder must hold the encoder already."""
    arguments = argparse.ArgumentParser(prog="python -m services.triage.training", description=__doc__)
    arguments.add_argument("--model", type=Path, default=MODEL, help="the model folder (default: %(default)s)")
    folder: Path = arguments.parse_args().model
    everything = [example for example in examples(HERE) if not example.held_out]
    _say(f"{len(everything):,} examples; reading them with the encoders takes about three minutes")
    encoder = Encoder.load(folder / ENCODER, max_tokens=MAX_TOKENS)
    english, abroad = prepare(everything, encoder), prepare_abroad(everything, Multilingual())
    told = underlined(everything, encoder)
    for name, prepared in (("English", english), ("other languages", abroad)):
        _say(f"{name}: {len(prepared.seen.examples):,} examples, {len(prepared.known.names):,} n-grams")
    _say(f"{len(told):,} contacts with underlined frictions; fitting takes about six minutes")
    found = Learned(
        name=NAME,
        english=english.voice(),
        abroad=abroad.voice(),
        misfit=misfit(english.seen, features=len(english.known.names)),
        spans=spans.fitted(told),
    )
    version = save(found, folder, max_tokens=MAX_TOKENS)
    for question in QUESTIONS:
        for name in VOICES:
            head: Head = getattr(getattr(found, name), question)
            _say(f"{question:12} {name:8} words {head.share:.1f}  temperature {head.temperature:.2f}  cut-off {head.cut_off:.2f}")
    _say(f"{found.name} {version} written to {folder}")
    return 0


def prepare(examples: Sequence[Example], encoder: Encoder) -> Prepared:
    """The English ones, as MiniLM sees them; our own are the judges."""
    chosen = [example for example in examples if example.language == ENGLISH]
    texts = [essence(visible(example.text)) for example in chosen]
    own = np.array([example.source == CORPUS for example in chosen])
    return _prepared(chosen, texts, encoder.read(texts).layers, own, MEANING_C)


def prepare_abroad(examples: Sequence[Example], multilingual: Multilingual) -> Prepared:
    """Our own in all languages, as the second encoder sees them; those that are not English are the judges."""
    chosen = [example for example in examples if example.source == CORPUS]
    texts = [essence(visible(example.text)) for example in chosen]
    foreign = np.array([example.language != ENGLISH for example in chosen])
    return _prepared(chosen, texts, multilingual.encode(texts), foreign, ABROAD_C)


def underlined(examples: Sequence[Example], encoder: Encoder) -> list[spans.Told]:
    """Our own English ones that tell of frictions, with the states of their tokens."""
    chosen = [example for example in examples if example.source == CORPUS and example.language == ENGLISH and example.quotes]
    states = encoder.read([essence(visible(example.text)) for example in chosen], with_states=True).states
    told = (spans.told(example, each) for example, each in zip(chosen, states, strict=True))
    return [contact for contact in told if contact is not None]


def _prepared(
    examples: Sequence[Example],
    texts: Sequence[str],
    meanings: NDArray[np.float32],
    judges: NDArray[np.bool_],
    strength: float,
) -> Prepared:
    known, to = vocabulary(texts), scale(meanings)
    seen = Seen(examples, [known.row(text) for text in texts], to.of(meanings), strength)
    return Prepared(seen, known, to, judges)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
