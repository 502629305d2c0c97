"""Each contact is counted exactly once, whatever is told of it, how often, in which order."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.insights.pipeline import Said
from services.insights.store.connection import Pool
from services.insights.store.offsets import Overtaken, Stretch
from services.insights.store.recount import recount
from shared.events import Disposition, OutcomeReported, Resolution
from tests.insights.saying import NOW, Desk, contact, contact_id, friction, pseudonym, rows


@pytest.fixture
async def desk(pool: Pool) -> Desk:
    return await Desk(pool).open()


async def test_a_contact_is_stored_with_everything_that_was_said(desk: Desk, pool: Pool) -> None:
    await desk.count(contact("a", friction(1, intensity=0.25), friction(2), customer="ann"))
    row = await pool.fetchrow("SELECT * FROM contacts")
    assert row is not None
    assert row["text"] == "The printer is broken again."
    assert row["customer"] == row["person"] == pseudonym("ann")
    assert row["attributes"] == '{"colour": "red"}'
    assert (row["disposition"], row["queue"], row["frictions"]) == ("friction", "engineering", 2)
    assert await rows(pool, "SELECT ordinal, intensity, space, vector_dims(embedding) FROM frictions ORDER BY ordinal") == [
        (0, 250, "test/32", 32),
        (1, 500, "test/32", 32),
    ]
    assert await rows(pool, "SELECT product, disposition, contacts, frictions, intensity FROM contact_days") == [
        ("printer", "friction", 1, 2, 750)
    ]
    assert await recount(pool) == []


async def test_a_repeat_changes_nothing(desk: Desk, pool: Pool) -> None:
    await desk.count(contact("a"), contact("a"))
    await desk.count(contact("a"))
    assert await pool.fetchval("SELECT sum(contacts) FROM contact_days") == 1
    assert await pool.fetchval("SELECT count(*) FROM conflicts") == 0


async def test_a_conflict_is_recorded_and_the_first_is_kept(desk: Desk, pool: Pool) -> None:
    await desk.count(contact("a", text="first"), contact("a", text="other", fingerprint="another-fingerprint"))
    await desk.count(contact("a", text="other", fingerprint="another-fingerprint"))
    assert await pool.fetchval("SELECT text FROM contacts") == "first"
    assert await rows(pool, "SELECT contact_id, fingerprint, kept FROM conflicts") == [
        (contact_id("a"), "another-fingerprint", "fingerprint-a-10")
    ]


async def test_a_higher_revision_moves_the_count_to_another_month(desk: Desk, pool: Pool) -> None:
    await desk.count(contact("a", occurred_at=NOW))
    await desk.count(contact("a", revision=2, occurred_at=NOW - timedelta(days=70), disposition=Disposition.PRAISE))
    assert await rows(pool, "SELECT day, disposition, contacts FROM contact_days") == [
        ((NOW - timedelta(days=70)).date(), "praise", 1)
    ]
    assert await pool.fetchval("SELECT count(*) FROM contacts") == 1
    assert await recount(pool) == []


async def test_an_earlier_month_of_the_year_2000_finds_room(desk: Desk, pool: Pool) -> None:
    await desk.count(contact("a", occurred_at=NOW.replace(year=2000, month=1, day=1, hour=0)), contact("b"))
    assert await pool.fetchval("SELECT count(*) FROM contacts") == 2


TELLINGS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c"]),
        st.integers(1, 3),  # revision
        st.integers(1, 3),  # reading
    ),
    min_size=1,
    max_size=12,
)


@given(tellings=TELLINGS, cuts=st.lists(st.integers(1, 5), max_size=12), seed=st.randoms(use_true_random=False))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_the_highest_revision_and_reading_counts_in_any_order(
    pool: Pool, tellings: list[tuple[str, int, int]], cuts: list[int], seed: object
) -> None:
    await empty(pool)
    desk = await Desk(pool).open()
    await pool.execute(SIGNAL, *signal(0))
    await pool.execute(SIGNAL, *signal(1))
    said = [
        contact(
            name,
            *(friction((revision + reading) % 3, intensity=reading / 10) for _ in range(revision)),
            customer=f"customer {revision}",
            revision=revision,
            reading=reading,
            occurred_at=NOW + timedelta(days=20 * revision, hours=reading),
            product=f"product {reading}",
        )
        for name, revision, reading in tellings
    ]
    for cut in [*cuts, len(said)]:
        if said[:cut]:
            await desk.count(*said[:cut])
        said = said[cut:]
    best: dict[str, tuple[int, int]] = {}
    for name, revision, reading in tellings:
        best[name] = max(best.get(name, (0, 0)), (revision, reading))
    found = await pool.fetch("SELECT contact_id, revision, reading FROM contacts")
    assert {row["contact_id"]: (row["revision"], row["reading"]) for row in found} == {
        contact_id(name): telling for name, telling in best.items()
    }
    assert await recount(pool) == []
    assert await pool.fetchval("SELECT count(*) FROM signal_customers WHERE contacts <= 0") == 0


async def test_a_zombie_cannot_count(desk: Desk, pool: Pool) -> None:
    zombie = await Desk(pool).open()
    await desk.count(contact("a"))
    with pytest.raises(Overtaken):
        await zombie.count(contact("b"), contact("c"))
    with pytest.raises(Overtaken):
        await zombie.ledger.count(Said((Stretch(zombie.log, 0, 100),), (contact("b"),)))
    assert await pool.fetchval("SELECT count(*) FROM contacts") == 1
    assert await pool.fetchval("SELECT next_offset FROM stream_offsets") == 1


async def test_a_failure_leaves_nothing_behind(desk: Desk, pool: Pool) -> None:
    await pool.execute("DROP TABLE contact_days")
    with pytest.raises(asyncpg.UndefinedTableError):
        await desk.count(contact("a"))
    assert await pool.fetchval("SELECT count(*) FROM contacts") == 0
    assert await pool.fetchval("SELECT count(*) FROM contact_keys") == 0
    assert await pool.fetchval("SELECT next_offset FROM stream_offsets") == 0


async def test_two_processes_told_of_the_same_contact_count_it_once(pool: Pool) -> None:
    desks = [await Desk(pool, partition=partition).open() for partition in range(4)]
    for number in range(5):
        said = [contact(f"{number} {each}", customer=f"customer {each}") for each in range(20)]
        await asyncio.gather(*(desk.count(*(said if desk.partition % 2 else said[::-1])) for desk in desks))
    assert await pool.fetchval("SELECT sum(contacts) FROM contact_days") == 100
    assert await recount(pool) == []


async def test_an_outcome_may_come_before_its_contact_and_the_latest_counts(desk: Desk, pool: Pool) -> None:
    def outcome(minutes: int, csat: int) -> OutcomeReported:
        at = NOW + timedelta(minutes=minutes)
        return OutcomeReported(
            tenant="acme", contact_id=contact_id("a"), resolution=Resolution.WON, csat=csat, occurred_at=at, received_at=at
        )

    await desk.count(outcomes=(outcome(5, 3), outcome(9, 5), outcome(7, 4)))
    await desk.count(contact("a"), outcomes=(outcome(8, 1),))
    joined = "SELECT csat FROM contacts JOIN outcomes USING (tenant, contact_id)"
    assert await pool.fetchval(joined) == 5


RATED_AND_CLOSED = [
    ("closed after a bad rating", [(Resolution.LOST, 1), (Resolution.WON, None)], ("lost", 1)),
    ("closed after a middling rating", [(Resolution.OPEN, 3), (Resolution.WON, None)], ("open", 3)),
    ("rated again", [(Resolution.LOST, 1), (Resolution.WON, 5)], ("won", 5)),
    ("reopened after a rating", [(Resolution.WON, 5), (Resolution.OPEN, None)], ("open", None)),
    (
        "reopened after a rating, and closed",
        [(Resolution.LOST, 1), (Resolution.OPEN, None), (Resolution.WON, None)],
        ("won", None),
    ),
    ("closed twice after a rating", [(Resolution.LOST, 1), (Resolution.WON, None), (Resolution.WON, None)], ("lost", 1)),
]


@pytest.mark.parametrize(("said", "ended"), [case[1:] for case in RATED_AND_CLOSED], ids=[case[0] for case in RATED_AND_CLOSED])
async def test_an_outcome_without_a_rating_does_not_unsay_the_customers(
    desk: Desk, pool: Pool, said: list[tuple[Resolution, int | None]], ended: tuple[str, int | None]
) -> None:
    def reports(name: str) -> list[OutcomeReported]:
        return [
            OutcomeReported(
                tenant="acme",
                contact_id=contact_id(name),
                resolution=resolution,
                csat=csat,
                minutes_spent=minute,
                occurred_at=NOW + timedelta(minutes=minute),
                received_at=NOW + timedelta(minutes=minute),
            )
            for minute, (resolution, csat) in enumerate(said)
        ]

    first, *others = reports("first, then the others")
    await desk.count(outcomes=reports("together"))
    for report in reports("one by one"):
        await desk.count(outcomes=[report])
    await desk.count(outcomes=[first])
    await desk.count(outcomes=others)

    found = await pool.fetch("SELECT resolution, csat, minutes_spent FROM outcomes")
    assert [tuple(row) for row in found] == [(*ended, len(said) - 1)] * 3


async def test_a_rating_that_arrives_after_the_end_it_came_before_counts(desk: Desk, pool: Pool) -> None:
    def report(minute: int, resolution: Resolution, **more: float) -> OutcomeReported:
        at = NOW + timedelta(minutes=minute)
        return OutcomeReported.model_validate(
            {
                "tenant": "acme",
                "contact_id": contact_id("a"),
                "resolution": resolution,
                "occurred_at": at,
                "received_at": at,
                **more,
            }
        )

    await desk.count(outcomes=[report(9, Resolution.WON, minutes_spent=12)])
    await desk.count(outcomes=[report(8, Resolution.LOST, csat=1)])
    await desk.count(outcomes=[report(10, Resolution.WON)])

    found = await pool.fetchrow("SELECT resolution, csat, minutes_spent, occurred_at FROM outcomes")
    assert found is not None
    assert tuple(found) == ("lost", 1, 12, NOW + timedelta(minutes=10))


async def empty(pool: Pool) -> None:
    await pool.execute(
        "TRUNCATE stream_offsets, contact_keys, contacts, frictions, signals, signal_hours, signal_customers, contact_days, conflicts"
    )


SIGNAL = """
INSERT INTO signals (tenant, signal_id, space, title, centroid, founding_contact_id, founding_ordinal, founded_at, opened_at)
VALUES ('acme', $1, 'test/32', 'a signal', $2::real[]::halfvec, $1, 0, $3, $3)
"""


def signal(number: int) -> tuple[object, ...]:
    return (contact_id(f"signal {number}"), [1.0 if place == number else 0.0 for place in range(32)], NOW)
