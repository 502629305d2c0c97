"""Others are told when a signal gets worse: once in an episode, and never of a snoozed one before it is worse than it was."""

from datetime import datetime, timedelta

import pytest

from services.insights.following import Following
from services.insights.store import changes, snoozes
from services.insights.store.connection import Pool, transaction
from shared.events import Change, SignalChanged, Trend
from tests.insights.api.conftest import NOW, Watch
from tests.insights.saying import rows
from tests.insights.test_following import LOGIN, OTHER, every, met, minutes, tell

HOUR = timedelta(hours=1)


@pytest.fixture
async def watch(pool: Pool) -> Watch:
    """Two signals with six usual weeks; a surge of one of them ends now, and another ends in three days."""
    later = NOW + timedelta(days=3)
    await tell(
        pool,
        [LOGIN, OTHER],
        *met(LOGIN, every(2, weeks=6.5, until=later)),
        *met(LOGIN, minutes(20), "surge"),
        *met(LOGIN, minutes(20, until=later), "again"),
        *met(OTHER, every(2, weeks=6.5, until=later)),
    )
    return Watch()


async def told(pool: Pool) -> list[SignalChanged]:
    return [
        SignalChanged.model_validate_json(row["value"]) for row in await pool.fetch("SELECT value FROM outbox ORDER BY position")
    ]


async def look(following: Following, watch: Watch, *moments: datetime) -> None:
    for moment in moments:
        watch.now = moment
        await following.run_once()


async def snooze(pool: Pool, at: datetime) -> None:
    async with transaction(pool) as connection:
        assert await snoozes.put(connection, LOGIN.tenant, LOGIN.signal_id, actor="ana", at=at)


async def test_an_escalation_is_told_and_logged_once_however_often_one_looks(pool: Pool, watch: Watch) -> None:
    following = Following(pool, clock=watch)
    await look(following, watch, NOW - HOUR, NOW, NOW, NOW + timedelta(minutes=1))
    [said] = await told(pool)
    assert (said.signal_id, said.change, said.trend, said.actor) == (
        LOGIN.signal_id,
        Change.ESCALATED,
        Trend.ESCALATING,
        "following",
    )
    logged = await rows(pool, "SELECT actor, before, after FROM signal_changes WHERE change = 'escalated'")
    assert logged == [("following", '{"trend": "steady"}', '{"trend": "escalating"}')]


async def test_a_process_that_takes_over_does_not_tell_it_again(pool: Pool, watch: Watch) -> None:
    await look(Following(pool, clock=watch), watch, NOW - HOUR, NOW)
    await look(Following(pool, clock=watch), watch, NOW)
    assert len(await told(pool)) == 1


async def test_what_wavers_is_told_once_and_another_episode_again(pool: Pool, watch: Watch) -> None:
    following = Following(pool, clock=watch)
    await look(following, watch, NOW - HOUR, NOW, NOW + 12 * HOUR)
    await pool.execute("UPDATE signals SET trend = 'steady', calm_since = $1 WHERE trend = 'escalating'", NOW)
    await look(following, watch, NOW)
    assert len(await told(pool)) == 1
    await look(following, watch, NOW + 24 * HOUR, NOW + 48 * HOUR, NOW + 72 * HOUR)
    assert [said.changed_at for said in await told(pool)] == [NOW, NOW + 72 * HOUR]


async def test_a_signal_snoozed_while_calm_is_told_when_it_escalates_and_is_snoozed_no_longer(pool: Pool, watch: Watch) -> None:
    following = Following(pool, clock=watch)
    await look(following, watch, NOW - HOUR)
    await snooze(pool, NOW - HOUR)
    await look(following, watch, NOW, NOW)
    assert len(await told(pool)) == 1
    assert await rows(pool, "SELECT signal_id FROM snoozes") == []


async def test_a_signal_snoozed_while_escalating_is_told_only_at_twice_the_contacts(pool: Pool, watch: Watch) -> None:
    following = Following(pool, clock=watch)
    await look(following, watch, NOW - HOUR, NOW)
    await snooze(pool, NOW)
    await look(following, watch, NOW + HOUR, NOW + 48 * HOUR, NOW + 72 * HOUR)
    assert len(await told(pool)) == 1
    await tell(pool, [], *met(LOGIN, minutes(80, until=NOW + 72 * HOUR), "worse"))
    await look(following, watch, NOW + 72 * HOUR)
    assert [said.change for said in await told(pool)] == [Change.ESCALATED, Change.ESCALATED]
    assert await rows(pool, "SELECT signal_id FROM snoozes") == []


async def test_one_that_recurs_is_snoozed_no_longer_and_one_that_is_renamed_is(pool: Pool, watch: Watch) -> None:
    await snooze(pool, NOW)
    for change, asleep in ((Change.RENAMED, 1), (Change.RECURRED, 0)):
        async with transaction(pool) as connection:
            await changes.record(connection, LOGIN.tenant, LOGIN.signal_id, change, actor="proof", at=NOW)
        assert await pool.fetchval("SELECT count(*) FROM snoozes") == asleep
