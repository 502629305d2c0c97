"""`make fuzz`: schemathesis asks intake everything its OpenAPI document allows, and much that it does not."""

import argparse
import asyncio
import sys
from pathlib import Path
from typing import Final

from bench.ground import ground
from shared.credentials import Scope

CONFIG: Final = Path(__file__).with_name("schemathesis.toml")
ENDPOINTS: Final = "endpoints: [{sender: zendesk, endpoint: demo, tenant: bench, secrets: [not-known-to-schemathesis]}]"
EXAMPLES: Final = 700
"""Of each call: over 10,000 cases in all."""


def arguments(url: str, key: str, *, examples: int) -> list[str]:
    """The command: the same cases every time, without an answer kept on disk."""
    return [
        *(str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(CONFIG), "run", f"{url}/openapi.json"),
        *("--header", f"Authorization: Bearer {key}", "--max-examples", str(examples)),
        *("--generation-deterministic", "--no-color", "--request-timeout", "10"),
    ]


async def fuzz(examples: int) -> int:
    """The exit status of schemathesis: 0 where nothing was found."""
    async with ground() as here:
        endpoints = here.folder / "webhooks.yaml"
        endpoints.write_text(ENDPOINTS)
        key = here.key_with(*Scope)
        settings = {"INTAKE_WEBHOOKS_FILE": str(endpoints)}
        async with here.server("intake", "services.intake", port_in="INTAKE_PORT", **settings) as intake:
            return await _ask(intake.url, key, examples)


async def _ask(url: str, key: str, examples: int) -> int:
    child = await asyncio.create_subprocess_exec(*arguments(url, key, examples=examples), cwd=Path.cwd())
    return await child.wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.conformance", description=__doc__)
    parser.add_argument("--examples", type=int, default=EXAMPLES, help=f"of each call; default: {EXAMPLES:,}")
    sys.exit(asyncio.run(fuzz(parser.parse_args().examples)))
