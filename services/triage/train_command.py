"""What `train` and `corrections` can be told, and what they tell."""

import argparse
import asyncio
import sys
from pathlib import Path

from services.triage.corrections import recorded
from services.triage.settings import TriageSettings
from shared.errors import FailbetterError
from shared.kafka import KafkaSettings
from shared.settings import load
from shared.telemetry import configure_logging

TRAIN = """
Checks the YAML, learns to tell the areas from their descriptions and examples, and prints how well it does on examples it did not see.
Writes a folder; TRIAGE_TAXONOMY=<folder> makes triage use it, and a triage that runs takes a new version up within seconds.
docs/areas.md says more.
"""
CORRECTIONS = "Prints what people corrected, a correction a line, for `train --corrections`. It holds customers' words."


def add_train(parser: argparse.ArgumentParser) -> None:
    """Teach a parser what `train` can be told."""
    parser.add_argument("taxonomy", type=Path, metavar="areas.yaml", help="the areas; see services/triage/taxonomies")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="where to write; default: <name>.taxonomy beside the YAML")
    parser.add_argument("--corrections", type=Path, metavar="FILE.jsonl", help="what people corrected, learned as examples")
    parser.add_argument("--tenant", help="whose corrections count, where the file holds those of several")


def add_corrections(parser: argparse.ArgumentParser) -> None:
    """Teach a parser what `corrections` can be told."""
    parser.add_argument("--tenant", help="those of one tenant only")


def train(said: argparse.Namespace) -> None:
    """Run `train`. Ends in status 1, and with what is wrong, where nothing could be learned."""
    settings = load(TriageSettings)
    try:
        from services.triage.areas.training.train import Wanted  # noqa: PLC0415 - scikit-learn takes a second that others need not wait
        from services.triage.areas.training.train import train as run  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise SystemExit(f"Training needs scikit-learn: {error}. It is in the extra `triage`.") from None
    wanted = Wanted(said.taxonomy, settings.model, said.out, said.corrections, said.tenant)
    try:
        run(wanted, lambda line: print(line, flush=True))  # noqa: T201 - a person waits for it
    except (FailbetterError, ValueError) as error:
        raise SystemExit(f"{error}\nNothing was written.") from None


def corrections(said: argparse.Namespace) -> None:
    """Run `corrections`: lines to standard output, what could not be read to standard error."""
    kafka = load(KafkaSettings)
    configure_logging("triage", "error")
    try:
        count = asyncio.run(_written(kafka, said.tenant))
    except FailbetterError as error:
        raise SystemExit(f"Not everything was read: {error}.") from None
    _note(f"{count} corrections.")


async def _written(kafka: KafkaSettings, tenant: str | None) -> int:
    count = 0
    async for correction in recorded(kafka, tenant=tenant, undecodable=lambda why: _note(f"left out: {why}")):
        sys.stdout.write(f"{correction.model_dump_json()}\n")
        count += 1
    return count


def _note(line: str) -> None:
    print(line, file=sys.stderr)  # noqa: T201 - a person waits for it
