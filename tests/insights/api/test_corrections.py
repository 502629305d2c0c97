"""People correct the grouping and what was read, over HTTP."""

from collections.abc import AsyncIterator

import httpx
import pytest

from services.insights.store.connection import Pool
from shared.credentials import Scope
from tests.insights.api.conftest import House
from tests.insights.correcting.team import open_signal, passage, signal_id
from tests.insights.saying import MINUTE, Desk, contact, contact_id

LOGIN, INVOICE = signal_id(0), signal_id(1)
NOBODY = contact_id("nobody")


@pytest.fixture
async def writer(house: House, pool: Pool) -> AsyncIterator[httpx.AsyncClient]:
    """A program that may read and correct what acme has: two signals with three contacts each."""
    for number in range(2):
        await open_signal(pool, number)
    desk = await Desk(pool).open()
    await desk.count(*[contact(f"{topic} {n}", passage(topic, seed=n)) for topic in range(2) for n in range(3)])
    key, _ = house.make_key("acme", Scope.INSIGHTS_READ, Scope.INSIGHTS_WRITE)
    async with house.client() as client:
        client.headers["Authorization"] = f"Bearer {key}"
        yield client


async def contacts(client: httpx.AsyncClient, signal: object) -> int:
    return int((await client.get(f"/v1/signals/{signal}")).json()["contacts"])


async def test_a_merge_is_logged_undone_and_not_undone_twice(writer: httpx.AsyncClient, house: House) -> None:
    answer = await writer.post(f"/v1/signals/{INVOICE}/merge", json={"others": [str(LOGIN)]})
    assert answer.status_code == 200, answer.text
    [change] = answer.json()["changes"]
    assert await contacts(writer, INVOICE) == 6
    house.watch.now += MINUTE
    undone = await writer.post(f"/v1/changes/{change['change_id']}/undo")
    assert await contacts(writer, INVOICE) == await contacts(writer, LOGIN) == 3
    again = await writer.post(f"/v1/changes/{change['change_id']}/undo")
    assert (again.status_code, again.json()["code"]) == (409, "already_undone")
    assert again.json()["change_id"] == undone.json()["change_id"]
    lines = (await writer.get("/v1/changes", params={"signal": str(INVOICE)})).json()["changes"]
    assert [(line["change"], line["other_signal_id"]) for line in lines] == [("undone", str(INVOICE)), ("merged", str(INVOICE))]
    assert lines[1]["undone"]["actor"] == lines[0]["actor"]


async def test_a_split_cannot_be_undone_while_something_rests_on_the_part(writer: httpx.AsyncClient, house: House) -> None:
    body = {"frictions": [{"contact_id": str(contact_id("0 1"))}, {"contact_id": str(contact_id("0 2")), "friction": 0}]}
    part = (await writer.post(f"/v1/signals/{LOGIN}/split", json=body)).json()
    assert part["frictions"] == await contacts(writer, part["signal_id"]) == 2
    house.watch.now += MINUTE
    moved = await writer.post(f"/v1/contacts/{contact_id('1 0')}/move", json={"signal_id": part["signal_id"]})
    house.watch.now += MINUTE
    refused = await writer.post(f"/v1/changes/{part['change_id']}/undo")
    assert (refused.status_code, refused.json()["code"]) == (409, "in_use")
    assert refused.json()["change_id"] == moved.json()["change_id"]
    for change in (moved, part):
        change_id = (change.json() if isinstance(change, httpx.Response) else change)["change_id"]
        assert (await writer.post(f"/v1/changes/{change_id}/undo")).status_code == 200
    assert [await contacts(writer, signal) for signal in (LOGIN, INVOICE)] == [3, 3]


async def test_a_pinned_title_is_a_persons_until_that_is_undone(writer: httpx.AsyncClient, pool: Pool, house: House) -> None:
    title_by = "SELECT title_by FROM signals WHERE signal_id = $1"
    pinned = await writer.post(f"/v1/signals/{LOGIN}/pin")
    assert (await pool.fetchval(title_by, LOGIN)).startswith("key:")
    assert (await writer.post(f"/v1/signals/{LOGIN}/pin")).json()["code"] == "nothing"
    house.watch.now += MINUTE
    await writer.post(f"/v1/changes/{pinned.json()['change_id']}/undo")
    assert await pool.fetchval(title_by, LOGIN) == "discovery"


async def test_of_several_changes_of_one_value_the_latest_is_undone_first(writer: httpx.AsyncClient, house: House) -> None:
    for change in ({"owner": "ann"}, {"owner": "bob"}, {"title": "Locked out"}, {"status": "planned"}):
        assert (await writer.patch(f"/v1/signals/{LOGIN}", json=change)).status_code == 200
        house.watch.now += MINUTE
    status, title, bob, ann = (await writer.get("/v1/changes")).json()["changes"]
    refused = await writer.post(f"/v1/changes/{ann['change_id']}/undo")
    assert (refused.json()["code"], refused.json()["change_id"]) == ("in_use", bob["change_id"])
    for line in (bob, title, ann, status):
        house.watch.now += MINUTE
        assert (await writer.post(f"/v1/changes/{line['change_id']}/undo")).status_code == 200
    signal = (await writer.get(f"/v1/signals/{LOGIN}")).json()
    assert (signal["owner"], signal["status"]) == (None, "open")


