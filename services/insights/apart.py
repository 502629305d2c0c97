"""
Groups found in a process of their own: communities hold the interpreter for as long as they take, and the sink must go on.

The process is started when it is wanted first, is nicer than this one, and ends with it: its input ends then.
"""

import asyncio
import os
import pickle
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import BinaryIO, Final

from services.insights.rules.grouping import Grain, Group, groups
from services.insights.rules.nearest import Matrix
from shared.errors import Unavailable

FindGroups = Callable[[Matrix, Sequence[str], Grain], Awaitable[list[Group]]]

NICE: Final = 10
_LENGTH: Final = 8


async def here(vectors: Matrix, persons: Sequence[str], grain: Grain) -> list[Group]:
    """As rules.grouping.groups, in a thread: for little work."""
    return await asyncio.to_thread(groups, vectors, persons, grain)


class Apart:
    """Finds groups in another process, one question after the other."""

    def __init__(self) -> None:
        self._process: Process | None = None
        self._turn = asyncio.Lock()
        self._is_stopped = False

    async def groups(self, vectors: Matrix, persons: Sequence[str], grain: Grain) -> list[Group]:
        """As rules.grouping.groups. Raises Unavailable when the process dies of it, or was stopped."""
        question = await asyncio.to_thread(_question, vectors, persons, grain)
        async with self._turn:
            try:
                said = await self._ask(question)
            except BaseException:
                await self._end()
                raise
        found: list[Group] = await asyncio.to_thread(pickle.loads, said)
        return found

    @property
    def pid(self) -> int | None:
        """Of the process, while there is one."""
        return None if self._process is None else self._process.pid

    async def stop(self) -> None:
        """End the process, whatever it is doing, and start no other."""
        self._is_stopped = True
        await self._end()

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def _ask(self, question: bytes) -> bytes:
        if self._is_stopped:
            raise Unavailable("no groups are found any more")
        if self._process is None:
            # Which threads a library starts is read when it is loaded.
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", __name__, stdin=PIPE, stdout=PIPE, env=os.environ | {"OPENBLAS_NUM_THREADS": "1"}
            )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(len(question).to_bytes(_LENGTH, "big") + question)
            await self._process.stdin.drain()
            length = int.from_bytes(await self._process.stdout.readexactly(_LENGTH), "big")
            return await self._process.stdout.readexactly(length)
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise Unavailable("the process that finds groups died") from error


def _question(vectors: Matrix, persons: Sequence[str], grain: Grain) -> bytes:
    # Who they are does not matter, only which of them are the same.
    numbers = dict(zip(persons, range(len(persons)), strict=True))
    return pickle.dumps((vectors, [numbers[person] for person in persons], grain))


def answer(questions: BinaryIO, answers: BinaryIO) -> None:
    """Answer until there are no more questions."""
    while head := questions.read(_LENGTH):
        vectors, persons, grain = pickle.loads(questions.read(int.from_bytes(head, "big")))  # noqa: S301 - from our own parent
        found = pickle.dumps(groups(vectors, [str(person) for person in persons], grain))
        answers.write(len(found).to_bytes(_LENGTH, "big") + found)
        answers.flush()


if __name__ == "__main__":
    import signal

    # Who stops the service from a terminal stops every process of it: the parent tells this one when.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(NICE)
    answer(sys.stdin.buffer, sys.stdout.buffer)
