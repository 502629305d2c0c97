"""Nobody is told of a snoozed signal until it gets worse; who snoozed it stands in its history."""

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest

from services.insights.reads.filters import Filters
from services.insights.reads.signals import ranked_page
from services.insights.store.connection import transaction
from shared.credentials import Scope
from shared.events import Trend
from tests.insights.api.conftest import NOW, House
from tests.insights.api.world import Contact, Signal, an_id, write

LOGIN = Signal("Cannot log in", opened_at=NOW - timedelta(weeks=1))
FOREIGN = Signal("Somebody else's trouble", tenant="globex", opened_at=NOW - timedelta(weeks=1))
SNOOZE = f"/v1/signals/{LOGIN.signal_id}/snooze"


@pytest.fixture
async def writer(house: House) -> AsyncIterator[httpx.AsyncClient]:
    """A program of acme that may change things."""
    met = [Contact(f"met {number}", "Cannot log in", NOW - timedelta(hours=9 * number), signal=LOGIN) for number in range(5)]
    async with transaction(house.log) as connection:
        await write(connection, [LOGIN, FOREIGN], met)
    key, _ = house.make_key("acme", Scope.INSIGHTS_READ, Scope.INSIGHTS_WRITE)
    async with house.client() as client:
        client.headers["Authorization"] = f"Bearer {key}"
        yield client


async def test_a_signal_is_snoozed_as_it_stands_and_its_history_says_by_whom(writer: httpx.AsyncClient, house: House) -> None:
    answer = await writer.post(SNOOZE)
    assert answer.status_code == 200
    snooze = answer.json()
    assert snooze["actor"].startswith("key:")
    assert (snooze["trend"], snooze["contacts"], snooze["snoozed_at"]) == ("new", 3, "2025-11-24T09:30:00Z")
    signal = (await writer.get(f"/v1/signals/{LOGIN.signal_id}")).json()
    assert signal["snooze"] == snooze
    assert ("snoozed", snooze["actor"]) in [(entry["change"], entry["actor"]) for entry in signal["history"]]


async def test_a_snooze_ends_when_somebody_says_so(writer: httpx.AsyncClient, house: House) -> None:
    await writer.post(SNOOZE)
    house.watch.now += timedelta(minutes=1)
    assert (await writer.delete(SNOOZE)).status_code == 204
    assert (await writer.delete(SNOOZE)).status_code == 204
    signal = (await writer.get(f"/v1/signals/{LOGIN.signal_id}")).json()
    assert signal["snooze"] is None
    assert [entry["change"] for entry in signal["history"]].count("woken") == 1


@pytest.mark.parametrize("signal_id", [FOREIGN.signal_id, an_id("nothing")])
async def test_nobodys_signal_and_another_tenants_are_the_same_404(writer: httpx.AsyncClient, signal_id: object) -> None:
    for answer in (await writer.post(f"/v1/signals/{signal_id}/snooze"), await writer.delete(f"/v1/signals/{signal_id}/snooze")):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_a_signal_that_was_merged_away_cannot_be_snoozed(writer: httpx.AsyncClient, house: House) -> None:
    await house.log.execute("UPDATE signals SET merged_into = $1 WHERE tenant = 'acme'", an_id("another"))
    answer = await writer.post(SNOOZE)
    assert (answer.status_code, answer.json()["code"]) == (409, "merged_away")


async def test_whoever_may_only_read_changes_nothing(writer: httpx.AsyncClient, api: httpx.AsyncClient) -> None:
    answer = await api.post(SNOOZE)
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")


async def test_a_browser_changes_nothing_by_its_cookie_alone(writer: httpx.AsyncClient, browser: httpx.AsyncClient) -> None:
    assert (await browser.post(SNOOZE)).status_code == 401


async def test_a_list_says_what_is_snoozed_and_can_do_without_it(writer: httpx.AsyncClient) -> None:
    async def listed(**asked: str) -> list[object]:
        signals = (await writer.get("/v1/signals", params=asked)).json()["signals"]
        return [signal["snoozed_at"] for signal in signals]

    assert await listed() == [None]
    await writer.post(SNOOZE)
    assert await listed() == await listed(snoozed="true") == ["2025-11-24T09:30:00Z"]
    assert await listed(snoozed="false") == []


async def test_a_snoozed_signal_is_not_among_those_that_got_worse(writer: httpx.AsyncClient, house: House) -> None:
    await house.log.execute("UPDATE signals SET trend = 'escalating'")
    for calls, worse in (([], 1), ([SNOOZE], 0)):
        for call in calls:
            await writer.post(call)
        async with transaction(house.pool, "acme") as connection:
            found = await ranked_page(connection, "acme", Filters(), at=NOW, limit=10)
        assert (found.total, len(found.worsening), found.trends.get(Trend.ESCALATING, 0)) == (1, worse, worse)
