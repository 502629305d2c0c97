"""`GET /v1/summary`: wins, frictions, satisfaction, top signals."""

from collections import Counter
from datetime import timedelta
from itertools import cycle

import httpx
import pytest

from services.insights.rules.satisfaction import Verdict, satisfaction
from services.insights.store.connection import Pool
from tests.insights.api.conftest import NOW
from tests.insights.api.world import Contact, Signal, write

LATE = Signal("Parcel late")


async def test_wins_stand_beside_frictions(api: httpx.AsyncClient, pool: Pool) -> None:
    kinds = cycle(["friction", "friction", "praise", "idea", "misfit", "noise"])
    contacts = [
        Contact(
            f"c{n}",
            "Words.",
            NOW - timedelta(days=n % 20),
            disposition=next(kinds),
            signal=LATE,
            resolution=["won", "lost", "open", None][n % 4],
        )
        for n in range(60)
    ]
    async with pool.acquire() as connection:
        await write(connection, [LATE], contacts)

    summary = (await api.get("/v1/summary")).json()

    counted = Counter(contact.disposition for contact in contacts)
    assert {row["disposition"]: row["contacts"] for row in summary["dispositions"]} == counted
    assert summary["contacts"] == 60
    # Five of those who praise were won too: a contact is one win.
    assert summary["wins"] == {"total": 20, "praise": 10, "won": 10, "verified": 0}
    assert summary["frictions"] == {"contacts": 20, "frictions": 20, "lost": 15}
    assert [signal["title"] for signal in summary["top_signals"]] == [LATE.title]


async def test_satisfaction_is_the_share_of_fours_and_fives_with_its_interval(api: httpx.AsyncClient, pool: Pool) -> None:
    contacts = [
        Contact(f"c{n}", "Words.", NOW - timedelta(days=2), csat=csat)
        for n, csat in enumerate([5] * 50 + [4] * 35 + [3] * 5 + [1] * 10)
    ]
    async with pool.acquire() as connection:
        await write(connection, [], [*contacts, Contact("silent", "Words.", NOW - timedelta(days=2), resolution="won")])

    summary = (await api.get("/v1/summary")).json()

    found = summary["satisfaction"]
    assert (found["share"], found["answers"], found["verdict"]) == (0.85, 100, "within")
    assert (found["low"], found["high"]) == (pytest.approx(0.7672, abs=1e-4), pytest.approx(0.9069, abs=1e-4))
    assert summary["satisfaction_aim"] == [0.8, 0.9]


async def test_days_outside_the_stretch_are_left_out(api: httpx.AsyncClient, pool: Pool) -> None:
    contacts = [Contact(f"c{n}", "Words.", NOW - timedelta(days=n), csat=5) for n in range(40)]
    async with pool.acquire() as connection:
        await write(connection, [], contacts)

    usual = (await api.get("/v1/summary")).json()
    chosen = (await api.get("/v1/summary", params={"since": "2025-11-10T00:00:00Z", "until": "2025-11-12T23:00:00Z"})).json()

    assert (usual["contacts"], usual["since"], usual["until"]) == (28, "2025-10-28T00:00:00Z", "2025-11-25T00:00:00Z")
    assert (chosen["contacts"], chosen["satisfaction"]["answers"]) == (3, 3)


async def test_an_empty_tenant_has_an_empty_summary(api: httpx.AsyncClient) -> None:
    summary = (await api.get("/v1/summary")).json()
    assert (summary["contacts"], summary["satisfaction"], summary["top_signals"]) == (0, None, [])


@pytest.mark.parametrize(
    ("asked", "name", "said"),
    [
        ({"since": "2025-11-24T00:00:00Z", "until": "2025-11-20T00:00:00Z"}, "since", "before until"),
        ({"since": "2020-01-01T00:00:00Z"}, "since", "at most 731 days"),
        ({"since": "yesterday"}, "since", ""),
        ({"days": "7"}, "days", "unknown"),
    ],
)
async def test_days_that_do_not_fit_are_refused(api: httpx.AsyncClient, asked: dict[str, str], name: str, said: str) -> None:
    answer = await api.get("/v1/summary", params=asked)
    assert answer.status_code == 422
    (wrong,) = answer.json()["invalid_params"]
    assert wrong["name"] == name
    assert said in wrong["reason"]


@pytest.mark.parametrize(
    ("satisfied", "verdict"), [(79, Verdict.BELOW), (80, Verdict.WITHIN), (90, Verdict.WITHIN), (91, Verdict.ABOVE)]
)
def test_both_edges_of_the_aim_belong_to_it(satisfied: int, verdict: Verdict) -> None:
    found = satisfaction(satisfied=satisfied, answers=100)
    assert found is not None
    assert found.verdict is verdict


@pytest.mark.parametrize(("satisfied", "answers"), [(0, 1), (1, 1), (3, 3), (0, 1000), (1000, 1000)])
def test_the_interval_stays_between_0_and_1_and_holds_the_share(satisfied: int, answers: int) -> None:
    found = satisfaction(satisfied=satisfied, answers=answers)
    assert found is not None
    assert 0 <= found.low <= found.share <= found.high <= 1


def test_nobody_who_answered_is_no_satisfaction() -> None:
    assert satisfaction(satisfied=0, answers=0) is None
