"""A whole run with personal data of every type in every field: none of it is in a topic, table, log, metric, trace or answer."""

import asyncpg
import httpx
import pytest

from shared.kafka import KafkaSettings
from tests.canaries import CANARIES, EVERYWHERE, SONG, everything_published
from tests.end_to_end.conftest import Product

pytestmark = [pytest.mark.broker, pytest.mark.timeout(300)]


async def test_canaries_are_in_no_topic_table_log_metric_or_answer_of_a_whole_run(own_product: Product) -> None:
    """A trace is the `traceparent` of records and log lines: there is no exporter that could say more."""
    product = own_product
    items = [
        {**EVERYWHERE, "external_id": f"canary-{number}", "customer": {"id": f"{number}{CANARIES[0]}"}} for number in range(9)
    ]
    accepted = await product.replay([EVERYWHERE, *items])
    await product.until_counted(accepted, within=120)
    refused = await product.post({**EVERYWHERE, CANARIES[0]: SONG})
    await product.intake.post("/v1/outcomes", json={"source": CANARIES[0], "external_id": CANARIES[2], "resolution": "won"})

    said = [refused.text, *await answers(product, accepted)]
    said += [service.child.log.read_text() for service in product.services.all()]
    said += await everything_published(KafkaSettings(bootstrap_servers=product.running.bootstrap_servers))
    said += await everything_stored(product.running.database_url)

    assert len([each for each in said if "[email]" in each]) > 3 * len(accepted)
    for canary in CANARIES:
        assert not [each[:2_000] for each in said if canary in each], canary


async def answers(product: Product, accepted: set[str]) -> list[str]:
    """What insights tells of it, and the metrics of all."""
    paths = ["/v1/signals", "/v1/summary", "/v1/signals?q=canary", *[f"/v1/contacts/{contact_id}" for contact_id in accepted]]
    found = [(await product.insights.get(path)).text for path in paths]
    async with httpx.AsyncClient() as http:
        found += [(await http.get(f"{service.url}/metrics")).text for service in product.services.all()]
    return found


async def everything_stored(database_url: str) -> list[str]:
    """Every row of every table, as text."""
    connection = await asyncpg.connect(database_url)
    try:
        tables = await connection.fetch(
            "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        )
        return [row[0] for [table] in tables for row in await connection.fetch(f"SELECT t::text FROM {table} t")]
    finally:
        await connection.close()
