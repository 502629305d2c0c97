"""`PATCH /v1/signals/{id}`: what people change, and what is refused."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from services.insights.rules.statuses import PROOF
from services.insights.store import changes, fixes
from services.insights.store.connection import Pool, transaction
from services.insights.store.fixes import Standing
from shared.credentials import Scope
from shared.events import Change, SignalChanged, Status
from tests.insights.api.conftest import NOW, House
from tests.insights.api.fixing import change, said, tell
from tests.insights.api.world import Contact, Signal, an_id

LOGIN = Signal("Cannot log in", opened_at=NOW - timedelta(days=20))
MET = [Contact(f"met{n}", "It does not work.", NOW - timedelta(days=n + 1), signal=LOGIN) for n in range(3)]
PATH = f"/v1/signals/{LOGIN.signal_id}"


async def refused(writer: httpx.AsyncClient, status: int, body: object) -> dict[str, Any]:
    answer = await writer.patch(PATH, json=body)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    problem: dict[str, Any] = answer.json()
    return problem


async def lines(pool: Pool) -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    rows = await pool.fetch("SELECT change, before, after FROM signal_changes WHERE actor <> 'discovery' ORDER BY position")
    return [(row["change"], json.loads(row["before"]), json.loads(row["after"])) for row in rows]


async def test_what_is_changed_is_told_with_who_did_it(writer: httpx.AsyncClient, pool: Pool) -> None:
    await tell(pool, [LOGIN], *MET)

    signal = await change(writer, LOGIN, status="planned", title="Login fails", owner="Ann", note="Ask the\nidentity team.")

    assert (signal["status"], signal["title"], signal["owner"]) == ("planned", "Login fails", "Ann")
    assert signal["note"] == "Ask the\nidentity team."
    made = [(entry["change"], entry["after"]) for entry in signal["history"][1:]]
    assert sorted(made) == [
        ("note", "Ask the\nidentity team."),
        ("owner", "Ann"),
        ("renamed", "Login fails"),
        ("status", "planned"),
    ]
    assert {entry["actor"].partition(":")[0] for entry in signal["history"][1:]} == {"key"}
    told = [SignalChanged.model_validate_json(value) for value in await said(pool, "signals.changed")]
    assert {(event.change.value, event.status.value, event.title) for event in told} == {
        (name, "planned", "Login fails") for name, _ in made
    }


async def test_the_same_again_changes_nothing(writer: httpx.AsyncClient, pool: Pool) -> None:
    await tell(pool, [LOGIN], *MET)
    shipped = {"status": "fix_shipped", "at": (NOW - timedelta(days=1)).isoformat(), "version": "5.2", "owner": "Ann"}

    first = await change(writer, LOGIN, **shipped)
    again = await change(writer, LOGIN, **shipped)
    bare = await change(writer, LOGIN, status="fix_shipped")

    assert first["history"] == again["history"] == bare["history"]
    assert first["fix"] == again["fix"] == bare["fix"]


async def test_what_is_left_out_stays_and_null_takes_away(writer: httpx.AsyncClient, pool: Pool) -> None:
    await tell(pool, [LOGIN], *MET)
    await change(writer, LOGIN, owner="Ann", note="Later.")

    signal = await change(writer, LOGIN, owner=None)

    assert (signal["owner"], signal["note"], signal["status"]) == (None, "Later.", "open")


async def test_a_fix_tells_when_and_in_which_version(writer: httpx.AsyncClient, pool: Pool) -> None:
    await tell(pool, [LOGIN], *MET)
    at = NOW - timedelta(hours=5)

    signal = await change(writer, LOGIN, status="fix_shipped", at=at.isoformat(), version="5.2.0", product="App")

    fix = signal["fix"]
    assert (signal["status"], fix["version"], fix["product"]) == ("fix_shipped", "5.2.0", "App")
    assert fix["at"] == at.isoformat().replace("+00:00", "Z")
    assert fix["proof"]["verdict"] == "not_enough_data"


async def test_a_fix_without_a_time_shipped_now(writer: httpx.AsyncClient, pool: Pool) -> None:
    await tell(pool, [LOGIN], *MET)

    fix = (await change(writer, LOGIN, status="fix_shipped"))["fix"]

    assert (fix["at"], fix["version"]) == (NOW.isoformat().replace("+00:00", "Z"), None)


async def test_a_fix_that_waits_is_put_right_and_one_that_was_judged_is_followed(
    writer: httpx.AsyncClient, pool: Pool, house: House
) -> None:
    await tell(pool, [LOGIN], *MET)
    await change(writer, LOGIN, status="fix_shipped", version="5.1")
    house.watch.now += timedelta(minutes=1)
    right = await change(writer, LOGIN, status="fix_shipped", version="5.2")
    house.watch.now += timedelta(minutes=1)
    await change(writer, LOGIN, status="not_working")
    house.watch.now += timedelta(minutes=1)
    later = await change(writer, LOGIN, status="fix_shipped", version="5.3")

    follows = {row["version"]: row["follows"] for row in await pool.fetch("SELECT version, follows FROM fixes")}
    assert str(follows["5.3"]) == right["fix"]["fix_id"] != later["fix"]["fix_id"]
    assert follows["5.2"] is None
    assert right["fix"]["at"] == NOW.isoformat().replace("+00:00", "Z")


async def test_a_fix_that_did_not_ship_after_all_is_taken_back(writer: httpx.AsyncClient, pool: Pool) -> None:
    await tell(pool, [LOGIN], *MET)
    await change(writer, LOGIN, status="fix_shipped")

    assert (await change(writer, LOGIN, status="planned"))["fix"] is None


async def test_the_log_keeps_how_a_signal_stood(writer: httpx.AsyncClient, pool: Pool) -> None:
    await tell(pool, [LOGIN], *MET)
    await change(writer, LOGIN, status="fix_shipped", version="5.1")

    ((_, before, after),) = await lines(pool)

    assert Standing.of(before) == Standing(Status.OPEN, "discovery", None, None)
    now = Standing.of(after)
    assert (now.status, now.set_at, now.facts) == (Status.FIX_SHIPPED, NOW, after)
    assert now.fix_id is not None


async def undo(writer: httpx.AsyncClient, pool: Pool, nth: int) -> httpx.Response:
    """Of the changes that people made, in order."""
    rows = await pool.fetch("SELECT change_id FROM signal_changes WHERE actor LIKE 'key:%' ORDER BY position")
    return await writer.post(f"/v1/changes/{rows[nth]['change_id']}/undo")


async def test_undoing_the_changes_of_a_signal_restores_it(writer: httpx.AsyncClient, pool: Pool, house: House) -> None:
    await tell(pool, [LOGIN], *MET)
    first = await change(writer, LOGIN, title="Login fails", owner="Ann", note="Soon.", status="planned")
    for wanted in ({"title": "Log-in fails"}, {"owner": None}, {"note": "Now."}, {"status": "fix_shipped", "version": "5.2"}):
        house.watch.now += timedelta(minutes=1)
        await change(writer, LOGIN, **wanted)

    assert [(await undo(writer, pool, nth)).status_code for nth in (4, 5, 6, 7)] == [200] * 4

    house.watch.now = NOW
    signal = (await writer.get(PATH)).json()
    assert {**signal, "history": None, "priority_formula": None} == {**first, "history": None, "priority_formula": None}


async def test_a_title_that_was_found_is_found_anew_once_a_persons_is_undone(writer: httpx.AsyncClient, pool: Pool) -> None:
    await tell(pool, [LOGIN], *MET)
    await change(writer, LOGIN, title="Login fails")

    assert (await undo(writer, pool, 0)).status_code == 200

    assert tuple(await pool.fetchrow("SELECT title_by, titled_at FROM signals") or ()) == ("discovery", None)


async def test_what_proof_said_of_a_fix_goes_with_it(writer: httpx.AsyncClient, pool: Pool) -> None:
    await tell(pool, [LOGIN], *MET)
    await change(writer, LOGIN, status="fix_shipped")
    async with transaction(pool) as connection:
        held = await fixes.hold(connection, "acme", LOGIN.signal_id)
        proved = replace(held.standing, status=Status.VERIFIED, set_by=PROOF)
        await fixes.set_status(connection, "acme", LOGIN.signal_id, proved)
        moment = NOW + timedelta(minutes=1)
        await changes.record(
            *(connection, "acme", LOGIN.signal_id, Change.STATUS),
            actor=PROOF,
            at=moment,
            before=held.standing.facts,
            after=proved.facts,
        )
    (said,) = await pool.fetch("SELECT change_id FROM signal_changes WHERE actor = 'proof'")

    assert (await writer.post(f"/v1/changes/{said['change_id']}/undo")).json()["code"] == "not_undoable"
    assert (await undo(writer, pool, 0)).status_code == 200

    signal = (await writer.get(PATH)).json()
    assert (signal["status"], signal["fix"]) == ("open", None)


async def test_the_log_keeps_no_title_that_was_made_of_customers_words(
    writer: httpx.AsyncClient, pool: Pool, house: House
) -> None:
    await tell(pool, [LOGIN], *MET)
    await change(writer, LOGIN, title="First")
    house.watch.now += timedelta(minutes=1)
    await change(writer, LOGIN, title="Second")

    first, second = [(before, after["title"]) for _, before, after in await lines(pool)]

    assert first == ({"title_by": "discovery"}, "First")
    assert (second[0]["title"], second[1]) == ("First", "Second")


@pytest.mark.parametrize("status", ["verified", "not_working", "recurred"])
async def test_what_is_said_of_a_fix_is_refused_without_one(writer: httpx.AsyncClient, pool: Pool, status: str) -> None:
    await tell(pool, [LOGIN], *MET)

    problem = await refused(writer, 409, {"status": status})

    assert problem["code"] == "illegal_change"
    assert f"A signal that is open cannot become {status}" in problem["detail"]


async def test_a_signal_that_was_set_aside_is_taken_up_before_it_is_fixed(writer: httpx.AsyncClient, pool: Pool) -> None:
    await tell(pool, [LOGIN], *MET)
    await change(writer, LOGIN, status="set_aside")

    await refused(writer, 409, {"status": "fix_shipped"})
    await change(writer, LOGIN, status="open")
    await change(writer, LOGIN, status="fix_shipped")


async def test_a_signal_that_was_merged_away_is_not_changed(writer: httpx.AsyncClient, pool: Pool) -> None:
    await tell(pool, [LOGIN], *MET)
    await pool.execute("UPDATE signals SET merged_into = $1", an_id("other"))

    problem = await refused(writer, 409, {"owner": "Ann"})

    assert (problem["code"], str(an_id("other")) in problem["detail"]) == ("merged_away", True)


@pytest.mark.parametrize(
    ("body", "name", "reason"),
    [
        ({}, "body", "nothing is to change"),
        ([], "body", ""),
        ({"state": "open"}, "state", "unknown field"),
        ({"status": "solved"}, "status", ""),
        ({"status": None}, "status", "cannot be null"),
        ({"title": None}, "title", "cannot be null"),
        ({"title": " "}, "title", ""),
        ({"title": "x" * 201}, "title", ""),
        ({"owner": ""}, "owner", ""),
        ({"owner": "a\x00b"}, "owner", ""),
        ({"note": "x" * 4001}, "note", ""),
        ({"at": "2025-11-20T00:00:00Z"}, "at", "needs status fix_shipped"),
        ({"status": "planned", "version": "5.2"}, "version", "needs status fix_shipped"),
        ({"status": "planned", "product": None}, "product", "needs status fix_shipped"),
        ({"status": "fix_shipped", "at": None}, "at", "cannot be null"),
        ({"status": "fix_shipped", "at": "2025-11-20"}, "at", ""),
        ({"status": "fix_shipped", "at": "2025-11-24T09:35:01Z"}, "at", "in the future"),
        ({"status": "fix_shipped", "at": "2025-11-04T00:00:00Z"}, "at", "before the signal was first met"),
        ({"status": "fix_shipped", "version": ""}, "version", ""),
        ({"status": "fix_shipped", "version": "x" * 201}, "version", ""),
    ],
)
async def test_what_does_not_fit_is_refused_by_name_and_changes_nothing(
    writer: httpx.AsyncClient, pool: Pool, body: object, name: str, reason: str
) -> None:
    await tell(pool, [LOGIN], *MET)

    problem = await refused(writer, 422, body)

    assert [wrong["name"] for wrong in problem["invalid_params"]] == [name]
    assert reason in problem["invalid_params"][0]["reason"]
    assert await lines(pool) == []
    assert await pool.fetchval("SELECT count(*) FROM fixes") == 0


async def test_the_clock_of_who_ships_may_be_five_minutes_ahead(writer: httpx.AsyncClient, pool: Pool) -> None:
    await tell(pool, [LOGIN], *MET)
    await change(writer, LOGIN, status="fix_shipped", at=(NOW + timedelta(minutes=5)).isoformat())


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff", b'{"owner": NaN}'])
async def test_what_is_no_json_is_refused(writer: httpx.AsyncClient, raw: bytes) -> None:
    assert (await writer.patch(PATH, content=raw)).status_code == 422


async def test_a_body_is_bounded(writer: httpx.AsyncClient) -> None:
    assert (await writer.patch(PATH, json={"note": "x" * 1024 * 1024})).status_code == 413


async def test_changing_needs_a_key_that_may(api: httpx.AsyncClient, browser: httpx.AsyncClient, pool: Pool) -> None:
    await tell(pool, [LOGIN], *MET)

    assert (await api.patch(PATH, json={"owner": "Ann"})).status_code == 403
    assert (await browser.patch(PATH, json={"owner": "Ann"})).status_code == 401


async def test_a_signal_of_another_tenant_is_unknown(house: House, pool: Pool) -> None:
    await tell(pool, [LOGIN], *MET)
    key, _ = house.make_key("globex", Scope.INSIGHTS_WRITE)
    async with house.client() as client:
        answer = await client.patch(PATH, json={"owner": "Ann"}, headers={"Authorization": f"Bearer {key}"})

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert await pool.fetchval("SELECT owner FROM signals") is None