async def test_the_log_is_read_page_by_page_by_actor_and_time(writer: httpx.AsyncClient, house: House) -> None:
    start = house.watch.now
    for number in range(3):
        house.watch.now += MINUTE
        await writer.post(f"/v1/contacts/{contact_id(f'0 {number}')}/move", json={"signal_id": str(INVOICE)})
    first = (await writer.get("/v1/changes", params={"limit": 2})).json()
    rest = (await writer.get("/v1/changes", params={"limit": 2, "cursor": first["next_cursor"]})).json()
    assert [len(page["changes"]) for page in (first, rest)] == [2, 1]
    assert rest["next_cursor"] is None
    actor = first["changes"][0]["actor"]
    late = {"actor": actor, "since": (start + 2 * MINUTE).isoformat(), "until": (start + 3 * MINUTE).isoformat()}
    [only] = (await writer.get("/v1/changes", params=late)).json()["changes"]
    assert only["after"] == {"signal_id": str(INVOICE), "contact_id": str(contact_id("0 1")), "friction": 0}
    assert (await writer.get("/v1/changes", params={"actor": "nobody"})).json()["changes"] == []


async def test_a_correction_shows_at_once_in_the_journey_and_in_the_summary(writer: httpx.AsyncClient) -> None:
    where = f"/v1/contacts/{contact_id('0 0')}"
    answer = await writer.post(f"{where}/corrections", json={"disposition": "praise", "kind": "access", "feeling": "pleased"})
    assert answer.status_code == 200, answer.text
    journey = (await writer.get(where)).json()
    assert [said["correction_id"] for said in journey["corrections"]] == [answer.json()["correction_id"]]
    assert (journey["triage"]["disposition"], journey["triage"]["frictions"][0]["kind"]) == ("praise", "access")
    days = {"since": "2026-03-01T00:00:00Z", "until": "2026-03-03T00:00:00Z"}
    assert (await writer.get("/v1/summary", params=days)).json()["wins"]["praise"] == 1


CALLS = [
    ("merge", f"/v1/signals/{LOGIN}/merge", {"into": str(INVOICE)}),
    ("split", f"/v1/signals/{LOGIN}/split", {"nearest_to": {"contact_id": str(contact_id("0 0"))}}),
    ("pin", f"/v1/signals/{LOGIN}/pin", None),
    ("move", f"/v1/contacts/{contact_id('0 0')}/move", {"signal_id": None}),
    ("correction", f"/v1/contacts/{contact_id('0 0')}/corrections", {"kind": "delay"}),
    ("undo", f"/v1/changes/{NOBODY}/undo", None),
]


@pytest.mark.parametrize(("path", "body"), [call[1:] for call in CALLS], ids=[call[0] for call in CALLS])
async def test_only_a_key_that_may_write_corrects_and_only_what_is_its_own(
    writer: httpx.AsyncClient, house: House, path: str, body: dict[str, object] | None
) -> None:
    readers, _ = house.make_key("acme", Scope.INSIGHTS_READ)
    foreign, _ = house.make_key("globex", Scope.INSIGHTS_WRITE)
    assert (await writer.post(path, json=body, headers={"Authorization": f"Bearer {readers}"})).status_code == 403
    answer = await writer.post(path, json=body, headers={"Authorization": f"Bearer {foreign}"})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


WRONG = [
    (f"/v1/signals/{LOGIN}/merge", {}, "body", "either into or others"),
    (f"/v1/signals/{LOGIN}/merge", {"into": str(INVOICE), "others": [str(INVOICE)]}, "body", "either into or others"),
    (f"/v1/signals/{LOGIN}/merge", {"others": [str(INVOICE)] * 101}, "others", "100"),
    (f"/v1/signals/{LOGIN}/split", {}, "body", "either frictions or nearest_to"),
    (f"/v1/signals/{LOGIN}/split", {"frictions": [{"contact_id": str(NOBODY)}] * 1001}, "frictions", "1000"),
    (f"/v1/signals/{LOGIN}/split", {"frictions": [{"contact_id": str(contact_id("1 0"))}]}, "frictions.0", "no such friction"),
    (f"/v1/signals/{LOGIN}/split", {"nearest_to": {"contact_id": str(contact_id("1 0"))}}, "nearest_to", "no such friction"),
    (f"/v1/contacts/{contact_id('0 0')}/move", {}, "signal_id", "required"),
    (f"/v1/contacts/{contact_id('0 0')}/move", {"signal_id": None, "friction": 7}, "friction", "numbered from 0"),
    (f"/v1/contacts/{contact_id('0 0')}/corrections", {}, "body", "nothing is corrected"),
    (f"/v1/contacts/{contact_id('0 0')}/corrections", {"kind": "nonsense"}, "kind", ""),
    (f"/v1/contacts/{contact_id('0 0')}/corrections", {"kind": "delay", "span": {"start": 4, "end": 4}}, "span", "begin before"),
    (f"/v1/contacts/{contact_id('0 0')}/corrections", {"mood": "angry"}, "mood", ""),
]


@pytest.mark.parametrize(("path", "body", "name", "reason"), WRONG)
async def test_what_does_not_fit_is_refused_by_name(
    writer: httpx.AsyncClient, path: str, body: dict[str, object], name: str, reason: str
) -> None:
    answer = await writer.post(path, json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    [wrong] = answer.json()["invalid_params"]
    assert wrong["name"] == name
    assert reason in wrong["reason"]
