"""`/v1/exposure`: how many customers were active."""

from typing import Any

import httpx
import pytest

from services.insights.store.connection import Pool
from shared.credentials import Scope
from tests.insights.api.conftest import House

PATH = "/v1/exposure"


def row(day: str, customers: int | None, **more: object) -> dict[str, Any]:
    return {"day": day, "customers": customers, **more}


async def put(writer: httpx.AsyncClient, *rows: object) -> dict[str, int]:
    answer = await writer.put(PATH, json={"exposure": rows})
    assert answer.status_code == 200, answer.text
    taken: dict[str, int] = answer.json()
    return taken


async def told(api: httpx.AsyncClient, **asked: str) -> list[tuple[object, ...]]:
    answer = await api.get(PATH, params=asked)
    assert answer.status_code == 200, answer.text
    return [tuple(each.values()) for each in answer.json()["exposure"]]


async def test_what_is_told_replaces_what_was_told_of_the_same(writer: httpx.AsyncClient) -> None:
    rows = [row("2025-11-20", 100), row("2025-11-20", 40, product="App"), row("2025-11-20", 7, product="App", version="5.2")]
    assert await put(writer, *rows) == await put(writer, *rows) == {"told": 3, "taken_back": 0}

    await put(writer, row("2025-11-20", 41, product="App"))

    assert await told(writer) == [
        ("2025-11-20", None, None, 100),
        ("2025-11-20", "App", None, 41),
        ("2025-11-20", "App", "5.2", 7),
    ]


async def test_null_takes_back_what_was_told(writer: httpx.AsyncClient) -> None:
    await put(writer, row("2025-11-20", 100), row("2025-11-21", 0))

    assert await put(writer, row("2025-11-20", None), row("2025-11-19", None)) == {"told": 0, "taken_back": 2}
    assert await told(writer) == [("2025-11-21", None, None, 0)]


async def test_turning_pages_visits_every_row_once(writer: httpx.AsyncClient) -> None:
    await put(writer, *(row(f"2025-11-{day}", day, product=name) for day in range(10, 20) for name in ("A", "B", "C")))

    seen: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        page = (await writer.get(PATH, params={"limit": "7"} | ({"cursor": cursor} if cursor else {}))).json()
        seen += page["exposure"]
        cursor = page["next_cursor"]

    assert [(each["day"], each["product"]) for each in seen] == [
        (f"2025-11-{day}", name) for day in range(10, 20) for name in ("A", "B", "C")
    ]


async def test_a_part_can_be_asked_for(writer: httpx.AsyncClient) -> None:
    await put(writer, *(row(f"2025-11-{day}", day, product=name) for day in (10, 11, 12) for name in ("A", "B")))

    assert await told(writer, since="2025-11-11", until="2025-11-12", product="B") == [("2025-11-11", "B", None, 11)]


@pytest.mark.parametrize(
    ("rows", "name"),
    [
        ([], "exposure"),
        ([row("2025-11-20", 1)] * 1001, "exposure"),
        ([row("2025-11-20", -1)], "exposure.0.customers"),
        ([row("2025-11-20", 10**12 + 1)], "exposure.0.customers"),
        ([row("2025-11-20", 1), row("20.11.2025", 1)], "exposure.1.day"),
        ([row("1999-12-31", 1)], "exposure.0.day"),
        ([row("2025-11-26", 1)], "exposure.0.day"),
        ([{"day": "2025-11-20"}], "exposure.0.customers"),
        ([row("2025-11-20", 1, product="")], "exposure.0.product"),
        ([row("2025-11-20", 1, version="a\x00")], "exposure.0.version"),
        ([row("2025-11-20", 1, plan="Pro")], "exposure.0.plan"),
        ([row("2025-11-20", 1), row("2025-11-20", 2)], "exposure.1"),
    ],
)
async def test_what_does_not_fit_is_refused_by_name_and_nothing_is_kept(
    writer: httpx.AsyncClient, pool: Pool, rows: list[object], name: str
) -> None:
    answer = await writer.put(PATH, json={"exposure": rows})

    assert answer.status_code == 422
    assert [wrong["name"] for wrong in answer.json()["invalid_params"]] == [name]
    assert await pool.fetchval("SELECT count(*) FROM exposure") == 0


@pytest.mark.parametrize("asked", [{"limit": "1001"}, {"since": "yesterday"}, {"plan": "Pro"}, {"cursor": "x"}])
async def test_a_question_that_does_not_fit_is_refused_by_name(api: httpx.AsyncClient, asked: dict[str, str]) -> None:
    answer = await api.get(PATH, params=asked)

    assert answer.status_code == 422
    assert [wrong["name"] for wrong in answer.json()["invalid_params"]] == list(asked)


async def test_telling_needs_a_key_that_may(api: httpx.AsyncClient) -> None:
    assert (await api.put(PATH, json={"exposure": [row("2025-11-20", 1)]})).status_code == 403


async def test_a_tenant_sees_its_own(writer: httpx.AsyncClient, house: House) -> None:
    await put(writer, row("2025-11-20", 1))
    key, _ = house.make_key("globex", Scope.INSIGHTS_READ, Scope.INSIGHTS_WRITE)
    async with house.client() as other:
        other.headers["Authorization"] = f"Bearer {key}"
        await put(other, row("2025-11-20", 2), row("2025-11-20", None, product="App"))
        assert await told(other) == [("2025-11-20", None, None, 2)]

    assert await told(writer) == [("2025-11-20", None, None, 1)]
