"""
Vectors between numpy and PostgreSQL.

Source of the format: pgvector, halfvec_send: dimensions and an unused word as big-endian int16, then big-endian float16.
"""

import struct
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]
"""Vectors as rows, float32."""

_HEAD = struct.Struct(">HH")


def as_halfvecs(matrix: Matrix) -> list[bytes]:
    """Each row as a halfvec."""
    head = _HEAD.pack(matrix.shape[1], 0)
    return [head + row.tobytes() for row in matrix.astype(">f2")]


def as_matrix(halfvecs: Sequence[bytes]) -> Matrix:
    """Halfvecs of the same dimensions as rows, at least one."""
    raw = np.frombuffer(b"".join(halfvecs), dtype=">f2").reshape(len(halfvecs), -1)
    return raw[:, 2:].astype(np.float32)
