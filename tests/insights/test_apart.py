"""Groups are found in a process of its own, which may die without taking the service along."""

import os
import signal

import numpy as np
import pytest

from services.insights.apart import Apart, here
from services.insights.rules.grouping import Grain
from shared.errors import Unavailable

GRAIN = Grain(threshold=0.6, people=3)
PERSONS = [f"person {number}" for number in range(12)]


def two_matters() -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    rows = np.eye(2, 16)[[0, 1] * 6] + np.random.default_rng(1).normal(0, 0.05, (12, 16))
    unit: np.ndarray[tuple[int, int], np.dtype[np.float32]] = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(
        np.float32
    )
    return unit


async def test_another_process_finds_what_this_one_would_and_another_one_follows_it_when_it_dies() -> None:
    apart = Apart()
    try:
        found = await apart.groups(two_matters(), PERSONS, GRAIN)
        expected = await here(two_matters(), PERSONS, GRAIN)
        assert (
            [group.rows for group in found]
            == [group.rows for group in expected]
            == [tuple(range(0, 12, 2)), tuple(range(1, 12, 2))]
        )
        assert apart.pid is not None
        os.kill(apart.pid, signal.SIGKILL)
        with pytest.raises(Unavailable):
            await apart.groups(two_matters(), PERSONS, GRAIN)
        assert len(await apart.groups(two_matters(), PERSONS, GRAIN)) == 2
    finally:
        await apart.stop()
    with pytest.raises(Unavailable):
        await apart.groups(two_matters(), PERSONS, GRAIN)
