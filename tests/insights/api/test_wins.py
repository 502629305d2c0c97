"""`GET /v1/wins`, `/v1/same-answers` and what changed since last week."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from services.insights.store.connection import Pool
from tests.insights.api.conftest import NOW
from tests.insights.api.test_signals import LOGIN, REFUND, met
from tests.insights.api.world import Contact, Signal, an_id, write

STATUS = """
INSERT INTO signal_changes (tenant, signal_id, change_id, change, actor, changed_at, after)
VALUES ('acme', $1, gen_random_uuid(), $2, 'proof', $3, jsonb_build_object('status', $4::text))
"""


def praise(name: str, days: float, **more: Any) -> Contact:
    return Contact(name, f"Thank you for {name}!", NOW - timedelta(days=days), disposition="praise", **more)


def won(name: str, days: float, **more: Any) -> Contact:
    return Contact(name, f"Solved: {name}.", NOW - timedelta(days=days), signal=LOGIN, resolution="won", **more)


async def tell(pool: Pool, signals: list[Signal], contacts: list[Contact]) -> None:
    async with pool.acquire() as connection:
        await write(connection, signals, contacts)


async def test_a_contact_that_praises_and_was_won_is_one_win(api: httpx.AsyncClient, pool: Pool) -> None:
    await tell(pool, [LOGIN], [praise("p", 1), praise("both", 2, resolution="won", csat=5), won("w", 3), *met(LOGIN, 2)])
    answer = (await api.get("/v1/wins")).json()
    assert answer["wins"] == {"total": 3, "praise": 2, "won": 1, "verified": 0}
    assert [(win["win"], win["words"], win["csat"]) for win in answer["contacts"]] == [
        ("praise", "Thank you for p!", None),
        ("praise", "Thank you for both!", 5),
        ("won", "Solved: w.", None),
    ]
    assert (await api.get("/v1/summary")).json()["wins"] == answer["wins"]


async def test_turning_pages_of_wins_shows_each_once_the_latest_first(api: httpx.AsyncClient, pool: Pool) -> None:
    contacts = [praise(f"p{n}", n) if n % 3 else won(f"w{n}", n) for n in range(20)]
    await tell(pool, [LOGIN], contacts)
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = (await api.get("/v1/wins", params={"limit": 3} | ({"cursor": cursor} if cursor else {}))).json()
        seen += [win["contact_id"] for win in page["contacts"]]
        cursor = page["next_cursor"]
    assert seen == [str(contact.contact_id) for contact in contacts]


async def test_a_verified_fix_is_a_win_until_it_comes_back(api: httpx.AsyncClient, pool: Pool) -> None:
    verified, back = Signal("Fixed", status="verified"), Signal("Fixed, and back", status="recurred")
    await tell(pool, [verified, back], [*met(verified, 3), *met(back, 3)])
    for found in (verified, back):
        await pool.execute(STATUS, found.signal_id, "status", NOW - timedelta(days=3), "verified")
    answer = (await api.get("/v1/wins")).json()
    assert answer["wins"] == {"total": 1, "praise": 0, "won": 0, "verified": 1}
    assert [fix["title"] for fix in answer["fixes"]] == ["Fixed"]
    earlier = {"since": "2025-10-01T00:00:00Z", "until": "2025-10-31T00:00:00Z"}
    assert (await api.get("/v1/wins", params=earlier)).json()["wins"]["verified"] == 0


async def test_words_of_the_forgotten_are_no_win_to_read_and_still_one(api: httpx.AsyncClient, pool: Pool) -> None:
    await tell(pool, [], [Contact("p", "", NOW, disposition="praise", erased_at=NOW)])
    answer = (await api.get("/v1/wins")).json()
    assert (answer["wins"]["praise"], answer["contacts"][0]["words"]) == (1, "")


async def test_what_is_answered_most_while_nothing_moves_comes_first_with_its_hours(api: httpx.AsyncClient, pool: Pool) -> None:
    shipped = Signal("A fix has shipped", status="fix_shipped")
    at = NOW - timedelta(days=2)
    answered = met(LOGIN, 4, at=at, resolution="won", minutes=30.0) + met(LOGIN, 4, at=at, name="untimed", resolution="open")
    await tell(
        pool,
        [LOGIN, REFUND, shipped],
        [*answered, *met(LOGIN, 2, at=at, name="unanswered"), *met(REFUND, 9, at=at), *met(shipped, 20, at=at, resolution="won")],
    )
    answer = (await api.get("/v1/same-answers")).json()
    assert [(one["title"], one["load"]) for one in answer["signals"]] == [
        (
            LOGIN.title,
            {"contacts": 10, "answered": 8, "timed": 4, "hours": 2.0, "coverage": 0.4, "hours_if_all_took_as_long": 5.0},
        ),
        (
            REFUND.title,
            {"contacts": 9, "answered": 0, "timed": 0, "hours": 0.0, "coverage": 0.0, "hours_if_all_took_as_long": None},
        ),
    ]
    assert (answer["total"], answer["all"]["contacts"], answer["all"]["hours"]) == (2, 19, 2.0)
    assert [one["title"] for one in (await api.get("/v1/same-answers", params={"limit": 1})).json()["signals"]] == [LOGIN.title]


async def test_nothing_to_answer_is_an_empty_load(api: httpx.AsyncClient) -> None:
    answer = (await api.get("/v1/same-answers")).json()
    assert (answer["signals"], answer["total"], answer["all"]["coverage"]) == ([], 0, 0.0)


async def test_the_summary_says_what_changed_since_last_week(api: httpx.AsyncClient, pool: Pool) -> None:
    old = Signal("Old", opened_at=NOW - timedelta(days=60))
    fresh = Signal("Fresh", opened_at=NOW - timedelta(days=2))
    contacts = [
        *met(old, 3, at=NOW - timedelta(days=10)),
        *met(old, 5, at=NOW - timedelta(days=3), name="now"),
        *met(fresh, 2, at=NOW - timedelta(days=2)),
        praise("p", 8),
        praise("q", 1, csat=5, resolution="won"),
        won("w", 9),
    ]
    await tell(pool, [old, fresh, LOGIN], contacts)
    await pool.execute(STATUS, old.signal_id, "escalated", NOW - timedelta(days=1), "open")
    week = (await api.get("/v1/summary")).json()["since_last_week"]
    assert (week["this_week"]["contacts"], week["week_before"]["contacts"]) == (8, 5)
    assert (week["this_week"]["wins"]["total"], week["week_before"]["wins"]["total"]) == (1, 2)
    assert week["this_week"]["satisfaction"]["answers"] == 1
    assert week["signals"] == {"opened": 1, "escalated": 1, "recurred": 0, "verified": 0}


async def test_a_signal_tells_how_its_contacts_divide_with_the_others_bounded(api: httpx.AsyncClient, pool: Pool) -> None:
    contacts = [
        Contact(
            f"c{n}", "Words.", NOW - timedelta(hours=n), signal=LOGIN, version=f"1.{n // 2}", channel="chat" if n < 5 else "email"
        )
        for n in range(20)
    ]
    await tell(pool, [LOGIN], contacts)
    shares = (await api.get(f"/v1/signals/{LOGIN.signal_id}")).json()["shares"]
    assert shares["contacts"] == 20
    assert shares["channel"] == {
        "named": [{"value": "email", "contacts": 15, "share": 0.75}, {"value": "chat", "contacts": 5, "share": 0.25}],
        "others": None,
    }
    assert [share["contacts"] for share in shares["version"]["named"]] == [2] * 8
    assert shares["version"]["others"] == {"values": 2, "contacts": 4, "share": 0.2}
    assert shares["plan"]["named"] == [{"value": None, "contacts": 20, "share": 1.0}]
    assert set(shares) == {"contacts", "kind", "product", "version", "channel", "plan", "language"}


async def test_a_contact_with_two_frictions_of_a_signal_is_one_share(api: httpx.AsyncClient, pool: Pool) -> None:
    await tell(pool, [LOGIN], met(LOGIN, 3))
    await pool.execute(
        """INSERT INTO frictions (tenant, contact_id, occurred_at, ordinal, span_start, span_end, kind, confidence, intensity,
               person, channel, language, space, signal_id)
           SELECT tenant, contact_id, occurred_at, 1, 0, 4, 'delay', 0.9, 900, person, channel, language, space, signal_id FROM frictions"""
    )
    shares = (await api.get(f"/v1/signals/{LOGIN.signal_id}")).json()["shares"]
    assert shares["kind"]["named"] == [{"value": "delay", "contacts": 3, "share": 1.0}]


@pytest.mark.parametrize("path", ["/v1/wins", "/v1/same-answers"])
@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ({"since": "2020-01-01T00:00:00Z"}, "since"),
        ({"since": "2025-11-24T00:00:00Z", "until": "2025-11-20T00:00:00Z"}, "since"),
        ({"limit": "201"}, "limit"),
        ({"limit": "0"}, "limit"),
        ({"week": "1"}, "week"),
    ],
)
async def test_what_does_not_fit_is_refused_by_name(api: httpx.AsyncClient, path: str, asked: dict[str, str], name: str) -> None:
    answer = await api.get(path, params=asked)
    assert answer.status_code == 422
    assert [wrong["name"] for wrong in answer.json()["invalid_params"]] == [name]


async def test_a_cursor_of_wins_that_is_not_ours_is_refused(api: httpx.AsyncClient) -> None:
    answer = await api.get("/v1/wins", params={"cursor": str(an_id("x"))})
    assert [wrong["name"] for wrong in answer.json()["invalid_params"]] == ["cursor"]
