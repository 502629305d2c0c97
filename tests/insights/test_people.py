"""Nobody is counted twice while a key rotates, and nobody who was forgotten can be found again."""

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.insights.rules.people import current, renames
from services.insights.store.connection import Pool
from services.insights.store.recount import recount
from shared.events import CustomerForgotten
from tests.insights.saying import NOW, Desk, contact, pseudonym, rows
from tests.insights.test_counting import SIGNAL, signal

ERASURE = UUID("0e5a5e00-0000-4000-8000-000000000001")


@pytest.fixture
async def desk(pool: Pool) -> Desk:
    await pool.execute(SIGNAL, *signal(0))
    return await Desk(pool).open()


def forgotten(*names: str, minutes: int = 60) -> CustomerForgotten:
    return CustomerForgotten(
        tenant="acme",
        erasure_id=ERASURE,
        customers=tuple(pseudonym(name) for name in names),
        requested_at=NOW + timedelta(minutes=minutes),
    )


async def people(pool: Pool) -> int:
    """Who is counted under the one signal."""
    return int(await pool.fetchval("SELECT count(DISTINCT person) FROM signal_customers"))


async def test_a_customer_under_a_new_key_is_the_same_customer(desk: Desk, pool: Pool) -> None:
    await desk.count(contact("a", customer="old"), contact("b", customer="other"))
    await desk.count(contact("c", customer="new", previous="old"))
    await desk.count(contact("d", customer="old"), contact("e", customer="new"))
    assert await people(pool) == 2
    assert await rows(pool, "SELECT customer, count(*) FROM contacts GROUP BY customer ORDER BY customer") == [
        (pseudonym("new"), 4),
        (pseudonym("other"), 1),
    ]
    assert await recount(pool) == []


async def test_two_rotations_and_one_back_are_still_one_customer(desk: Desk, pool: Pool) -> None:
    await desk.count(contact("a", customer="one"))
    await desk.count(contact("b", customer="two", previous="one"), contact("c", customer="three", previous="two"))
    await desk.count(contact("d", customer="two", previous="three"), contact("e", customer="one"))
    assert await people(pool) == 1
    assert await recount(pool) == []


async def test_messages_of_one_thread_without_a_customer_are_one_person(desk: Desk, pool: Pool) -> None:
    await desk.count(contact("a", thread_id="t"), contact("b", thread_id="t"), contact("c"))
    assert await people(pool) == 2


async def test_what_a_forgotten_customer_said_is_blank_and_still_counts(desk: Desk, pool: Pool) -> None:
    await desk.count(contact("a", customer="ann"), contact("b", customer="ann"), contact("c", customer="bob"))
    before = await pool.fetch("SELECT hour, contacts, frictions, intensity FROM signal_hours")
    await desk.count(forgotten=(forgotten("ann"),))
    found = await pool.fetch("SELECT * FROM contacts WHERE erased_at IS NOT NULL")
    assert len(found) == 2
    for row in found:
        assert row["text"] == row["fingerprint"] == ""
        assert row["subject"] is row["source"] is row["external_id"] is row["thread_id"] is None
        assert row["attributes"] == "{}"
    assert len({row["customer"] for row in found}) == 1
    assert {row["customer"] for row in found} == {row["person"] for row in found}
    assert await pool.fetchval("SELECT count(*) FROM frictions WHERE embedding IS NOT NULL") == 1
    assert await pool.fetch("SELECT hour, contacts, frictions, intensity FROM signal_hours") == before
    assert await people(pool) == 2
    for table in ("contacts", "contact_keys", "frictions", "signal_customers"):
        assert pseudonym("ann") not in str(await pool.fetch(f"SELECT * FROM {table}"))
    assert await recount(pool) == []


async def test_a_title_that_may_quote_the_forgotten_is_doubted(desk: Desk, pool: Pool) -> None:
    await desk.count(contact("a", customer="ann"))
    await pool.execute("UPDATE signals SET titled_at = now()")
    await desk.count(forgotten=(forgotten("ann"),))
    assert await pool.fetchval("SELECT titled_at FROM signals") is None


async def test_redeliveries_and_new_readings_of_the_forgotten_stay_blank(desk: Desk, pool: Pool) -> None:
    await desk.count(contact("a", customer="ann"))
    await desk.count(forgotten=(forgotten("ann"),))
    await desk.count(contact("a", customer="ann"), contact("a", customer="ann", reading=2), contact("late", customer="ann"))
    await desk.count(contact("a", customer="ann", revision=7))
    assert await rows(pool, "SELECT DISTINCT text FROM contacts") == [("",)]
    assert await pool.fetchval("SELECT sum(contacts) FROM contact_days") == 2
    assert pseudonym("ann") not in str(await pool.fetch("SELECT * FROM contacts"))
    assert await recount(pool) == []


async def test_what_they_say_afterwards_is_theirs_again(desk: Desk, pool: Pool) -> None:
    await desk.count(forgotten=(forgotten("ann"),))
    later = NOW + timedelta(hours=2)
    await desk.count(contact("a", customer="ann", occurred_at=later))
    assert await pool.fetchval("SELECT customer FROM contacts") == pseudonym("ann")


async def test_all_names_of_one_person_are_forgotten_at_once(desk: Desk, pool: Pool) -> None:
    await desk.count(contact("a", customer="old"), contact("b", customer="new", previous="old"))
    await desk.count(contact("c", customer="old"), forgotten=(forgotten("old"),))
    await desk.count(contact("d", customer="new"))
    assert await rows(pool, "SELECT DISTINCT text FROM contacts") == [("",)]
    assert await recount(pool) == []


async def test_a_rebuild_from_the_log_brings_nobody_back(desk: Desk, pool: Pool) -> None:
    """Whichever is read first, what was said or that it is to be forgotten."""
    await desk.count(forgotten=(forgotten("ann"),))
    await desk.count(contact("a", customer="ann"), contact("b", customer="bob"))
    assert await rows(pool, "SELECT text FROM contacts ORDER BY text") == [("",), ("The printer is broken again.",)]
    assert await recount(pool) == []


NAMES = st.sampled_from("abcde")


@given(st.lists(st.tuples(NAMES, NAMES), max_size=12))
def test_whatever_is_renamed_everybody_who_is_linked_ends_under_one_name(pairs: list[tuple[str, str]]) -> None:
    known: dict[str, str] = {}
    for found in renames(pairs, {}):
        known = {alias: found.customer if name == found.alias else name for alias, name in known.items()}
        known[found.alias] = found.customer
    linked = {name: {name} for name in "abcde"}
    for one, other in pairs:
        both = linked[one] | linked[other]
        for name in both:
            linked[name] = both
    for name, others in linked.items():
        assert {current(other, known) for other in others} == {current(name, known)}
