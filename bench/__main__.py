"""`make bench`, `python -m bench [intake publish overload outage triage scaling insights redaction]`: what a contact costs in each service. A quarter of an hour for all of them."""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from pathlib import Path

import uvloop

from bench import insights, intake, outage, overload, publish, redaction, scaling, triage
from bench.ground import ground, machine
from bench.report import Report
from deploy.local import LocalError

Found = redaction.Quality | Report | overload.Overload | outage.Outage | scaling.Scaling

PARTS: dict[str, Callable[..., Awaitable[Sequence[Found]]]] = {
    "intake": intake.measure,
    "publish": publish.measure,
    "overload": overload.measure,
    "outage": outage.measure,
    "triage": triage.measure,
    "scaling": scaling.measure,
    "insights": insights.measure,
}
ALONE: dict[str, Callable[..., Sequence[Found]]] = {"redaction": redaction.measure}
"""Parts that need neither a broker nor a database."""
ALL = (*PARTS, *ALONE)
ROUNDS = 5
READING = """
How to read it: costs are CPU time of one process, user and system, all its threads; the broker's is in none of them. A ratio is of two
costs of the same round, so that a busy machine cancels out: the median of all rounds and, in brackets, the least and the most. Trust it
as far as the bracket is narrow. How well and how fast triage reads is another program:
python -m bench.reading [speed|grouping], python -m bench.quality (make eval). How well personal data is redacted: python -m bench redaction.
""".strip()


async def run(part: str, rounds: int) -> Sequence[Found]:
    """Measure one part, on a broker and a database of its own if it needs them."""
    if part in ALONE:
        return ALONE[part](rounds=rounds)
    async with ground() as here:
        return await PARTS[part](here, rounds=rounds)


def _main() -> int:
    said = _arguments()
    began = time.monotonic()
    reports: list[Found] = []
    on = machine()
    print("# What a contact costs", "", *(f"* {line}" for line in on), "", READING, sep="\n")
    try:
        for part in said.parts or ALL:
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                found = runner.run(run(part, said.rounds))
            print(*(f"\n{report.printed()}" for report in found), sep="\n", flush=True)
            reports += found
    except LocalError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    print(f"\nMeasured in {time.monotonic() - began:.0f} s.")
    if said.pictures:
        for name, drawn in (report.picture() for report in reports if isinstance(report, overload.Overload)):
            (said.pictures / name).write_text(drawn)
    if said.json:
        _write(said.json, on, reports)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__, epilog=READING)
    parser.add_argument("parts", nargs="*", metavar="part", help=f"{', '.join(ALL)}; default: all of them")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"rounds to measure; default: {ROUNDS}")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    parser.add_argument("--pictures", type=Path, metavar="FOLDER", help="draw the knee there, too: docs")
    said = parser.parse_args()
    if unknown := set(said.parts) - set(ALL):
        parser.error(f"there is no part {', '.join(sorted(unknown))}")
    if said.rounds < 1:
        parser.error("one round is the least")
    return said


def _write(file: Path, on: Sequence[str], reports: Sequence[Found]) -> None:
    file.write_text(json.dumps({"machine": on, "reports": [asdict(report) for report in reports]}, indent=2) + "\n")


if __name__ == "__main__":
    sys.exit(_main())
