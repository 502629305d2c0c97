"""`GET /v1/repeats`: failures, and what only looks like one."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from services.insights.store.connection import Pool
from tests.insights.api.conftest import NOW, House
from tests.insights.api.fixing import change, prove, tell
from tests.insights.api.world import Contact, Signal

DAY = timedelta(days=1)
FIXED = NOW - 20 * DAY
BEGAN = NOW - 60 * DAY

LOGIN = Signal("Cannot log in", opened_at=BEGAN)
REFUND = Signal("Refund takes weeks", opened_at=BEGAN)
CHARGED = Signal("Charged twice", opened_at=BEGAN)
EXPORT = Signal("Export is empty", opened_at=BEGAN)
SIGNALS = [LOGIN, REFUND, CHARGED, EXPORT]


def met(signal: Signal, name: str, days: float, **more: Any) -> Contact:
    """A contact so many days after the fix."""
    return Contact(name, f"{signal.title}.", FIXED + days * DAY, signal=signal, **more)


def known(signal: Signal) -> list[Contact]:
    """Three customers who make it a signal, long before the fix."""
    return [met(signal, f"{signal.title}/{n}", -30 - n, version="1.0") for n in range(3)]


TRUE = [
    # 1: came back in the version that has the fix: two meetings, three contacts
    met(LOGIN, "has the fix", 3, version="2.0", thread_id="t1", person="customer who comes back"),
    met(LOGIN, "has the fix still", 4, version="2.0", thread_id="t1", person="customer who comes back"),
    met(LOGIN, "has a later one", 9, version="2.1"),
    # 2: came back without a version, once the roll-out was over
    met(CHARGED, "says no version", 8),
    # 3: answered as solved, met again
    met(REFUND, "was answered", -10, person="customer of two refunds", resolution="won", ended_at=FIXED - 8 * DAY),
    met(REFUND, "meets it again", -2, person="customer of two refunds"),
]

DECOYS = [
    # late contacts: they arrive now and occurred before the fix
    [met(EXPORT, "arrives now", -1, version="2.0", latency=15 * DAY)],
    # an old ticket that goes on after the fix
    [
        met(EXPORT, "old ticket", -3, version="2.0", thread_id="t2", person="customer of one ticket"),
        met(EXPORT, "old ticket goes on", 5, version="2.0", thread_id="t2", person="customer of one ticket"),
    ],
    # an old version, whenever it is
    [met(EXPORT, "old version", 18, version="1.9")],
    # no version during the roll-out
    [met(EXPORT, "during the roll-out", 6)],
    # another segment: a product that was not fixed
    [met(EXPORT, "another product", 15, product="Web", version="9.0")],
    # another segment: the same customer, another product, after an answer
    [
        met(REFUND, "answered in one product", -12, product="App", person="customer of two products", resolution="won"),
        met(REFUND, "asks about another", 2, product="Web", person="customer of two products"),
    ],
    # a signal that was merged away, with a fix of its own
    [met(Signal("Log-in fails", opened_at=BEGAN), "merged away", 2, version="2.0")],
    # twice before anybody answered, and once after an answer that did not solve it
    [
        met(REFUND, "asks", -12, person="customer who asks twice", resolution="won", ended_at=FIXED - 5 * DAY),
        met(REFUND, "asks again meanwhile", -11, person="customer who asks twice"),
        met(REFUND, "lost", -12, person="customer who was lost", resolution="lost", ended_at=FIXED - 11 * DAY),
        met(REFUND, "comes back unsolved", -2, person="customer who was lost"),
    ],
]


async def fix_all(writer: httpx.AsyncClient, house: House, *signals: Signal) -> None:
    house.watch.now = FIXED + timedelta(minutes=1)
    for signal in signals:
        product = "App" if signal == EXPORT else None
        await change(writer, signal, status="fix_shipped", at=FIXED.isoformat(), version="2.0", product=product)
    house.watch.now = NOW


async def repeats(api: httpx.AsyncClient, **asked: str) -> list[dict[str, Any]]:
    answer = await api.get("/v1/repeats", params=asked)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["repeats"]
    return found


async def history(writer: httpx.AsyncClient, pool: Pool, house: House, contacts: Iterable[Contact]) -> None:
    """Four signals, all but one with a fix; what was said about a signal that was merged away is said about the other."""
    merged = Signal("Log-in fails", opened_at=BEGAN)
    await tell(pool, [*SIGNALS, merged], *(contact for signal in SIGNALS for contact in known(signal)), *contacts)
    await fix_all(writer, house, LOGIN, CHARGED, EXPORT, merged)
    await pool.execute("UPDATE signals SET merged_into = $1 WHERE signal_id = $2", REFUND.signal_id, merged.signal_id)
    await pool.execute("UPDATE frictions SET signal_id = $1 WHERE signal_id = $2", REFUND.signal_id, merged.signal_id)
    await tell(pool, [])
    await prove(pool, NOW)


async def test_three_repeats_among_eight_decoys_are_found_and_nothing_else(
    writer: httpx.AsyncClient, pool: Pool, house: House
) -> None:
    assert len(DECOYS) == 8
    await history(writer, pool, house, [*TRUE, *(contact for decoy in DECOYS for contact in decoy)])

    login, charged, refund = await repeats(writer)

    assert (login["title"], login["after"], login["fixed_version"]) == (LOGIN.title, "fix", "2.0")
    assert (login["meetings"], login["contacts"], login["customers"], login["customers_again"]) == (2, 3, 2, 0)
    assert (login["days_until"], login["days_since"]) == (3, 20)
    assert login["evidence"] == [str(TRUE[2].contact_id), str(TRUE[0].contact_id)]
    assert (charged["title"], charged["after"], charged["evidence"]) == (CHARGED.title, "fix", [str(TRUE[3].contact_id)])
    assert (refund["title"], refund["after"], refund["fix_id"]) == (REFUND.title, "answer", None)
    assert (refund["answered"], refund["customer"]) == (str(TRUE[4].contact_id), "customer of two refunds")
    assert (refund["days_until"], refund["evidence"]) == (6, [str(TRUE[5].contact_id)])


async def test_without_the_true_ones_the_ledger_is_empty(writer: httpx.AsyncClient, pool: Pool, house: House) -> None:
    await history(writer, pool, house, [contact for decoy in DECOYS for contact in decoy])

    assert await repeats(writer) == []


async def test_who_was_answered_and_met_it_again_after_the_fix_is_told_once(
    writer: httpx.AsyncClient, pool: Pool, house: House
) -> None:
    said = [
        met(LOGIN, "answered", -10, person="customer of both", resolution="won"),
        met(LOGIN, "again", 3, person="customer of both", version="2.0"),
    ]
    await tell(pool, [LOGIN], *known(LOGIN), *said)
    await fix_all(writer, house, LOGIN)
    await prove(pool, NOW)

    (repeat,) = await repeats(writer)

    assert (repeat["after"], repeat["customers"], repeat["customers_again"]) == ("fix", 1, 1)


async def test_what_no_longer_holds_is_gone_with_the_next_round(writer: httpx.AsyncClient, pool: Pool, house: House) -> None:
    await history(writer, pool, house, TRUE)
    await pool.execute("UPDATE outcomes SET resolution = 'open'")
    await change(writer, LOGIN, status="planned")

    await prove(pool, NOW)

    assert [repeat["title"] for repeat in await repeats(writer)] == [CHARGED.title]


async def test_what_was_erased_is_no_evidence(writer: httpx.AsyncClient, pool: Pool, house: House) -> None:
    await tell(pool, [LOGIN], *known(LOGIN), met(LOGIN, "forgotten", 3, version="2.0", erased_at=NOW))
    await fix_all(writer, house, LOGIN)
    await prove(pool, NOW)

    assert await repeats(writer) == []


async def test_a_part_can_be_asked_for(writer: httpx.AsyncClient, pool: Pool, house: House) -> None:
    await history(writer, pool, house, TRUE)

    assert [repeat["title"] for repeat in await repeats(writer, after="answer")] == [REFUND.title]
    assert [repeat["title"] for repeat in await repeats(writer, signal_id=str(LOGIN.signal_id))] == [LOGIN.title]
    assert await repeats(writer, after="answer", signal_id=str(LOGIN.signal_id)) == []


async def test_turning_pages_visits_every_repeat_once(writer: httpx.AsyncClient, pool: Pool, house: House) -> None:
    await history(writer, pool, house, TRUE)

    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = (await writer.get("/v1/repeats", params={"limit": "1"} | ({"cursor": cursor} if cursor else {}))).json()
        assert page["total"] == 3
        seen += [repeat["title"] for repeat in page["repeats"]]
        cursor = page["next_cursor"]

    assert seen == [LOGIN.title, CHARGED.title, REFUND.title]


@pytest.mark.parametrize("asked", [{"after": "rain"}, {"signal_id": "x"}, {"limit": "201"}, {"cursor": "x"}, {"plan": "Pro"}])
async def test_a_question_that_does_not_fit_is_refused_by_name(api: httpx.AsyncClient, asked: dict[str, str]) -> None:
    answer = await api.get("/v1/repeats", params=asked)

    assert answer.status_code == 422
    assert [wrong["name"] for wrong in answer.json()["invalid_params"]] == list(asked)
