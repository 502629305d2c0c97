"""What insights tells others, over real parts: a remedy reaches triage, an escalation reaches whoever subscribes."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from shared.events import SIGNALS, Change, SignalChanged, decode
from shared.kafka import KafkaSettings
from tests.end_to_end.conftest import Product, product_in
from tests.insights.ears import Ears, ears

pytestmark = [pytest.mark.broker, pytest.mark.timeout(400)]

TROUBLE = "My card was charged twice for one order and I want the second payment back"
HOURS = 6
"""Between two contacts of the usual weeks."""


async def test_a_remedy_put_by_http_is_offered_by_triage_and_measured_by_outcomes(product: Product) -> None:
    remedy_id = uuid4()
    said = {"acknowledgement": "A lost sock is no small thing.", "solution": "We send another.", "phrases": ["left sock"]}
    put = await product.insights.put(f"/v1/remedies/{remedy_id}", json=said)
    assert put.status_code == 201, put.text

    async with asyncio.timeout(60):
        offered = None
        while offered is None:
            contact = {"text": "The left sock is missing from my parcel!", "channel": "email", "source": "socks"}
            posted = (await product.post({**contact, "external_id": uuid4().hex})).json()["contact_id"]
            offered = (await product.journey(posted))["triage"]["remedy"]
    assert (offered["remedy_id"], offered["solution"]) == (str(remedy_id), "We send another.")

    outcome = {"contact_id": posted, "resolution": "won", "csat": 5, "remedy_taken": True}
    assert (await product.intake.post("/v1/outcomes", json=outcome)).status_code == 202
    async with asyncio.timeout(30):
        while not (measured := (await product.insights.get(f"/v1/remedies/{remedy_id}")).json()["outcome"])["taken"]:
            await asyncio.sleep(0.1)
    assert measured["offered"] >= 1
    assert measured["where_taken"] == {"won": 1, "lost": 0, "won_share": 1.0}


async def test_an_escalation_reaches_the_topic_once_though_insights_is_killed_again_and_again(folder: Path) -> None:
    async with product_in(folder / f"product-{uuid4().hex[:8]}", INSIGHTS_FOLLOWING_SECONDS="1") as product:
        kafka = KafkaSettings(bootstrap_servers=product.running.bootstrap_servers)
        async with ears(kafka, SIGNALS, product.services.tenant) as heard:
            now = datetime.now(UTC)
            await tell(product, [now - timedelta(hours=HOURS * (number + 1)) for number in range(5 * 7 * 24 // HOURS)])
            signal = await opened(product)
            await tell(product, [now - timedelta(minutes=number % 30) for number in range(40)])
            for _ in range(3):
                await product.services.insights.child.kill()
                await product.services.insights.start()
                await asyncio.sleep(2)
            await escalated(product, signal)
            await product.services.insights.child.kill()
            await product.services.insights.start()
            records = await worse(heard, signal)
    assert len({record_id for record_id, _ in records}) == 1
    assert {event.trend for _, event in records} == {"escalating"}


async def tell(product: Product, moments: list[datetime]) -> None:
    """One contact about the same trouble at each moment, each of another customer; returns when they are counted."""
    before = len(await product.counted())
    accepted = await product.replay(
        {
            "text": f"{TROUBLE}, order {number}.",
            "channel": "chat",
            "source": "surge",
            "external_id": uuid4().hex,
            "occurred_at": moment.isoformat(),
            "customer": {"id": uuid4().hex},
        }
        for number, moment in enumerate(moments)
    )
    async with asyncio.timeout(120):
        while len(await product.counted()) < before + len(accepted):
            await asyncio.sleep(0.2)


async def opened(product: Product) -> dict[str, Any]:
    """The one signal, once it is followed and goes its usual way."""
    async with asyncio.timeout(90):
        while True:
            signals = (await product.insights.get("/v1/signals")).json()["signals"]
            steady = [signal for signal in signals if signal["trend"] == "steady" and signal["contacts"] > 100]
            if steady:
                found: dict[str, Any] = steady[0]
                return found
            await asyncio.sleep(0.2)


async def escalated(product: Product, signal: dict[str, Any]) -> None:
    async with asyncio.timeout(90):
        while (await product.insights.get(f"/v1/signals/{signal['signal_id']}")).json()["trend"] != "escalating":
            await asyncio.sleep(0.2)


async def worse(heard: Ears, signal: dict[str, Any]) -> list[tuple[object, SignalChanged]]:
    """Every record by which the signal is said to be worse, once there is one and nothing more comes for a while."""

    def found() -> list[tuple[object, SignalChanged]]:
        read = [decode(record, SignalChanged) for record in heard.records]
        return [
            (one.id, one.event)
            for one in read
            if one.event.change is Change.ESCALATED and str(one.event.signal_id) == signal["signal_id"]
        ]

    async with asyncio.timeout(60):
        while not found():
            await heard.listen(0.5)
    for _ in range(8):
        await heard.listen(0.5)
    return found()
