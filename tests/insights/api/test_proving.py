"""The job that judges fixes, on the contacts that are counted."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import httpx
import pytest

from services.insights.correcting.merging import merge
from services.insights.proving import Proved, Proving
from services.insights.rules.comparison import Told
from services.insights.store import changes, exposure, locks
from services.insights.store.connection import Pool, transaction
from shared.events import Change, SignalChanged
from tests.insights.api.conftest import House
from tests.insights.api.fixing import PATIENCE, change, daily, prove, said, status, tell
from tests.insights.api.world import Contact, Signal

DAY = timedelta(days=1)
FIXED = datetime(2025, 11, 3, 10, tzinfo=UTC)
BEGAN = datetime(2025, 10, 6, tzinfo=UTC)
"""Four weeks before the day of the fix."""

AFTER = datetime(2025, 11, 4, tzinfo=UTC)
SEEN = AFTER + 10 * DAY + timedelta(hours=13)
"""Ten whole days after it."""

LOGIN = Signal("Cannot log in", opened_at=BEGAN)
REFUND = Signal("Refund takes weeks", opened_at=BEGAN)


def around(signal: Signal | None, before: int, after: int, **more: Any) -> list[Contact]:
    """So many contacts a day before the fix, so many after it."""
    return [*daily(signal, before, since=BEGAN, days=28, **more), *daily(signal, after, since=AFTER, days=10, **more)]


@pytest.fixture
def others() -> list[Contact]:
    """What else comes, every day alike."""
    return daily(None, 20, since=BEGAN, days=39)


async def ship(writer: httpx.AsyncClient, house: House, signal: Signal = LOGIN, **more: object) -> None:
    house.watch.now = FIXED + timedelta(minutes=1)
    await change(writer, signal, status="fix_shipped", at=FIXED.isoformat(), **more)
    house.watch.now = SEEN


async def proof(api: httpx.AsyncClient, signal: Signal = LOGIN) -> dict[str, Any]:
    found: dict[str, Any] = (await api.get(f"/v1/signals/{signal.signal_id}")).json()["fix"]["proof"]
    return found


async def test_a_fix_after_which_the_rate_falls_is_verified(
    writer: httpx.AsyncClient, pool: Pool, house: House, others: list[Contact]
) -> None:
    await tell(pool, [LOGIN], *others, *around(LOGIN, 5, 1))
    await ship(writer, house)

    assert (await prove(pool, SEEN)).statuses == 1
    assert (await prove(pool, SEEN)).statuses == 0

    signal = (await writer.get(f"/v1/signals/{LOGIN.signal_id}")).json()
    found = signal["fix"]["proof"]
    assert (signal["status"], found["verdict"], found["per"], found["needed"]) == ("verified", "verified", "contacts", None)
    assert found["low"] < found["ratio"] < found["high"] < 1
    assert found["ratio"] == pytest.approx(0.2, abs=0.01)
    assert found["before"] == {"since": "2025-10-06", "until": "2025-11-03", "contacts": 140, "days_left_out": 0}
    assert found["after"] == {"since": "2025-11-04", "until": "2025-11-14", "contacts": 10, "days_left_out": 0}
    assert (signal["history"][-1]["actor"], signal["history"][-1]["after"]) == ("proof", "verified")
    assert SignalChanged.model_validate_json((await said(pool, "signals.changed"))[-1]).status == "verified"


async def test_a_fix_after_which_it_goes_on_is_not_working(
    writer: httpx.AsyncClient, pool: Pool, house: House, others: list[Contact]
) -> None:
    await tell(pool, [LOGIN], *others, *around(LOGIN, 10, 16))
    await ship(writer, house)

    await prove(pool, SEEN)

    assert await status(pool, LOGIN) == "not_working"


async def test_too_little_is_not_enough_with_what_it_needs(
    writer: httpx.AsyncClient, pool: Pool, house: House, others: list[Contact]
) -> None:
    await tell(pool, [LOGIN], *others, *around(LOGIN, 3, 2))
    await ship(writer, house)

    await prove(pool, SEEN)

    assert await status(pool, LOGIN) == "fix_shipped"
    found = await proof(writer)
    assert (found["verdict"], found["ratio"]) == ("not_enough_data", pytest.approx(2 / 3, abs=0.01))
    assert found["needed"]["days"] > 0
    assert found["needed"]["contacts"] == 2 * found["needed"]["days"]


async def test_more_customers_are_no_worse_a_fix(
    writer: httpx.AsyncClient, pool: Pool, house: House, others: list[Contact]
) -> None:
    await tell(pool, [LOGIN], *others, *around(LOGIN, 5, 5))
    await ship(writer, house)
    days = [BEGAN.date() + number * DAY for number in range(39)]
    async with transaction(pool) as connection:
        told = [Told(day, "", "", 100 if day <= FIXED.date() else 500) for day in days]
        await exposure.put(connection, "acme", told)

    await prove(pool, SEEN)

    assert await status(pool, LOGIN) == "verified"
    found = await proof(writer)
    assert (found["per"], found["ratio"]) == ("customers", pytest.approx(0.2, abs=0.01))


async def test_customers_that_are_not_told_of_every_day_are_left_out(
    writer: httpx.AsyncClient, pool: Pool, house: House, others: list[Contact]
) -> None:
    await tell(pool, [LOGIN], *others, *around(LOGIN, 5, 5))
    await ship(writer, house)
    async with transaction(pool) as connection:
        await exposure.put(connection, "acme", [Told(BEGAN.date() + number * DAY, "", "", 100) for number in range(38)])
        assert (await proof(writer))["per"] == "contacts"
        await exposure.put(connection, "acme", [Told(BEGAN.date() + 38 * DAY, "", "", 100)])
    assert (await proof(writer))["per"] == "customers"


async def test_a_signal_with_a_fix_of_its_own_does_not_move_the_denominator(
    writer: httpx.AsyncClient, pool: Pool, house: House, others: list[Contact]
) -> None:
    await tell(pool, [LOGIN, REFUND], *others, *around(LOGIN, 5, 5), *around(REFUND, 20, 2))
    await ship(writer, house)
    assert (await proof(writer))["ratio"] > 1.5

    await ship(writer, house, REFUND)

    assert (await proof(writer))["ratio"] == pytest.approx(1.0, abs=0.05)


async def test_a_signal_with_a_fix_that_was_merged_twice_over_does_not_move_the_denominator(
    writer: httpx.AsyncClient, pool: Pool, house: House, others: list[Contact]
) -> None:
    heirs = [Signal("Money is late", opened_at=BEGAN), Signal("Waiting", opened_at=BEGAN)]
    await tell(pool, [LOGIN, REFUND, *heirs], *others, *around(LOGIN, 5, 5), *around(REFUND, 20, 2))
    await pool.execute("UPDATE frictions SET caught_by = signal_id")
    await ship(writer, house)
    await ship(writer, house, REFUND)
    for source, into in pairwise([REFUND, *heirs]):
        async with transaction(pool) as connection:
            await merge(connection, "acme", [source.signal_id], into=into.signal_id, actor="key:ann", now=SEEN)

    assert (await proof(writer))["ratio"] == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize("signals", [[LOGIN], [LOGIN, REFUND]])
async def test_a_wave_of_something_else_does_not_make_a_fix_look_better(
    writer: httpx.AsyncClient, pool: Pool, house: House, others: list[Contact], signals: list[Signal]
) -> None:
    about = REFUND if REFUND in signals else None
    wave = daily(about, 15, since=AFTER + timedelta(minutes=1), days=8, name="wave")
    await tell(pool, signals, *others, *around(LOGIN, 5, 5), *wave)
    await ship(writer, house)

    found = await proof(writer)

    assert found["ratio"] == pytest.approx(1.0, abs=0.05)
    assert found["after"]["days_left_out"] == 8


async def test_a_signal_that_escalated_does_not_move_the_denominator(
    writer: httpx.AsyncClient, pool: Pool, house: House, others: list[Contact]
) -> None:
    await tell(pool, [LOGIN, REFUND], *others, *around(LOGIN, 5, 5), *daily(REFUND, 5, since=AFTER, days=10))
    await ship(writer, house)
    assert (await proof(writer))["ratio"] == pytest.approx(0.8, abs=0.03)

    async with transaction(pool) as connection:
        await changes.record(connection, "acme", REFUND.signal_id, Change.ESCALATED, actor="following", at=AFTER + 2 * DAY)

    assert (await proof(writer))["ratio"] == pytest.approx(1.0, abs=0.05)


async def test_the_fix_of_one_product_is_judged_by_its_contacts(writer: httpx.AsyncClient, pool: Pool, house: House) -> None:
    await tell(
        pool,
        [LOGIN],
        *daily(None, 20, since=BEGAN, days=39, product="App"),
        *around(LOGIN, 5, 1, product="App"),
        *around(LOGIN, 5, 5, product="Web", name="web"),
    )
    await ship(writer, house, product="App")

    await prove(pool, SEEN)

    assert await status(pool, LOGIN) == "verified"
    assert (await proof(writer))["after"]["contacts"] == 10


async def test_what_an_earlier_fix_did_is_not_taken_for_the_later_ones(
    writer: httpx.AsyncClient, pool: Pool, house: House, others: list[Contact]
) -> None:
    await tell(
        pool,
        [LOGIN],
        *others,
        *daily(LOGIN, 20, since=BEGAN, days=14),
        *daily(LOGIN, 3, since=BEGAN + 14 * DAY, days=25),
    )
    house.watch.now = BEGAN + 14 * DAY
    await change(writer, LOGIN, status="fix_shipped")
    await change(writer, LOGIN, status="not_working")
    await ship(writer, house)

    found = await proof(writer)

    assert found["before"]["since"] == "2025-10-21"
    assert found["ratio"] == pytest.approx(1.0, abs=0.05)


async def test_contacts_that_come_late_take_a_verdict_back(
    writer: httpx.AsyncClient, pool: Pool, house: House, others: list[Contact]
) -> None:
    await tell(pool, [LOGIN], *others, *around(LOGIN, 5, 1))
    await ship(writer, house)
    await prove(pool, SEEN)
    late = daily(LOGIN, 4, since=AFTER + timedelta(hours=6), days=10, name="late")
    await tell(pool, [], *late)

    await prove(pool, SEEN + timedelta(minutes=1))

    assert await status(pool, LOGIN) == "fix_shipped"
    assert [entry["after"] for entry in (await writer.get(f"/v1/signals/{LOGIN.signal_id}")).json()["history"][1:]] == [
        "fix_shipped",
        "verified",
        "fix_shipped",
    ]


async def test_what_a_person_said_of_a_fix_stays(
    writer: httpx.AsyncClient, pool: Pool, house: House, others: list[Contact]
) -> None:
    await tell(pool, [LOGIN], *others, *around(LOGIN, 10, 16))
    await ship(writer, house)
    await change(writer, LOGIN, status="verified")

    assert (await prove(pool, SEEN)).statuses == 0

    assert await status(pool, LOGIN) == "verified"


@pytest.mark.parametrize(("people", "after"), [(2, "verified"), (3, "recurred")])
async def test_a_verified_fix_recurs_once_as_many_customers_met_it_as_make_a_signal(
    writer: httpx.AsyncClient, pool: Pool, house: House, people: int, after: str
) -> None:
    await tell(pool, [LOGIN], *daily(None, 20, since=BEGAN, days=39), *around(LOGIN, 5, 0))
    await ship(writer, house, version="2.0")
    await prove(pool, SEEN)
    again = [
        Contact(
            f"again{n}",
            "Still.",
            SEEN + timedelta(hours=n + 1),
            signal=LOGIN,
            person=f"pseudonym of number {n % people}",
            version="2.1",
        )
        for n in range(6)
    ]
    await tell(pool, [], *again)

    await prove(pool, SEEN + DAY)
    await prove(pool, SEEN + DAY)

    assert await status(pool, LOGIN) == after
    told = [SignalChanged.model_validate_json(value).change.value for value in await said(pool, "signals.changed")]
    assert told.count("recurred") == (after == "recurred")


async def test_late_contacts_and_old_versions_never_make_it_recur(
    writer: httpx.AsyncClient, pool: Pool, house: House, others: list[Contact]
) -> None:
    await tell(pool, [LOGIN], *others, *around(LOGIN, 5, 0))
    await ship(writer, house, version="2.0")
    await prove(pool, SEEN)
    decoys = [
        *(Contact(f"arrived late {n}", "It.", FIXED - n * DAY, signal=LOGIN, version="2.0") for n in range(4)),
        *(Contact(f"old version {n}", "It.", SEEN + timedelta(hours=n), signal=LOGIN, version="1.9") for n in range(4)),
        *(Contact(f"weighed by proof {n}", "It.", SEEN - timedelta(hours=n + 1), signal=LOGIN, version="2.0") for n in range(4)),
    ]
    await tell(pool, [], *decoys)

    await prove(pool, SEEN + DAY)

    assert await status(pool, LOGIN) == "verified"


async def test_a_signal_that_was_set_aside_or_merged_away_is_not_judged(
    writer: httpx.AsyncClient, pool: Pool, house: House, others: list[Contact]
) -> None:
    await tell(pool, [LOGIN, REFUND], *others, *around(LOGIN, 5, 1), *around(REFUND, 5, 1))
    await ship(writer, house)
    await ship(writer, house, REFUND)
    await pool.execute("UPDATE signals SET merged_into = $1 WHERE signal_id = $2", REFUND.signal_id, LOGIN.signal_id)
    await change(writer, REFUND, status="set_aside")

    assert (await prove(pool, SEEN)).statuses == 0


async def test_one_process_at_a_time_proves(pool: Pool) -> None:
    async with locks.leading(pool, "proving") as is_leader:
        assert is_leader
        assert await Proving(pool, patience=PATIENCE, clock=lambda: SEEN).run_once() is None


async def test_without_fixes_there_is_nothing_to_prove(pool: Pool) -> None:
    await tell(pool, [LOGIN], *around(LOGIN, 1, 1))

    assert await prove(pool, SEEN) == Proved(statuses=0, repeats=0, loops=0)
