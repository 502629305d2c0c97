"""The main job: a contact posted over HTTP is read, routed, counted, and found again, once."""

from datetime import datetime

import httpx
import pytest

from tests.end_to_end.conftest import Product, contacts

pytestmark = [pytest.mark.broker, pytest.mark.timeout(300)]

CONTACT = {
    "text": "I was charged twice for the same order and nobody answers my e-mails. I want my money back.",
    "channel": "email",
    "source": "shop",
    "external_id": "m-1",
    "thread_id": "t-1",
    "customer": {"id": "c-1", "plan": "pro"},
    "product": "checkout",
    "product_version": "4.2.0",
}


async def test_a_contact_is_visible_with_its_triage_within_two_seconds(product: Product) -> None:
    await product.journey((await product.post(CONTACT | {"external_id": "warm-up"})).json()["contact_id"])

    posted = await product.post(CONTACT)
    journey = await product.journey(posted.json()["contact_id"], within=2.0)

    assert posted.status_code == 202
    stations = journey["journey"]
    moments = [datetime.fromisoformat(stations[name]["at"]) for name in ("received", "triaged", "routed", "counted")]
    assert moments == sorted(moments)
    assert journey["contact"]["text"] == CONTACT["text"]
    assert journey["contact"]["customer"] != "c-1"
    assert journey["triage"]["disposition"] == "friction"
    [friction, *_] = journey["triage"]["frictions"]
    assert friction["kind"] in {"charge", "service"}
    assert stations["routed"]["queue"] == journey["triage"]["route"]["queue"] != "none"
    assert stations["routed"]["rule"]


async def test_the_same_contact_again_has_the_same_id_and_changes_no_count(product: Product) -> None:
    first = await product.post(CONTACT)
    await product.journey(first.json()["contact_id"])
    before = await product.summary()

    again = await product.post(CONTACT)
    # What is posted behind it on the same key is counted after it: then the repeat has been through, too.
    behind = await product.post(CONTACT | {"external_id": "behind"})
    await product.journey(behind.json()["contact_id"])
    after = await product.summary()

    assert again.json() == first.json()
    assert after["contacts"] == before["contacts"] + 1


async def test_of_a_thousand_with_ten_bad_ones_990_are_accepted_and_counted(product: Product) -> None:
    before = await product.counted()
    items = contacts(1000, source="thousand")
    for place in range(3, 1000, 100):
        items[place] = {"text": "", "channel": "fax"}

    answer = await product.intake.post("/v1/contacts/batch", json={"contacts": items})
    results = answer.json()["results"]
    accepted = {result["contact_id"] for result in results if result["status"] == "accepted"}
    refused = [result for result in results if result["status"] == "refused"]
    await product.until_counted(before | accepted, within=120)

    assert (len(accepted), len(refused)) == (990, 10)
    assert [{param["name"] for param in result["invalid_params"]} for result in refused] == [{"text", "channel"}] * 10
    assert await product.counted() == before | accepted
    await product.recount()


async def test_an_outcome_before_its_contact_waits_for_it(product: Product) -> None:
    name = {"source": "early", "external_id": "1"}
    outcome = await product.intake.post("/v1/outcomes", json={**name, "resolution": "won", "csat": 5})
    posted = await product.post({**CONTACT, **name})

    journey = await product.journey(posted.json()["contact_id"])

    assert outcome.json()["contact_id"] == posted.json()["contact_id"]
    assert (journey["outcome"]["resolution"], journey["outcome"]["csat"]) == ("won", 5)


async def test_a_forgotten_customer_is_blank_and_still_counted(product: Product) -> None:
    words = "My neighbour Whiskers stole my parcel"
    posted = await product.post(
        {"text": words, "channel": "phone", "source": "erase", "external_id": "1", "customer": {"id": "forget-me"}}
    )
    contact_id = posted.json()["contact_id"]
    before = await product.journey(contact_id)
    count = len(await product.counted())

    answer = await product.intake.post("/v1/erasures", json={"customer_id": "forget-me"})
    journey = before
    while journey["contact"]["text"]:
        journey = await product.journey(contact_id)

    assert answer.status_code == 202
    assert before["contact"]["text"] == words
    assert journey["contact"]["customer"] != before["contact"]["customer"]
    assert journey["contact"]["external_id"] is None
    assert len(await product.counted()) == count
    await product.recount()


async def test_every_service_says_how_it_is(product: Product) -> None:
    async with httpx.AsyncClient() as http:
        for service in product.services.all():
            live, ready = await http.get(f"{service.url}/health/live"), await http.get(f"{service.url}/health/ready")
            metrics = await http.get(f"{service.url}/metrics")
            assert (live.status_code, ready.status_code, metrics.status_code) == (200, 200, 200)
            assert "http_requests_total" in metrics.text
            assert service is product.services.intake or "lag_seconds" in metrics.text
