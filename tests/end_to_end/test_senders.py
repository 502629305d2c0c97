"""The pages in docs/senders, run as a newcomer would: what they send is found in insights, once."""

import asyncio
import json
import os
import re
from pathlib import Path

import pytest

from tests.end_to_end.conftest import Product

pytestmark = [pytest.mark.broker, pytest.mark.timeout(300)]

SENDERS = Path(__file__).parents[2] / "docs" / "senders"
PAGES = sorted(page.stem for page in SENDERS.glob("*.md") if page.stem != "README")


async def follow(page: str, product: Product, folder: Path) -> str:
    """What the page's commands print, in one shell, from beside a `.demo/env`."""
    shell = "\n".join(re.findall(r"^```sh\n(.*?)^```", (SENDERS / f"{page}.md").read_text(), re.MULTILINE | re.DOTALL))
    demo = folder / ".demo"
    demo.mkdir(exist_ok=True)
    services = product.services
    values = {
        "INTAKE_URL": services.intake.url,
        "INSIGHTS_URL": services.insights.url,
        "API_KEY": services.api_key,
        "WEBHOOK_SECRET": services.webhook_secret,
    }
    (demo / "env").write_text("".join(f"{name}='{value}'\n" for name, value in values.items()))
    process = await asyncio.create_subprocess_exec(
        "sh", "-ec", shell, cwd=folder, env={"PATH": os.environ["PATH"]}, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    assert process.returncode == 0
    return said.decode()


@pytest.mark.parametrize("page", PAGES)
async def test_what_a_page_sends_is_found_in_insights(page: str, product: Product, tmp_path: Path) -> None:
    answer = json.loads((await follow(page, product, tmp_path)).partition("}")[0] + "}")

    assert answer["status"] == "accepted"
    journey = await product.journey(answer["contact_id"])
    assert journey["triage"]["disposition"]


@pytest.mark.parametrize("page", ["zendesk", "typeform"])
async def test_a_newcomer_sees_the_documented_example_in_insights_and_the_status(
    page: str, product: Product, tmp_path: Path
) -> None:
    said = await follow(page, product, tmp_path)

    accepted, journey, status = (json.loads(each) for each in re.split(r"(?<=\})\n?(?=\{)", said.strip()))
    assert accepted["status"] == "accepted"
    assert ("on fire" if page == "zendesk" else "heating") in journey["contact"]["text"]
    assert "Laura" not in json.dumps(journey)
    [endpoint] = status["endpoints"]
    assert endpoint["last_accepted"]["at"]


async def test_a_replayed_delivery_changes_no_count(product: Product, tmp_path: Path) -> None:
    first = await follow("zendesk", product, tmp_path)
    before = await product.summary()

    again = await follow("zendesk", product, tmp_path)
    # What is posted behind it on the same key is counted after it: then the repeat has been through, too.
    customer = {"id": "zendesk/demo:20978392"}
    behind = await product.post({"text": "Behind.", "channel": "chat", "external_id": "behind", "customer": customer})
    await product.journey(behind.json()["contact_id"])
    after = await product.summary()

    assert first.partition("}")[0] == again.partition("}")[0]
    assert after["contacts"] == before["contacts"] + 1
