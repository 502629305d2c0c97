"""Where the sink stands in every log. An offset moves in the transaction that counts the records before it, and only forward."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.insights.rules.suspicion import Attempt
from services.insights.store.blocks import blocks
from services.insights.store.connection import Connection
from shared.errors import Retryable

SQL = "offsets"


class Overtaken(Retryable):
    """Somebody else counted these records: whoever holds them is a zombie and has to look where the log stands."""

    code = "overtaken"


@dataclass(frozen=True, slots=True)
class Log:
    """One partition of one topic, as it can never be again. `topic_id` is empty where the broker tells none."""

    cluster: str
    topic: str
    topic_id: str
    partition: int


@dataclass(frozen=True, slots=True)
class Standing:
    """The next record to count, and the attempt that nobody finished, if there is one."""

    next_offset: int
    unfinished: Attempt | None


@dataclass(frozen=True, slots=True)
class Stretch:
    """The records of `log` from `start` to `until`, excluded."""

    log: Log
    start: int
    until: int


async def enter(connection: Connection, beginnings: Mapping[Log, int]) -> dict[Log, Standing]:
    """Where each log stands; one that was never read stands at its beginning."""
    logs = list(beginnings)
    await connection.execute(blocks(SQL)["enter"], *_columns(logs), [beginnings[log] for log in logs])
    rows = await connection.fetch(blocks(SQL)["standings"], *_columns(logs))
    return {
        Log(row["cluster"], row["topic"], row["topic_id"], row["partition"]): Standing(
            row["next_offset"],
            None if row["attempt_from"] is None else Attempt(row["attempt_from"], row["attempt_until"], row["attempts"]),
        )
        for row in rows
    }


async def attempt(connection: Connection, attempts: Sequence[tuple[Stretch, Attempt]]) -> None:
    """Write down what is about to be counted, so that the next process knows what this one died at. Raises Overtaken."""
    # It need not outlive PostgreSQL, only this process.
    await connection.execute("SET LOCAL synchronous_commit = off")
    done = await connection.fetch(
        blocks(SQL)["attempt"],
        *_columns([stretch.log for stretch, _ in attempts]),
        [stretch.start for stretch, _ in attempts],
        [tried.until for _, tried in attempts],
        [tried.first for _, tried in attempts],
        [tried.deaths for _, tried in attempts],
    )
    _all_or_overtaken(done, attempts)


async def rest(connection: Connection, stretches: Sequence[Stretch]) -> None:
    """Whoever had begun to count these records was not able to, and did not die of it."""
    columns = _columns([stretch.log for stretch in stretches])
    await connection.execute(blocks(SQL)["rest"], *columns, [stretch.start for stretch in stretches])


async def advance(connection: Connection, stretches: Sequence[Stretch]) -> None:
    """These records are counted by this transaction. Raises Overtaken when a log does not stand where they start."""
    done = await connection.fetch(
        blocks(SQL)["advance"],
        *_columns([stretch.log for stretch in stretches]),
        [stretch.start for stretch in stretches],
        [stretch.until for stretch in stretches],
    )
    _all_or_overtaken(done, stretches)


def _all_or_overtaken(done: Sequence[object], wanted: Sequence[object]) -> None:
    if len(done) != len(wanted):
        raise Overtaken("the log was counted further by somebody else")


def _columns(logs: Sequence[Log]) -> tuple[list[str], list[str], list[str], list[int]]:
    return (
        [log.cluster for log in logs],
        [log.topic for log in logs],
        [log.topic_id for log in logs],
        [log.partition for log in logs],
    )
