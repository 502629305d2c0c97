"""Unit vectors as signed bytes: a quarter of the size, the same neighbours (cosine with the original ≥ .999)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from services.triage.reading.values import Vector

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LARGEST: Final = 127


def quantised(values: NDArray[np.float32], *, space: str) -> Vector:
    """The vector, scaled to unit length, with the scale that uses the whole range of a byte. Zero stays zero."""
    length = float(np.linalg.norm(values))
    unit = values / length if length > 0 else np.zeros_like(values)
    largest = float(np.abs(unit).max(initial=0.0))
    scale = largest / _LARGEST if largest > 0 else 1.0
    steps = np.rint(unit / scale).astype(np.int8)
    return Vector(space=space, dims=len(values), scale=scale, values=steps.tobytes())


def restored(vector: Vector) -> NDArray[np.float32]:
    """The numbers that the bytes stand for, shape (dims,)."""
    return np.frombuffer(vector.values, dtype=np.int8).astype(np.float32) * np.float32(vector.scale)
