"""How contacts ended is counted with them, whichever comes first, and always as a recount has it."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.insights.store.connection import Pool
from services.insights.store.recount import recount
from shared.events import ContactTriaged, Disposition, OutcomeReported, Remedy, Resolution
from tests.insights.saying import NOW, Desk, contact, contact_id, friction, rows
from tests.insights.test_counting import SIGNAL, signal

FIRST = signal(0)[0]
ANSWERS = "SELECT signal_id, answered, timed, seconds FROM signal_answers"
ENDED = "SELECT disposition, outcomes, won, lost, rated, satisfied FROM outcome_days ORDER BY disposition"


TAKEN = (True, False, None)
HELPED = "SELECT remedy_id, offered, taken, taken_won, taken_lost, left_won, left_lost FROM remedy_days ORDER BY remedy_id"


@pytest.fixture
async def desk(pool: Pool) -> Desk:
    await pool.execute(SIGNAL, *signal(0))
    return await Desk(pool).open()


def ended(
    name: str,
    resolution: Resolution = Resolution.WON,
    *,
    minutes: float | None = None,
    csat: int | None = None,
    hours: int = 1,
    taken: bool | None = None,
) -> OutcomeReported:
    at = NOW + timedelta(hours=hours)
    return OutcomeReported(
        tenant="acme",
        contact_id=contact_id(name),
        resolution=resolution,
        csat=csat,
        minutes_spent=minutes,
        remedy_taken=taken,
        occurred_at=at,
        received_at=at,
    )


def offered(said: ContactTriaged, number: int) -> ContactTriaged:
    """With the remedy of that number."""
    remedy = Remedy(remedy_id=UUID(int=number), acknowledgement="I am sorry.", solution="Do this.")
    return said.model_copy(update={"remedy": remedy})


def praise(name: str, **more: object) -> ContactTriaged:
    said = contact(name, disposition=Disposition.PRAISE, **more)  # type: ignore[arg-type]
    return said.model_copy(update={"frictions": ()})


async def test_an_outcome_counts_once_its_contact_is_there_whichever_comes_first(desk: Desk, pool: Pool) -> None:
    await desk.count(contact("before"))
    await desk.count(outcomes=(ended("before", minutes=10, csat=5), ended("after", minutes=2.5, csat=3)))
    assert await rows(pool, ANSWERS) == [(FIRST, 1, 1, 600)]
    await desk.count(contact("after"), contact("never ended"))
    assert await rows(pool, ANSWERS) == [(FIRST, 2, 2, 750)]
    assert await rows(pool, ENDED) == [("friction", 2, 2, 0, 2, 1)]
    assert await recount(pool) == []


async def test_a_contact_and_its_outcome_in_one_portion_are_counted_together(desk: Desk, pool: Pool) -> None:
    await desk.count(contact("a"), praise("b"), outcomes=(ended("a", Resolution.LOST), ended("b", csat=4)))
    assert await rows(pool, ANSWERS) == [(FIRST, 1, 0, 0)]
    assert await rows(pool, ENDED) == [("friction", 1, 0, 1, 0, 0), ("praise", 1, 1, 0, 1, 1)]
    assert await recount(pool) == []


async def test_a_later_report_and_another_reading_are_counted_instead(desk: Desk, pool: Pool) -> None:
    await desk.count(contact("a"), outcomes=(ended("a", Resolution.OPEN, minutes=5),))
    await desk.count(outcomes=(ended("a", minutes=8, hours=30),))
    assert await rows(pool, ANSWERS) == [(FIRST, 1, 1, 480)]
    await desk.count(praise("a", reading=2))
    assert await rows(pool, ANSWERS) == []
    assert await rows(pool, ENDED) == [("praise", 1, 1, 0, 0, 0)]
    assert await recount(pool) == []


async def test_contacts_and_their_outcomes_counted_at_the_same_time_agree_with_a_recount(pool: Pool) -> None:
    await pool.execute(SIGNAL, *signal(0))
    teller, reporter = [await Desk(pool, partition=partition).open() for partition in range(2)]
    for number in range(8):
        names = [f"{number} {each}" for each in range(15)]
        await asyncio.gather(
            teller.count(*(contact(name) for name in names)),
            reporter.count(outcomes=[ended(name, minutes=1) for name in reversed(names)]),
        )
    assert await rows(pool, ANSWERS) == [(FIRST, 120, 120, 7200)]
    assert await recount(pool) == []


async def test_a_remedy_is_measured_by_how_contacts_end_that_were_offered_it(desk: Desk, pool: Pool) -> None:
    await desk.count(outcomes=(ended("before", taken=True),))
    await desk.count(*(offered(contact(name), 1) for name in ("before", "after", "left", "unheard of")), contact("without"))
    await desk.count(outcomes=(ended("after", Resolution.LOST, taken=True), ended("left", taken=False), ended("without")))
    assert await rows(pool, HELPED) == [(UUID(int=1), 4, 2, 1, 1, 1, 0)]
    await desk.count(offered(contact("after", reading=2), 2))
    assert await rows(pool, HELPED) == [(UUID(int=1), 3, 1, 1, 0, 1, 0), (UUID(int=2), 1, 1, 0, 1, 0, 0)]
    assert await recount(pool) == []


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("contact"), st.sampled_from("abc"), st.integers(0, 2), st.booleans()),
        st.tuples(
            st.just("outcome"),
            st.sampled_from("abc"),
            st.sampled_from(
                [(Resolution.OPEN, None, 3.3), (Resolution.WON, 4, None), (Resolution.LOST, 1, 0.01), (Resolution.WON, None, 7)]
            ),
            st.integers(0, 60),
        ),
    ),
    max_size=10,
)


@given(STEPS)
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_whatever_is_told_and_reported_in_whatever_order_equals_a_recount(pool: Pool, steps: list[tuple[Any, ...]]) -> None:
    await pool.execute(
        "TRUNCATE stream_offsets, contact_keys, contacts, frictions, signals, signal_hours, signal_customers, contact_days, conflicts, "
        "outcomes, signal_answers, outcome_days, remedy_days"
    )
    await pool.execute(SIGNAL, *signal(0))
    desk = await Desk(pool).open()
    for revision, step in enumerate(steps, 1):
        match step:
            case ("contact", str(name), int(topic), True):
                await desk.count(praise(name, revision=revision, occurred_at=NOW + timedelta(days=topic)))
            case ("contact", str(name), int(topic), False):
                said = contact(name, friction(topic), friction(0), revision=revision)
                await desk.count(offered(said, topic) if topic else said)
            case ("outcome", str(name), (Resolution() as resolution, csat, minutes), int(hours)):
                await desk.count(
                    outcomes=(ended(name, resolution, csat=csat, minutes=minutes, hours=hours, taken=TAKEN[hours % 3]),)
                )
    assert await recount(pool) == []
