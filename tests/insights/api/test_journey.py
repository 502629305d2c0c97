"""`GET /v1/contacts/{contact_id}`: one contact's journey, as the API tells it and as the page shows it."""

from datetime import datetime, timedelta
from uuid import UUID

import httpx

from services.insights.store.connection import Pool
from tests.insights.api.conftest import NOW
from tests.insights.api.world import Contact, Signal, an_id, write

LOCKED = Signal("Locked out")
TEXT = "Hi. I cannot log in. Please help."


async def tell(pool: Pool, contact: Contact) -> None:
    async with pool.acquire() as connection:
        await write(connection, [LOCKED] if contact.signal else [], [contact])


async def test_a_contact_tells_everything_from_its_words_to_its_count(api: httpx.AsyncClient, pool: Pool) -> None:
    contact = Contact(
        "c", TEXT, NOW - timedelta(hours=1), signal=LOCKED, words="I cannot log in.", kind="access", resolution="won", csat=5
    )
    await tell(pool, contact)

    told = (await api.get(f"/v1/contacts/{contact.contact_id}")).json()

    stations = told["journey"]
    assert list(stations) == ["occurred", "received", "triaged", "routed", "counted"]
    times = [datetime.fromisoformat(station["at"]) for station in stations.values()]
    assert times == sorted(times)
    assert (stations["routed"]["queue"], stations["routed"]["rule"]) == ("engineering", "defects to engineering")
    assert told["contact"]["text"] == TEXT
    (friction,) = told["triage"]["frictions"]
    assert TEXT[friction["span"]["start"] : friction["span"]["end"]] == "I cannot log in."
    assert (friction["kind"], friction["confidence"], friction["intensity"]) == ("access", 0.9, 0.5)
    assert told["triage"]["mood"] == {
        "feeling": "disappointed",
        "score": 0.7,
        "advice": "Say sorry for the wait before anything else.",
    }
    assert told["triage"]["model"] == {"name": "reader", "version": "1"}
    assert told["signals"] == [{"signal_id": str(LOCKED.signal_id), "title": "Locked out", "status": "open"}]
    assert (told["outcome"]["resolution"], told["outcome"]["csat"]) == ("won", 5)
    assert (told["dead_letters"], told["conflicts"]) == ([], [])


async def test_a_friction_that_waits_has_no_signal_yet(api: httpx.AsyncClient, browser: httpx.AsyncClient, pool: Pool) -> None:
    contact = Contact("c", TEXT, NOW)
    await tell(pool, contact)
    told = (await api.get(f"/v1/contacts/{contact.contact_id}")).json()
    assert (told["triage"]["frictions"][0]["signal"], told["signals"]) == (None, [])
    assert "waits for two more customers" in (await browser.get(f"/contacts/{contact.contact_id}")).text


async def bury(pool: Pool, contact_id: UUID, *, tenant: str = "acme") -> None:
    async with pool.acquire() as connection:
        await connection.execute(
            """INSERT INTO dead_letters (tenant, topic, partition, "offset", contact_id, code, reason, deaths, buried_by, buried_at)
               VALUES ($1, 'contacts.received', 3, 41, $2, 'undecodable', 'text: missing', 0, 'triage', $3)""",
            *(tenant, contact_id, NOW),
        )


async def test_a_contact_that_was_buried_says_where_and_why(
    api: httpx.AsyncClient, browser: httpx.AsyncClient, pool: Pool
) -> None:
    await bury(pool, an_id("buried"))
    told = (await api.get(f"/v1/contacts/{an_id('buried')}")).json()
    assert (told["journey"], told["contact"], told["triage"]) == (None, None, None)
    (letter,) = told["dead_letters"]
    assert (letter["topic"], letter["partition"], letter["offset"], letter["reason"]) == (
        "contacts.received",
        3,
        41,
        "text: missing",
    )
    page = (await browser.get(f"/contacts/{an_id('buried')}")).text
    assert "has not been counted" in page
    assert "text: missing" in page


async def test_another_tenants_burial_is_unknown(api: httpx.AsyncClient, pool: Pool) -> None:
    await bury(pool, an_id("buried"), tenant="globex")
    assert (await api.get(f"/v1/contacts/{an_id('buried')}")).status_code == 404


async def test_an_outcome_that_came_before_its_contact_is_told(
    api: httpx.AsyncClient, browser: httpx.AsyncClient, pool: Pool
) -> None:
    async with pool.acquire() as connection:
        await connection.execute("INSERT INTO outcomes VALUES ('acme', $1, 'lost', 2, 12, false, $2, $2)", an_id("early"), NOW)
    told = (await api.get(f"/v1/contacts/{an_id('early')}")).json()
    assert (told["journey"], told["outcome"]["resolution"], told["outcome"]["minutes_spent"]) == (None, "lost", 12)
    assert "remedy not taken" in (await browser.get(f"/contacts/{an_id('early')}")).text


async def test_a_conflict_is_told(api: httpx.AsyncClient, browser: httpx.AsyncClient, pool: Pool) -> None:
    contact = Contact("c", TEXT, NOW, signal=LOCKED)
    await tell(pool, contact)
    async with pool.acquire() as connection:
        await connection.execute("INSERT INTO conflicts VALUES ('acme', $1, 1, 'other', 'kept', $2, $2)", contact.contact_id, NOW)
    (conflict,) = (await api.get(f"/v1/contacts/{contact.contact_id}")).json()["conflicts"]
    assert conflict["revision"] == 1
    assert "another content" in (await browser.get(f"/contacts/{contact.contact_id}")).text


async def test_a_forgotten_customer_leaves_a_count_and_no_words(browser: httpx.AsyncClient, pool: Pool) -> None:
    contact = Contact("c", "", NOW, signal=LOCKED, erased_at=NOW)
    await tell(pool, contact)
    page = (await browser.get(f"/contacts/{contact.contact_id}")).text
    assert "asked to be forgotten" in page


async def test_an_unknown_contact_is_not_found(api: httpx.AsyncClient) -> None:
    assert (await api.get(f"/v1/contacts/{an_id('nobody')}")).status_code == 404
    assert (await api.get("/v1/contacts/first")).json()["invalid_params"][0]["name"] == "contact_id"
