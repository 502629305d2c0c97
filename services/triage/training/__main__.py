"""`python -m services.triage.training [--model FOLDER]`: fit the reader and write its model folder."""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from services.triage.reading.artefact import ENCODER, save
from services.triage.reading.cleaning import essence, visible
from services.triage.reading.encoder import Encoder
from services.triage.reading.one_space import Multilingual
from services.triage.training import spans
from services.triage.training.examples import CORPUS, examples
from services.triage.training.fitting import Seen, answering_abroad, learned, scale, vocabulary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.triage.reading.heads import Scale
    from services.triage.reading.ngrams import Vocabulary
    from services.triage.training.examples import Example

HERE: Final = Path(__file__).parent
MODEL: Final = HERE.parent / "model"
MAX_TOKENS: Final = 96


@dataclass(frozen=True, slots=True)
class Prepared:
    """Everything that is trained on, as the models see it."""

    seen: Seen
    known: Vocabulary
    to: Scale
    told: Sequence[spans.Told]


def main() -> int:
    """Fit on everything that is not held out. The folder must hold the encoder already."""
    arguments = argparse.ArgumentParser(prog="python -m services.triage.training", description=__doc__)
    arguments.add_argument("--model", type=Path, default=MODEL, help="the model folder (default: %(default)s)")
    folder: Path = arguments.parse_args().model
    everything = [example for example in examples(HERE) if not example.held_out]
    training = [example for example in everything if example.language == "en"]
    _say(f"{len(everything):,} examples; reading them with the encoders takes about three minutes")
    prepared = prepare(training, Encoder.load(folder / ENCODER, max_tokens=MAX_TOKENS))
    own = [example for example in everything if example.source == CORPUS]
    abroad = answering_abroad(own, Multilingual().encode([essence(visible(example.text)) for example in own]))
    _say(f"{len(prepared.known.names):,} n-grams, {len(prepared.told):,} contacts with underlined frictions")
    places = spans.fitted(prepared.told)
    found = learned(prepared.seen, prepared.known, to=prepared.to, spans=places, abroad=abroad)
    version = save(found, folder, max_tokens=MAX_TOKENS)
    for question in ("disposition", "kind", "mood", "urgency"):
        head = getattr(found, question)
        _say(f"{question:12} words {head.share:.1f}  temperature {head.temperature:.2f}  cut-off {head.cut_off:.2f}")
    _say(f"critical from {found.critical:.3f} on, in other languages from {found.abroad.critical:.3f}")
    _say(f"{found.name} {version} written to {folder}")
    return 0


def prepare(training: Sequence[Example], encoder: Encoder) -> Prepared:
    """Both views of every example, and the states of the tokens where frictions are underlined."""
    texts = [essence(visible(example.text)) for example in training]
    known = vocabulary(texts)
    encoded = encoder.read(texts)
    own = [place for place, example in enumerate(training) if example.source == CORPUS and example.quotes]
    states = encoder.read([texts[place] for place in own], with_states=True).states
    told = (spans.told(training[place], each) for place, each in zip(own, states, strict=True))
    to = scale(encoded.layers)
    seen = Seen(training, [known.row(text) for text in texts], to.of(encoded.layers))
    return Prepared(seen, known, to, [contact for contact in told if contact is not None])


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
