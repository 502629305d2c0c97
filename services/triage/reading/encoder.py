"""Sentences into vectors: MiniLM in int8 on one thread, 384 dimensions, unit length."""

from __future__ import annotations

import os
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from tokenizers import Tokenizer

# It would report its use to its maker, and asks only once, when it is imported.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
import onnxruntime

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

SPACE: Final = "minilm-l6-v2-static-1"
"""Where vectors can be compared. The number is raised when the network or the turn into its space changes."""

DIMS: Final = 384
LAYERS: Final = 7
NETWORK: Final = "model.onnx"
VOCABULARY: Final = "tokenizer.json"

# Characters past this bound cannot become one of the first tokens kept, except in runs of blanks:
# tokenizing 20,000 characters to keep 96 tokens of them costs more than the rest of the reading.
CHARACTERS_PER_TOKEN: Final = 16
_TOGETHER: Final = 8


@dataclass(frozen=True, slots=True)
class States:
    """What the network holds of each token read: (tokens, 1152), its second, fourth and sixth layer; `offsets` (tokens, 2) into the text."""

    tokens: NDArray[np.float32]
    offsets: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Encoded:
    """
    Texts as the encoder sees them: unit vectors (texts, 384), and what the layers say besides (texts, 2688).

    `layers` are the means over the tokens of all six layers, and the maximum of the last: mood and manner, which a vector made for
    meaning leaves out, stand in the middle ones. `states` are given where they were asked for.
    """

    vectors: NDArray[np.float32]
    layers: NDArray[np.float32]
    states: Sequence[States]


class Encoder:
    """English in, one unit vector out. Holds the network and nothing else; safe to share between threads."""

    def __init__(self, session: onnxruntime.InferenceSession, tokenizer: Tokenizer, *, max_tokens: int) -> None:
        self._session = session
        self._tokenizer = tokenizer
        self._max_tokens = max_tokens

    @classmethod
    def load(cls, folder: Path, *, max_tokens: int = 96, threads: int = 1) -> Encoder:
        """
        Read `model.onnx` and `tokenizer.json`.

        Raises ValueError naming the file that is missing or broken.
        """
        network, vocabulary = folder / NETWORK, folder / VOCABULARY
        try:
            tokenizer = Tokenizer.from_str(vocabulary.read_text(encoding="utf-8"))
        except Exception as error:  # tokenizers raises a bare Exception for broken JSON
            message = f"the encoder's tokenizer cannot be read: {vocabulary}: {error}"
            raise ValueError(message) from error
        # The file pads everything to 128 tokens, which makes short texts seven times slower.
        tokenizer.no_padding()
        tokenizer.enable_truncation(max_tokens)
        try:
            session = onnxruntime.InferenceSession(str(network), _options(threads), providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime's errors share no public parent
            message = f"the encoder's network cannot be read: {network}: {error}"
            raise ValueError(message) from error
        return cls(session, tokenizer, max_tokens=max_tokens)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Shape (texts, 384), float32, each row of length one. Only the first `max_tokens` tokens are read."""
        return self.read(texts).vectors

    def read(self, texts: Sequence[str], *, with_states: bool = False) -> Encoded:
        """
        In the order of the texts. Only the first `max_tokens` tokens are read.

        What is read of a text never depends on its neighbours, not by one bit.
        """
        bound = self._max_tokens * CHARACTERS_PER_TOKEN
        read = self._tokenizer.encode_batch([text[:bound] for text in texts])
        vectors = np.zeros((len(texts), DIMS), dtype=np.float32)
        layers = np.zeros((len(texts), LAYERS * DIMS), dtype=np.float32)
        states: list[States | None] = [None] * len(texts)
        outputs = ["emb", "layers", "tokens"] if with_states else ["emb", "layers"]
        for places in _of_one_length([len(encoding) for encoding in read]):
            said = self._session.run(outputs, {"input_ids": np.array([read[place].ids for place in places], dtype=np.int64)})
            vectors[places], layers[places] = said[0], said[1]
            for place, tokens in zip(places, said[2] if with_states else (), strict=with_states):
                states[place] = States(tokens, np.array(read[place].offsets, dtype=np.int64))
        return Encoded(vectors, layers, [each for each in states if each is not None])


def _of_one_length(lengths: Sequence[int]) -> Iterator[list[int]]:
    """
    The places of texts with the same number of tokens, eight at most.

    Nothing is padded, so nothing is masked or wasted, and no text meets another one's numbers. Of 64 short texts about four share
    a length: 1.3 times as fast as one at a time.
    """
    by_length: defaultdict[int, list[int]] = defaultdict(list)
    for place, length in enumerate(lengths):
        by_length[length].append(place)
    for places in by_length.values():
        for start in range(0, len(places), _TOGETHER):
            yield places[start : start + _TOGETHER]


def _options(threads: int) -> onnxruntime.SessionOptions:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # The network is written as it shall run. Left to itself, onnxruntime joins sums and norms to SkipLayerNormalization,
    # which takes four to seven times as long as the two of them.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    return options
