"""`GET /v1/signals` and what stands under one of them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import httpx
import pytest

from services.insights.following import Following
from services.insights.store.connection import Pool
from tests.insights.api.conftest import NOW, House
from tests.insights.api.world import Contact, Signal, an_id, write

LOGIN = Signal("Cannot log in after the update")
REFUND = Signal("Refund takes weeks", status="planned")
FOREIGN = Signal("Somebody else's trouble", tenant="globex")


async def tell(pool: Pool, signals: Sequence[Signal], contacts: Sequence[Contact]) -> None:
    async with pool.acquire() as connection:
        await write(connection, signals, contacts)
    await follow(pool)


async def follow(pool: Pool) -> None:
    """What the job does every minute."""
    await Following(pool, clock=lambda: NOW).run_once()


def met(signal: Signal, number: int, *, at: datetime = NOW - timedelta(days=20), name: str = "", **more: Any) -> list[Contact]:
    """Contacts of different people who met a friction, an hour apart, latest first."""
    return [
        Contact(
            f"{signal.title}/{name}{n}",
            f"This is trouble {n}. Help!",
            at - n * timedelta(hours=1),
            tenant=signal.tenant,
            signal=signal,
            **more,
        )
        for n in range(number)
    ]


async def titles(api: httpx.AsyncClient, **asked: str) -> list[str]:
    answer = await api.get("/v1/signals", params=asked)
    assert answer.status_code == 200, answer.text
    return [signal["title"] for signal in answer.json()["signals"]]


async def test_the_most_urgent_signal_comes_first_with_its_numbers(api: httpx.AsyncClient, pool: Pool) -> None:
    twice = Contact(
        "again", "Still locked out.", NOW - timedelta(days=1), signal=LOGIN, person="person-of-Cannot log in after the update/0"
    )
    await tell(pool, [REFUND, LOGIN], [*met(REFUND, 3, kind="charge"), *met(LOGIN, 5, kind="access", product="App"), twice])

    answer = (await api.get("/v1/signals")).json()

    assert [signal["title"] for signal in answer["signals"]] == [LOGIN.title, REFUND.title]
    first = answer["signals"][0]
    assert (first["customers"], first["contacts"]) == (5, 6)
    assert (first["kind"], first["products"], first["status"]) == ("access", ["App"], "open")
    assert (answer["total"], answer["next_cursor"]) == (2, None)


async def test_a_signal_of_another_tenant_is_not_in_the_list(api: httpx.AsyncClient, pool: Pool) -> None:
    await tell(pool, [LOGIN, FOREIGN], [*met(LOGIN, 3), *met(FOREIGN, 9)])
    assert await titles(api) == [LOGIN.title]
    assert await titles(api, q="trouble") == [LOGIN.title]


async def test_a_signal_that_was_merged_away_is_not_in_the_list(api: httpx.AsyncClient, pool: Pool) -> None:
    await tell(pool, [LOGIN, REFUND], [*met(LOGIN, 3), *met(REFUND, 3)])
    async with pool.acquire() as connection:
        await connection.execute("UPDATE signals SET merged_into = $1 WHERE signal_id = $2", LOGIN.signal_id, REFUND.signal_id)
    assert await titles(api) == [LOGIN.title]


@pytest.mark.parametrize(
    ("name", "fits", "differs"),
    [
        ("status", "open", "planned"),
        ("kind", "access", "trust"),
        ("product", "App", "Web"),
        ("version", "5.0", "4.9"),
        ("channel", "chat", "phone"),
        ("plan", "Pro", "Basic"),
        ("q", "LOG IN", "%"),
        ("q", "this is trouble", "trou_le"),
        ("trend", "steady", "quiet"),
        ("since", "2025-11-01T00:00:00Z", "2025-11-10T00:00:00Z"),
        ("until", "2025-11-05T00:00:00Z", "2025-10-01T00:00:00Z"),
    ],
)
async def test_a_filter_keeps_what_fits_and_nothing_else(
    api: httpx.AsyncClient, pool: Pool, name: str, fits: str, differs: str
) -> None:
    signal = Signal(LOGIN.title, opened_at=NOW - timedelta(days=60))
    await tell(
        pool,
        [signal],
        [
            *met(signal, 3, kind="access", product="App", version="5.0", channel="chat", plan="Pro"),
            *met(signal, 1, at=NOW - timedelta(days=24), name="older"),
        ],
    )
    # An old first contact, so that the signal is not young.
    async with pool.acquire() as connection:
        await connection.execute(
            "UPDATE signal_hours SET hour = hour - interval '10 days' WHERE hour = (SELECT min(hour) FROM signal_hours)"
        )
    await follow(pool)

    assert await titles(api, **{name: fits}) == [LOGIN.title]
    if name != "status":
        assert await titles(api, **{name: differs}) == []
    assert await titles(api, status="planned") == []


async def test_filters_must_hold_for_one_and_the_same_contact(api: httpx.AsyncClient, pool: Pool) -> None:
    await tell(pool, [LOGIN], [*met(LOGIN, 2, product="App", plan="Pro"), *met(LOGIN, 3, name="b", product="Web", plan="Basic")])
    assert await titles(api, product="App", plan="Basic") == []
    answer = (await api.get("/v1/signals", params={"product": "App", "plan": "Pro"})).json()
    assert answer["signals"][0]["matching"] == {"customers": 2, "contacts": 2}
    assert answer["signals"][0]["contacts"] == 5


async def test_turning_pages_visits_every_signal_exactly_once(api: httpx.AsyncClient, pool: Pool, house: House) -> None:
    many = [Signal(f"Trouble number {n}") for n in range(23)]
    # Many of equal priority, so that order needs the id.
    await tell(pool, many, [contact for n, signal in enumerate(many) for contact in met(signal, 3 + n % 2)])

    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = (await api.get("/v1/signals", params={"limit": 5} | ({"cursor": cursor} if cursor else {}))).json()
        assert len(page["signals"]) <= 5
        seen += [signal["signal_id"] for signal in page["signals"]]
        cursor = page["next_cursor"]
        house.watch.now += timedelta(days=9)  # trends change meanwhile, pages do not

    assert sorted(seen) == sorted(str(signal.signal_id) for signal in many)


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("customers", "Many Often Late New"),
        ("contacts", "Often Many Late New"),
        ("latest", "Late New Often Many"),
        ("newest", "New Late Many Often"),
    ],
)
async def test_the_list_is_sorted_as_asked_page_by_page(api: httpx.AsyncClient, pool: Pool, sort: str, expected: str) -> None:
    ages = {"Often": 40, "Many": 30, "Late": 20, "New": 10}
    signals = {title: Signal(title, opened_at=NOW - timedelta(days=days)) for title, days in ages.items()}
    last = {"Often": 3, "Many": 4, "Late": 1, "New": 2}
    contacts = [
        Contact(
            f"{title}/{n}",
            "Words.",
            NOW - timedelta(days=last[title], hours=n),
            signal=signals[title],
            person=f"{title}{n % people}",
        )
        for title, number, people in (("Often", 9, 3), ("Many", 5, 5), ("Late", 2, 2), ("New", 1, 1))
        for n in range(number)
    ]
    await tell(pool, list(signals.values()), contacts)
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = (await api.get("/v1/signals", params={"sort": sort, "limit": "3"} | ({"cursor": cursor} if cursor else {}))).json()
        found += [signal["title"] for signal in page["signals"]]
        cursor = page["next_cursor"]
    assert found == expected.split()


@pytest.mark.parametrize("cursor", ["x", "e30", "%00", "eyJzY29yZSI6ICJOYU4ifQ", "ä" * 9, "bnVsbA"])
@pytest.mark.parametrize("path", ["/v1/signals", f"/v1/signals/{LOGIN.signal_id}/contacts"])
async def test_a_cursor_that_is_not_ours_is_refused_by_name(api: httpx.AsyncClient, path: str, cursor: str) -> None:
    answer = await api.get(path, params={"cursor": cursor})
    assert answer.status_code == 422
    assert [wrong["name"] for wrong in answer.json()["invalid_params"]] == ["cursor"]


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "201"}, "limit"),
        ({"status": "solved"}, "status"),
        ({"trend": "up"}, "trend"),
        ({"kind": "bug"}, "kind"),
        ({"channel": "fax"}, "channel"),
        ({"q": ""}, "q"),
        ({"q": "x" * 201}, "q"),
        ({"product": "a\x00b"}, "product"),
        ({"since": "2025-11-24"}, "since"),
        ({"since": "1999-12-31T00:00:00Z"}, "since"),
        ({"since": "2025-11-24T00:00:00Z", "until": "2025-11-23T00:00:00Z"}, "since"),
        ({"sort": "title"}, "sort"),
    ],
)
async def test_a_parameter_that_does_not_fit_is_refused_by_name(api: httpx.AsyncClient, asked: dict[str, str], name: str) -> None:
    answer = await api.get("/v1/signals", params=asked)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["code"] == "invalid"
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert [wrong["name"] for wrong in problem["invalid_params"]] == [name]


async def test_one_signal_tells_why_it_stands_where_it_stands(api: httpx.AsyncClient, pool: Pool) -> None:
    await tell(pool, [LOGIN], met(LOGIN, 4, words="This is trouble", intensity=500))

    signal = (await api.get(f"/v1/signals/{LOGIN.signal_id}")).json()

    formula = signal["priority_formula"]
    assert [factor["name"] for factor in formula["factors"]] == ["people", "intensity", "trend", "value"]
    product = 1.0
    for factor in formula["factors"]:
        product *= factor["value"]
    assert formula["score"] == pytest.approx(product)
    assert signal["priority"] == formula["score"]
    assert [entry["change"] for entry in signal["history"]] == ["opened"]
    assert signal["history"][0]["after"] == LOGIN.title


async def test_a_quote_is_the_span_of_the_friction_one_per_person_the_nearest_first(api: httpx.AsyncClient, pool: Pool) -> None:
    near = Contact(
        "near",
        "Hello. The code never arrives. Bye.",
        NOW - timedelta(days=3),
        signal=LOGIN,
        words="The code never arrives.",
        similarity=0.99,
    )
    same = Contact("same", "Me again.", NOW - timedelta(days=2), signal=LOGIN, person=near.who, similarity=0.98)
    await tell(pool, [LOGIN], [near, same, *met(LOGIN, 12, similarity=0.5)])

    quotes = (await api.get(f"/v1/signals/{LOGIN.signal_id}")).json()["quotes"]

    assert (quotes[0]["before"], quotes[0]["words"], quotes[0]["after"]) == ("Hello. ", "The code never arrives.", " Bye.")
    assert str(same.contact_id) not in {quote["contact_id"] for quote in quotes}
    assert len(quotes) == 6


async def test_erased_words_are_not_quoted_but_still_counted(api: httpx.AsyncClient, pool: Pool) -> None:
    await tell(pool, [LOGIN], met(LOGIN, 3, erased_at=NOW))
    signal = (await api.get(f"/v1/signals/{LOGIN.signal_id}")).json()
    assert (signal["quotes"], signal["contacts"]) == ([], 3)


async def test_the_contacts_of_a_signal_come_latest_first_each_once(api: httpx.AsyncClient, pool: Pool) -> None:
    contacts = met(LOGIN, 17)
    await tell(pool, [LOGIN], contacts)
    async with pool.acquire() as connection:
        # A second friction of the same contact in the same signal is no second contact.
        await connection.execute(
            """INSERT INTO frictions (tenant, contact_id, occurred_at, ordinal, span_start, span_end, kind, confidence, intensity,
                   person, channel, language, space, signal_id)
               SELECT tenant, contact_id, occurred_at, 1, 0, 4, 'delay', 0.9, 900, person, channel, language, space, signal_id
               FROM frictions"""
        )

    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        asked = {"limit": "5"} | ({"cursor": cursor} if cursor else {})
        page = (await api.get(f"/v1/signals/{LOGIN.signal_id}/contacts", params=asked)).json()
        seen += [contact["contact_id"] for contact in page["contacts"]]
        assert all(contact["kind"] == "delay" for contact in page["contacts"])
        cursor = page["next_cursor"]

    assert seen == [str(contact.contact_id) for contact in contacts]


@pytest.mark.parametrize(("bucket", "length"), [("hour", 200), ("day", 60), ("week", 20)])
async def test_a_series_has_every_bucket_and_adds_up_to_the_contacts(
    api: httpx.AsyncClient, pool: Pool, bucket: str, length: int
) -> None:
    await tell(
        pool, [LOGIN], [*met(LOGIN, 11, at=NOW - timedelta(hours=2)), *met(LOGIN, 7, at=NOW - timedelta(days=5), name="b")]
    )
    since = (
        NOW - length * {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1)}[bucket]
    ).isoformat()

    series = (await api.get(f"/v1/signals/{LOGIN.signal_id}/series", params={"bucket": bucket, "since": since})).json()

    assert len(series["points"]) == length + 1
    assert sum(point["contacts"] for point in series["points"]) == series["contacts"] == 18
    assert [point["is_complete"] for point in series["points"]] == [True] * length + [False]
    starts = [datetime.fromisoformat(point["start"]) for point in series["points"]]
    assert {later - earlier for earlier, later in pairwise(starts)} == {(starts[1] - starts[0])}
    if bucket == "week":
        assert {start.weekday() for start in starts} == {0}


async def test_a_series_may_begin_in_another_zone_and_means_the_same(api: httpx.AsyncClient, pool: Pool) -> None:
    await tell(pool, [LOGIN], met(LOGIN, 5))
    path = f"/v1/signals/{LOGIN.signal_id}/series"
    there = await api.get(path, params={"since": "2025-11-01T05:00:00+05:00"})
    here = await api.get(path, params={"since": "2025-11-01T00:00:00Z"})
    assert there.json() == here.json()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"bucket": "hour", "since": "2025-01-01T00:00:00Z"}, "at most 1,000 points"),
        ({"bucket": "week", "since": "2000-01-01T00:00:00Z"}, "at most 1,000 points"),
        ({"since": "2025-11-24T09:30:00Z"}, "before until"),
        ({"bucket": "month"}, "'hour', 'day' or 'week'"),
    ],
)
async def test_a_series_without_bounds_is_refused_with_the_limit(
    api: httpx.AsyncClient, pool: Pool, asked: dict[str, str], said: str
) -> None:
    await tell(pool, [LOGIN], met(LOGIN, 3))
    answer = await api.get(f"/v1/signals/{LOGIN.signal_id}/series", params=asked)
    assert answer.status_code == 422
    assert said in answer.json()["invalid_params"][0]["reason"]


@pytest.mark.parametrize("below", ["", "/contacts", "/series"])
@pytest.mark.parametrize("signal_id", [FOREIGN.signal_id, an_id("nobody's")])
async def test_what_is_foreign_is_as_unknown_as_what_is_not_there(
    api: httpx.AsyncClient, pool: Pool, below: str, signal_id: object
) -> None:
    await tell(pool, [FOREIGN], met(FOREIGN, 3))
    answer = await api.get(f"/v1/signals/{signal_id}{below}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_an_id_that_is_none_is_refused_by_name(api: httpx.AsyncClient) -> None:
    answer = await api.get("/v1/signals/first")
    assert answer.status_code == 422
    assert answer.json()["invalid_params"][0]["name"] == "signal_id"


async def test_what_grows_is_escalating_and_what_is_young_is_new(api: httpx.AsyncClient, pool: Pool) -> None:
    old, young = Signal("Old and growing"), Signal("Young")
    before = [
        contact for week in range(1, 6) for contact in met(old, 3, at=NOW - timedelta(weeks=week, hours=30), name=f"w{week}-")
    ]
    await tell(
        pool, [old, young], [*before, *met(old, 30, at=NOW - timedelta(hours=1)), *met(young, 5, at=NOW - timedelta(days=2))]
    )
    assert await titles(api, trend="escalating") == ["Old and growing"]
    assert await titles(api, trend="new") == ["Young"]
