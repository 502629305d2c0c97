"""Sentences into vectors: MiniLM in int8 on one thread, 384 dimensions, unit length."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

import numpy as np
from tokenizers import Tokenizer

# It would report its use to its maker, and asks only once, when it is imported.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
import onnxruntime

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

SPACE: Final = "minilm-l6-v2-int8"
DIMS: Final = 384

# Characters past this bound cannot become one of the first tokens kept, except in runs of blanks:
# tokenizing 20,000 characters to keep 128 tokens of them costs more than the rest of the reading.
CHARACTERS_PER_TOKEN: Final = 16


class Encoder:
    """Text in, one unit vector out. Holds the network and nothing else; safe to share between threads."""

    def __init__(self, session: onnxruntime.InferenceSession, tokenizer: Tokenizer, *, max_tokens: int) -> None:
        self._session = session
        self._tokenizer = tokenizer
        self._max_tokens = max_tokens

    @classmethod
    def load(cls, folder: Path, *, max_tokens: int = 128, threads: int = 1) -> Encoder:
        """
        Read `model.onnx` and `tokenizer.json`.

        Raises ValueError naming the file that is missing or broken.
        """
        network, vocabulary = folder / "model.onnx", folder / "tokenizer.json"
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
        """
        Shape (texts, 384), float32, each row of length one. Only the first `max_tokens` tokens are read.

        A text's vector never depends on its neighbours.
        """
        vectors = np.zeros((len(texts), DIMS), dtype=np.float32)
        bound = self._max_tokens * CHARACTERS_PER_TOKEN
        encodings = self._tokenizer.encode_batch([text[:bound] for text in texts])
        # One at a time: int8 activations are scaled by the largest number in a batch, so in company a vector moves (cosine .993
        # at eight a batch) and a redelivered contact could be read differently. Eight at a time would be 1.5 times as fast.
        for place, encoding in enumerate(encodings):
            ids = np.array([encoding.ids], dtype=np.int64)
            (vector,) = self._session.run(["emb"], {"input_ids": ids, "attention_mask": np.ones_like(ids)})
            vectors[place] = np.asarray(vector, dtype=np.float32)[0]
        return vectors


def _options(threads: int) -> onnxruntime.SessionOptions:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return options
