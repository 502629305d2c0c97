"""What customers are worth counts for the signals they met: the latest value of each, always as a recount has it."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.insights.store.connection import Pool
from services.insights.store.recount import recount
from shared.events import ContactTriaged, Disposition
from tests.insights.saying import NOW, Desk, contact, friction, rows
from tests.insights.test_counting import SIGNAL, signal
from tests.insights.test_people import forgotten

WORTH = "SELECT signal_id, annual_value, customers FROM signal_values ORDER BY annual_value"
FIRST, SECOND = signal(0)[0], signal(1)[0]


@pytest.fixture
async def desk(pool: Pool) -> Desk:
    for number in range(2):
        await pool.execute(SIGNAL, *signal(number))
    return await Desk(pool).open()


def valued(
    name: str, value: float | None, *topics: int, customer: str | None = "ann", days: int = 0, **more: object
) -> ContactTriaged:
    """A contact that names what its customer is worth, about some topics."""
    said = contact(
        name,
        *(friction(number) for number in topics),
        customer=customer,
        occurred_at=NOW + timedelta(days=days),
        disposition=Disposition.FRICTION if topics else Disposition.PRAISE,
        **more,  # type: ignore[arg-type]
    )
    frictions = said.frictions if topics else ()
    return said.model_copy(update={"contact": said.contact.model_copy(update={"annual_value": value}), "frictions": frictions})


async def test_a_signal_is_worth_what_its_customers_are_each_once(desk: Desk, pool: Pool) -> None:
    await desk.count(valued("a", 1000, 0), valued("b", 1000, 0, 1, days=3), valued("c", 500.4, 0, customer="bob"))
    await desk.count(valued("d", None, 0, customer="eve"), valued("e", 9000, 0, customer=None))
    assert await rows(pool, WORTH) == [(SECOND, 1000, 1), (FIRST, 1500, 2)]
    assert await recount(pool) == []


async def test_the_latest_value_of_a_customer_counts_whatever_comes_first(desk: Desk, pool: Pool) -> None:
    await desk.count(valued("new", 300, 0, days=5))
    await desk.count(valued("old", 100, 1, days=1))
    assert sorted(await rows(pool, WORTH)) == sorted([(FIRST, 300, 1), (SECOND, 300, 1)])
    await desk.count(valued("praise", 700, days=9))
    assert {row[1] for row in await rows(pool, WORTH)} == {700}
    assert await recount(pool) == []


async def test_a_value_that_is_corrected_counts_instead(desk: Desk, pool: Pool) -> None:
    await desk.count(valued("a", 100, 0))
    await desk.count(valued("a", 40, 0, revision=2))
    assert await rows(pool, WORTH) == [(FIRST, 40, 1)]
    await desk.count(valued("a", None, 0, revision=3))
    assert await rows(pool, WORTH) == []
    assert await recount(pool) == []


async def test_a_customer_under_a_new_key_is_worth_the_same(desk: Desk, pool: Pool) -> None:
    await desk.count(valued("a", 100, 0, customer="old"))
    await desk.count(valued("b", None, 0, customer="new", previous="old"))
    assert await rows(pool, WORTH) == [(FIRST, 100, 1)]
    assert await recount(pool) == []


async def test_what_a_forgotten_customer_was_worth_is_forgotten(desk: Desk, pool: Pool) -> None:
    await desk.count(valued("a", 123456, 0), valued("b", 10, 0, customer="bob"))
    await desk.count(forgotten=(forgotten("ann"),))
    await desk.count(valued("late", 123456, 0))
    assert await rows(pool, WORTH) == [(FIRST, 10, 1)]
    for table in ("contacts", "customer_values"):
        assert "123456" not in str(await pool.fetch(f"SELECT * FROM {table}"))
    assert await recount(pool) == []


TELLINGS = st.lists(
    st.tuples(
        st.sampled_from("abcd"),  # contact
        st.sampled_from(["ann", "bob", None]),
        st.sampled_from([None, 0, 10, 200.6]),
        st.sets(st.integers(0, 2), max_size=2),  # topics; the last has no signal
        st.integers(0, 40),  # day
        st.booleans(),  # whether a batch ends here
    ),
    max_size=10,
)


@given(TELLINGS)
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_whatever_is_told_values_equal_a_recount(
    pool: Pool, tellings: list[tuple[str, str | None, float | None, set[int], int, bool]]
) -> None:
    await pool.execute(
        "TRUNCATE stream_offsets, contact_keys, contacts, frictions, signals, signal_hours, signal_customers, contact_days, conflicts, "
        "customer_values, signal_values"
    )
    for number in range(2):
        await pool.execute(SIGNAL, *signal(number))
    desk = await Desk(pool).open()
    batch = []
    for revision, (name, customer, value, topics, day, ends) in enumerate(tellings, 1):
        batch.append(valued(name, value, *sorted(topics), customer=customer, days=day, revision=revision))
        if ends:
            await desk.count(*batch)
            batch = []
    await desk.count(*batch)
    assert await recount(pool) == []
