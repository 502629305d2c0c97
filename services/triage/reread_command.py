"""What `reread` can be told, and what it tells: progress on standard error, the report on standard output."""

import argparse
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta

from prometheus_client import CollectorRegistry

from services.triage.reread import Again, Plan, Progress
from shared.events import Versioned

DESCRIPTION = """
Reads contacts.received again with the model, rules and remedies of now, and says to contacts.triaged what it reads, under a higher
reading. Insights then counts it instead of the reading before; no route is fired. It runs beside the running triage, in a consumer group
of its own. Start it several times, with the same words, to have several processes share the partitions. Stopped by Ctrl-C, SIGTERM or
a crash it goes on where it was when it is started again with the same --since and --reading, within the days that the brokers remember a
group's offsets (7 by default).
"""


def add_reread(parser: argparse.ArgumentParser) -> None:
    """Teach a parser what `reread` can be told."""
    parser.add_argument(
        "--since",
        type=moment,
        required=True,
        help="received since this moment, ISO 8601; UTC where no zone is given. What "
        "contacts.received no longer keeps cannot be read again",
    )
    parser.add_argument("--until", type=moment, help="received before this moment; default: the end of the log as of now")
    parser.add_argument(
        "--reading",
        type=count,
        help="the number to read under; default: TRIAGE_READING + 1. The highest reading of a contact counts, so set TRIAGE_READING "
        "to it afterwards and restart triage",
    )
    parser.add_argument(
        "--every", type=float, default=10.0, metavar="SECONDS", help="how often to say how far it is; default: 10"
    )


class Teller:
    """Tells whoever waits what is read, how far it is and what came of it."""

    def __init__(self, wanted: Again, every: float) -> None:
        self._wanted = wanted
        self.every = every

    def begin(self, plan: Plan, model: Versioned) -> None:
        verb = "Going on with" if plan.is_continued else "Reading"
        oldest = f", the oldest received {plan.received_at:%Y-%m-%d %H:%M:%S} UTC" if plan.received_at else ""
        _note(f"{verb} {plan.records:,} records{oldest}, under reading {self._wanted.reading} by {model.name} {model.version}.")

    def progress(self, progress: Progress) -> None:
        left = "" if progress.seconds_left is None else f", {timedelta(seconds=round(progress.seconds_left))} left"
        share = progress.done / progress.of if progress.of else 1.0
        _note(f"{progress.done:,} of {progress.of:,} ({share:.0%}), {progress.a_second:,.0f} a second{left}")

    def end(self, counted: CollectorRegistry, *, is_done: bool) -> None:
        dispositions = _by("disposition", "triage_contacts_total", counted)
        for name, number in sorted(dispositions.items()):
            print(f"read again: {number:>9,}  {name}")  # noqa: T201 - a person reads it
        for code, number in sorted(_by("code", "triage_dead_letters_total", counted).items()):
            print(f"buried:     {number:>9,}  {code}")  # noqa: T201
        if left_out := _by("outcome", "triage_records_total", counted)["left_out"]:
            print(f"left out:   {left_out:>9,}  of customers who were forgotten")  # noqa: T201
        reading = self._wanted.reading
        print(f"{dispositions.total():,} contacts were read again under reading {reading}. No route was fired.")  # noqa: T201
        if is_done:
            print(  # noqa: T201
                f"Now set TRIAGE_READING={reading} where triage runs, with this model, and restart it. Then run this once more with "
                f"--reading {reading}: it reads what came in between."
            )


def moment(said: str) -> datetime:
    """ISO 8601; UTC where no zone is given. Raises ValueError."""
    at = datetime.fromisoformat(said)
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


def count(said: str) -> int:
    """A number from 1. Raises ValueError."""
    number = int(said)
    if number < 1:
        raise ValueError
    return number


def seconds(said: str) -> float:
    """More than none. Raises ValueError."""
    number = float(said)
    if number <= 0:
        raise ValueError
    return number


def _by(label: str, name: str, counted: CollectorRegistry) -> Counter[str]:
    found: Counter[str] = Counter()
    for metric in counted.collect():
        for sample in metric.samples:
            if sample.name == name:
                found[sample.labels[label]] += int(sample.value)
    return found


def _note(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # noqa: T201
