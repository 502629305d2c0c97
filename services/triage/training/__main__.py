"""`python -m services.triage.training [--model FOLDER]`: fit the reader and write its model folder."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Final

from services.triage.reading.artefact import ENCODER, save
from services.triage.reading.cleaning import essence, visible
from services.triage.reading.encoder import Encoder
from services.triage.training.examples import examples
from services.triage.training.fitting import Seen, learned, vocabulary

HERE: Final = Path(__file__).parent
MODEL: Final = HERE.parent / "model"
MAX_TOKENS: Final = 128


def main() -> int:
    """Fit on everything that is not held out. The folder must hold the encoder already."""
    arguments = argparse.ArgumentParser(prog="python -m services.triage.training", description=__doc__)
    arguments.add_argument("--model", type=Path, default=MODEL, help="the model folder (default: %(default)s)")
    folder: Path = arguments.parse_args().model
    training = [example for example in examples(HERE) if not example.held_out]
    texts = [essence(visible(example.text)) for example in training]
    known = vocabulary(texts)
    _say(f"{len(training):,} examples, {len(known.names):,} n-grams; reading them with the encoder takes about a minute")
    vectors = Encoder.load(folder / ENCODER, max_tokens=MAX_TOKENS).encode(texts)
    found = learned(Seen(training, [known.row(text) for text in texts], vectors), known)
    version = save(found, folder, max_tokens=MAX_TOKENS)
    for question, head in (("disposition", found.disposition), ("kind", found.kind), ("mood", found.mood)):
        _say(f"{question:12} words {head.share:.1f}  temperature {head.temperature:.2f}  cut-off {head.cut_off:.2f}")
    _say(f"{found.name} {version} written to {folder}")
    return 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
