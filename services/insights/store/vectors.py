"""
Vectors between numpy and PostgreSQL.

Source of the format: pgvector, halfvec_send: dimensions and an unused word as big-endian int16, then big-endian float16.
"""

import struct
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from shared.events import Vector

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


def as_vector(space: str, halfvec: bytes) -> Vector:
    """A halfvec as it travels in events: of unit length, in bytes that use their whole range."""
    values = as_matrix([halfvec])[0]
    unit = values / max(float(np.linalg.norm(values)), np.finfo(np.float32).tiny)
    scale = float(np.abs(unit).max()) / 127 or 1.0
    return Vector(space=space, dims=len(unit), scale=scale, values=np.rint(unit / scale).astype(np.int8).tobytes())
