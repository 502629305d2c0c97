"""A young tenant's signals are arranged anew as it grows: ids stay, and people are obeyed."""

import pytest

from services.insights.discovery import Discovery
from services.insights.rules.grouping import Grain
from services.insights.store.connection import Pool
from services.insights.store.recount import recount
from shared.events import ContactTriaged
from tests.insights.saying import NOW, Desk
from tests.insights.test_discovery import said

GRAIN = Grain(threshold=0.6, people=3)
EVERYTHING = (
    "TRUNCATE stream_offsets, contact_keys, contacts, frictions, signals, signal_changes, signal_hours, signal_customers, contact_days, "
    "arranged, outbox"
)


@pytest.fixture
async def desk(pool: Pool) -> Desk:
    return await Desk(pool).open()


def discovery(pool: Pool) -> Discovery:
    return Discovery(pool, grain=GRAIN, clock=lambda: NOW)


def history() -> list[ContactTriaged]:
    """Two matters from the beginning, a third one later."""
    told = [*said(0, 60), *said(1, 50), *said(2, 40, first=20)]
    return sorted(told, key=lambda each: (each.contact.occurred_at, each.contact.contact_id))


async def belonging(pool: Pool) -> list[tuple[object, ...]]:
    rows = await pool.fetch("SELECT contact_id, signal_id FROM frictions ORDER BY contact_id")
    return [tuple(row.values()) for row in rows]


async def test_a_rebuild_gives_the_same_ids_however_late_discovery_looks(desk: Desk, pool: Pool) -> None:
    everything = history()
    for start in range(0, len(everything), 35):
        await desk.count(*everything[start : start + 35])
        await discovery(pool).run_once()
    first = await belonging(pool)
    await pool.execute(EVERYTHING)
    again = await Desk(pool).open()
    await again.count(*everything)
    await discovery(pool).run_once()
    assert await belonging(pool) == first
    assert len({signal_id for _, signal_id in first}) == 3
    assert await recount(pool) == []


async def test_what_is_one_matter_becomes_one_signal_under_the_older_ones_id(desk: Desk, pool: Pool) -> None:
    await desk.count(*said(0, 40))
    await discovery(pool).run_once()
    [kept] = await pool.fetch("SELECT signal_id FROM signals")
    # As if a look at few frictions had torn the matter in two.
    await pool.execute(
        "INSERT INTO signals (tenant, signal_id, space, title, titled_at, centroid, founding_contact_id, founding_ordinal, founded_at, opened_at) "
        "SELECT tenant, gen_random_uuid(), space, 'Torn', titled_at, centroid, founding_contact_id, founding_ordinal, founded_at, opened_at "
        "FROM signals"
    )
    torn = await pool.fetchval("SELECT signal_id FROM signals WHERE title = 'Torn'")
    await pool.execute("UPDATE frictions SET signal_id = $1 WHERE contact_id IN (SELECT contact_id FROM frictions LIMIT 5)", torn)
    await pool.execute("DELETE FROM signal_hours")
    await pool.execute("DELETE FROM signal_customers")
    await pool.execute(
        "INSERT INTO signal_hours SELECT tenant, signal_id, date_trunc('hour', occurred_at), count(*), count(*), sum(intensity) "
        "FROM frictions GROUP BY 1, 2, 3"
    )
    await pool.execute(
        "INSERT INTO signal_customers SELECT tenant, signal_id, (occurred_at AT TIME ZONE 'UTC')::date, person, count(*) "
        "FROM frictions GROUP BY 1, 2, 3, 4"
    )
    await desk.count(*said(0, 10, first=40))
    await discovery(pool).run_once()
    assert await pool.fetchval("SELECT merged_into FROM signals WHERE signal_id = $1", torn) == kept["signal_id"]
    assert {signal_id for _, signal_id in await belonging(pool)} == {kept["signal_id"]}
    merged = await pool.fetchval("SELECT other_id FROM signal_changes WHERE signal_id = $1 AND change = 'merged'", torn)
    assert merged == kept["signal_id"]
    assert await recount(pool) == []


async def test_what_people_had_a_hand_in_is_left_alone(desk: Desk, pool: Pool) -> None:
    await desk.count(*said(0, 40))
    await discovery(pool).run_once()
    before = await pool.fetchrow("UPDATE signals SET owner = 'ana' RETURNING signal_id, centroid, version")
    assert before is not None
    await desk.count(*said(0, 10, first=40), *said(1, 20))
    await discovery(pool).run_once()
    after = await pool.fetchrow("SELECT signal_id, centroid, version FROM signals WHERE owner = 'ana'")
    assert after == before
    assert await pool.fetchval("SELECT count(*) FROM frictions WHERE signal_id = $1", before["signal_id"]) == 50
    assert await recount(pool) == []


async def test_a_settled_tenant_is_not_arranged_any_more(desk: Desk, pool: Pool) -> None:
    await desk.count(*said(0, 40))
    await discovery(pool).run_once()
    await pool.execute("UPDATE arranged SET frictions = 4000")
    versions = await pool.fetch("SELECT signal_id, version FROM signals")
    await desk.count(*said(0, 20, first=40))
    await discovery(pool).run_once()
    assert await pool.fetch("SELECT signal_id, version FROM signals") == versions
