"""`GET` and `PUT /v1/priority`: how a company weighs its signals, and what follows from it."""

from datetime import timedelta

import httpx
import pytest

from services.insights.store.connection import Pool
from shared.credentials import Scope
from tests.insights.api.conftest import NOW, House
from tests.insights.api.test_signals import LOGIN, REFUND, met, tell, titles
from tests.insights.api.world import Contact, write

AS_IT_COMES = {
    "least_intensity": 0.5,
    "new": 1.5,
    "escalating": 2.0,
    "steady": 1.0,
    "easing": 0.6,
    "quiet": 0.2,
    "value_per_tenfold": 0.1,
}


@pytest.fixture
async def writer(house: House) -> httpx.AsyncClient:
    key, _ = house.make_key("acme", Scope.INSIGHTS_READ, Scope.INSIGHTS_WRITE)
    client = house.client()
    client.headers["Authorization"] = f"Bearer {key}"
    return client


async def test_weights_are_as_they_come_until_somebody_sets_them(api: httpx.AsyncClient) -> None:
    answer = (await api.get("/v1/priority")).json()
    assert answer == {"weights": AS_IT_COMES, "set_by": None, "set_at": None}


async def test_weights_count_at_once_and_stand_beside_every_factor(writer: httpx.AsyncClient, pool: Pool) -> None:
    await tell(pool, [LOGIN, REFUND], [*met(LOGIN, 4), *met(REFUND, 3, intensity=1000)])
    assert await titles(writer) == [REFUND.title, LOGIN.title]

    answer = await writer.put("/v1/priority", json={"least_intensity": 10})

    assert answer.status_code == 200, answer.text
    assert answer.json()["weights"] == {**AS_IT_COMES, "least_intensity": 10}
    assert answer.json()["set_by"].startswith("key:")
    assert answer.json()["set_at"] == NOW.isoformat().replace("+00:00", "Z")
    assert await titles(writer) == [LOGIN.title, REFUND.title]
    formula = (await writer.get(f"/v1/signals/{LOGIN.signal_id}")).json()["priority_formula"]
    assert formula["weights"]["least_intensity"] == 10
    assert formula["factors"][1]["value"] == 10.5


async def test_what_is_left_out_is_as_it_comes_again(writer: httpx.AsyncClient) -> None:
    await writer.put("/v1/priority", json={"new": 7})
    assert (await writer.put("/v1/priority", json={})).json()["weights"] == AS_IT_COMES


async def test_each_company_weighs_for_itself(writer: httpx.AsyncClient, house: House) -> None:
    await writer.put("/v1/priority", json={"new": 7})
    key, _ = house.make_key("globex")
    async with house.client() as client:
        answer = await client.get("/v1/priority", headers={"Authorization": f"Bearer {key}"})
    assert answer.json()["weights"] == AS_IT_COMES


@pytest.mark.parametrize(
    ("weights", "name"),
    [({"new": -1}, "new"), ({"quiet": 100.5}, "quiet"), ({"easing": "1"}, "easing"), ({"people": 2}, "people")],
)
async def test_a_weight_that_does_not_fit_is_refused_by_name(
    writer: httpx.AsyncClient, weights: dict[str, object], name: str
) -> None:
    answer = await writer.put("/v1/priority", json=weights)
    assert answer.status_code == 422
    assert [wrong["name"] for wrong in answer.json()["invalid_params"]] == [name]


async def test_who_may_only_read_changes_nothing(api: httpx.AsyncClient) -> None:
    assert (await api.put("/v1/priority", json={"new": 7})).status_code == 403
    assert (await api.get("/v1/priority")).json()["weights"] == AS_IT_COMES


async def test_what_customers_are_worth_raises_a_signal_and_is_told(api: httpx.AsyncClient, pool: Pool) -> None:
    contacts = [
        Contact(f"c{n}", "Words.", NOW - timedelta(days=20), signal=LOGIN, annual_value=value)
        for n, value in enumerate([5e5, 5e5, None])
    ]
    async with pool.acquire() as connection:
        await write(connection, [LOGIN], contacts)
    factor = (await api.get(f"/v1/signals/{LOGIN.signal_id}")).json()["priority_formula"]["factors"][-1]
    assert factor == {
        "name": "value",
        "value": pytest.approx(1.3),
        "explanation": "1,000,000 of annual value, known of 2 of 3 customers",
    }
