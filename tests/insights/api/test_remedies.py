"""The remedy book: put by people, told to triage, measured by how contacts end."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID, uuid4

import httpx
import numpy as np
import pytest

from services.insights.store import remedies
from services.insights.store.connection import Pool, transaction
from shared.credentials import Scope
from shared.events import RemedyChanged
from tests.insights.api.conftest import NOW, House
from tests.insights.api.world import Contact, Signal, an_id, write

LOGIN = Signal("Cannot log in", opened_at=NOW - timedelta(weeks=1))
FOREIGN = Signal("Somebody else's trouble", tenant="globex", opened_at=NOW - timedelta(weeks=1))
MET = Contact("met", "Cannot log in", NOW - timedelta(days=1), signal=LOGIN)
REMEDY = an_id("remedy")
BOOK = "/v1/remedies"
ONE = f"{BOOK}/{REMEDY}"
SAID = {"acknowledgement": "Being locked out is maddening.", "solution": "Ask for a new link.", "kinds": ["access"]}


@pytest.fixture
async def writer(house: House) -> AsyncIterator[httpx.AsyncClient]:
    """A program of acme that may change things."""
    async with transaction(house.log) as connection:
        await write(connection, [LOGIN, FOREIGN], [MET])
    key, _ = house.make_key("acme", Scope.INSIGHTS_READ, Scope.INSIGHTS_WRITE)
    async with house.client() as client:
        client.headers["Authorization"] = f"Bearer {key}"
        yield client


async def told(pool: Pool) -> list[RemedyChanged]:
    return [
        RemedyChanged.model_validate_json(row["value"]) for row in await pool.fetch("SELECT value FROM outbox ORDER BY position")
    ]


async def test_what_is_put_stands_in_the_book_and_is_told(writer: httpx.AsyncClient, house: House) -> None:
    gift = {"what": "10 % off", "cost": 5.0, "limit": 100}
    answer = await writer.put(ONE, json={**SAID, "gift": gift, "phrases": ["locked out"], "products": ["App"]})
    assert answer.status_code == 201
    remedy = answer.json()
    assert (remedy["revision"], remedy["is_active"], remedy["gift"], remedy["has_meaning"]) == (1, True, gift, False)
    assert (await writer.get(BOOK)).json()["remedies"] == [remedy]
    [said] = await told(house.log)
    assert (said.tenant, said.remedy.remedy_id, said.revision, said.actor) == ("acme", REMEDY, 1, remedy["actor"])
    assert (said.remedy.solution, said.kinds, said.phrases, said.products) == (
        SAID["solution"],
        ("access",),
        ("locked out",),
        ("App",),
    )


async def test_every_change_is_a_revision_and_the_same_again_is_none(writer: httpx.AsyncClient, house: House) -> None:
    await writer.put(ONE, json=SAID)
    house.watch.now += timedelta(hours=1)
    again = await writer.put(ONE, json=SAID)
    assert (again.status_code, again.json()["revision"]) == (200, 1)
    changed = await writer.put(ONE, json={**SAID, "is_active": False})
    assert (changed.status_code, changed.json()["revision"], changed.json()["is_active"]) == (200, 2, False)
    assert [said.revision for said in await told(house.log)] == [1, 2]
    history = (await writer.get(ONE)).json()["history"]
    assert [(entry["revision"], entry["is_active"], entry["changed_at"]) for entry in history] == [
        (2, False, "2025-11-24T10:30:00Z"),
        (1, True, "2025-11-24T09:30:00Z"),
    ]
    assert all(entry["actor"].startswith("key:") for entry in history)


@pytest.mark.parametrize("like", [{"signal_id": str(LOGIN.signal_id)}, {"contact_id": str(MET.contact_id)}])
async def test_a_remedy_takes_its_meaning_from_a_signal_or_a_friction(
    writer: httpx.AsyncClient, house: House, like: dict[str, str]
) -> None:
    answer = await writer.put(ONE, json={**SAID, "like": like})
    assert answer.json()["has_meaning"]
    [said] = await told(house.log)
    assert said.vector is not None
    assert (said.vector.space, said.vector.dims) == ("test", 2)
    assert np.frombuffer(said.vector.values, np.int8).tolist() == [127, 0]
    assert said.vector.scale == pytest.approx(1 / 127)
    assert (await writer.put(ONE, json={**SAID, "like": like})).json()["revision"] == 1


@pytest.mark.parametrize(
    "like",
    [
        {"signal_id": str(FOREIGN.signal_id)},
        {"contact_id": str(an_id("nobody"))},
        {"contact_id": str(MET.contact_id), "friction": 1},
    ],
)
async def test_what_is_like_nothing_of_the_tenants_is_refused(
    writer: httpx.AsyncClient, house: House, like: dict[str, object]
) -> None:
    answer = await writer.put(ONE, json={**SAID, "like": like})
    assert (answer.status_code, [each["name"] for each in answer.json()["invalid_params"]]) == (422, ["like"])
    assert await told(house.log) == []


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({"kinds": []}, "body"),
        ({"acknowledgement": " "}, "acknowledgement"),
        ({"solution": "x" * 4_001}, "solution"),
        ({"solution": "a\0b"}, "solution"),
        ({"phrases": ["x"] * 101}, "phrases"),
        ({"gift": {"what": "a", "cost": -1, "limit": 1}}, "gift.cost"),
        ({"like": {}}, "like"),
        ({"like": {"signal_id": str(REMEDY), "contact_id": str(REMEDY)}}, "like"),
        ({"revision": 7}, "revision"),
    ],
)
async def test_what_does_not_fit_is_refused_by_name(writer: httpx.AsyncClient, wrong: dict[str, object], name: str) -> None:
    answer = await writer.put(ONE, json={**SAID, **wrong})
    assert answer.status_code == 422
    assert name in [each["name"] for each in answer.json()["invalid_params"]]


async def test_the_book_has_room_for_so_many(writer: httpx.AsyncClient, house: House) -> None:
    await writer.put(ONE, json=SAID)
    await house.log.execute(
        "INSERT INTO remedies (tenant, remedy_id, revision, actor, changed_at, acknowledgement, solution, is_active, kinds, products, phrases) "
        "SELECT tenant, gen_random_uuid(), 1, actor, changed_at, acknowledgement, solution, is_active, kinds, products, phrases "
        "FROM remedies, generate_series(2, $1)",
        remedies.MOST_REMEDIES,
    )
    full = await writer.put(f"{BOOK}/{uuid4()}", json=SAID)
    assert (full.status_code, full.json()["code"]) == (409, "book_is_full")
    assert (await writer.put(ONE, json={**SAID, "is_active": False})).status_code == 200


async def test_an_outcome_is_measured_where_it_was_taken_and_where_not(writer: httpx.AsyncClient, house: House) -> None:
    await writer.put(ONE, json=SAID)
    for days, offered in ((0, 5), (90, 4), (91, 1)):
        await house.log.execute(
            "INSERT INTO remedy_days VALUES ('acme', $1, $2, $3, $3 - 2, 2, 1, 1, 0)", REMEDY, NOW - timedelta(days=days), offered
        )
    assert (await writer.get(ONE)).json()["outcome"] == {
        "offered": 9,
        "taken": 5,
        "where_taken": {"won": 4, "lost": 2, "won_share": pytest.approx(2 / 3)},
        "where_not": {"won": 2, "lost": 0, "won_share": 1.0},
    }
    since = (await writer.get(BOOK, params={"since": "2025-01-01T00:00:00Z"})).json()["remedies"]
    assert [remedy["outcome"]["offered"] for remedy in since] == [10]


async def test_a_meaning_goes_with_the_person_it_was_taken_from(writer: httpx.AsyncClient, house: House) -> None:
    await writer.put(ONE, json={**SAID, "like": {"contact_id": str(MET.contact_id)}})
    async with transaction(house.log) as connection:
        await remedies.forget(connection, "acme", [MET.contact_id], now=NOW)
    remedy = (await writer.get(ONE)).json()
    assert (remedy["revision"], remedy["actor"], remedy["like"], remedy["has_meaning"]) == (2, "erasure", None, False)
    assert [said.vector is None for said in await told(house.log)] == [False, True]
    assert await house.log.fetchval("SELECT count(*) FROM remedies WHERE vector IS NOT NULL OR like_contact_id IS NOT NULL") == 0


async def test_tenants_have_books_of_their_own(writer: httpx.AsyncClient, house: House) -> None:
    await writer.put(ONE, json=SAID)
    key, _ = house.make_key("globex", Scope.INSIGHTS_READ, Scope.INSIGHTS_WRITE)
    writer.headers["Authorization"] = f"Bearer {key}"
    assert (await writer.get(BOOK)).json()["remedies"] == []
    assert (await writer.get(ONE)).status_code == 404
    assert (await writer.put(ONE, json={**SAID, "solution": "Another."})).status_code == 201


async def test_whoever_may_only_read_changes_nothing(writer: httpx.AsyncClient, api: httpx.AsyncClient) -> None:
    assert (await api.put(f"{BOOK}/{UUID(int=1)}", json=SAID)).status_code == 403
    assert (await api.get(BOOK)).json()["remedies"] == []
