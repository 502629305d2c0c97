"""Discovery finds new signals and titles; what people have said of the old ones it leaves alone."""

from services.insights.discovery import Found
from services.insights.store.connection import Pool
from services.insights.store.recount import recount
from tests.insights.correcting.team import Team, passage, signal_id
from tests.insights.saying import contact
from tests.insights.test_discovery import discovery

LOGIN, INVOICE = signal_id(0), signal_id(1)
TITLE = "SELECT title FROM signals WHERE signal_id = $1"


async def test_what_was_moved_to_no_signal_founds_none_and_joins_none(team: Team, pool: Pool) -> None:
    await team.desk.count(*[contact(f"{n}", passage(0, seed=n), customer=f"customer {n}") for n in range(4)])
    for number in range(4):
        await team.move(f"{number}", None)
    assert await discovery(pool).run_once() == Found(opened=0, assigned=0)
    assert await team.counts() == {}
    assert await recount(pool) == []


async def test_what_waited_near_a_merged_signal_counts_for_the_other(team: Team, pool: Pool) -> None:
    await team.desk.count(contact("early", passage(0), customer="ann"))
    change = await team.move("early", None)
    await team.merge(LOGIN, into=INVOICE)
    await pool.execute("UPDATE frictions SET caught_by = NULL")
    await team.undo(change)
    assert await discovery(pool).run_once() == Found(opened=0, assigned=1)
    assert await team.signals_of("early") == [INVOICE]
    assert await recount(pool) == []


async def test_a_part_gets_a_title_and_one_that_a_person_gave_or_pinned_stays(team: Team, pool: Pool) -> None:
    words = "I cannot reset the password"
    said = [contact(f"{n}", passage(0, seed=n, length=len(words)), customer=f"c {n}", text=words) for n in range(6)]
    await team.desk.count(*said, contact("other", passage(2), customer="ann"))
    untitled = await team.split(LOGIN, "0", "1", "2")
    titled = await team.split(LOGIN, "3", "4", title="Locked out")
    await team.pin(INVOICE)
    await discovery(pool).run_once()
    assert "password" in (await pool.fetchval(TITLE, untitled.signal_id)).lower()
    assert await pool.fetchval(TITLE, titled.signal_id) == "Locked out"
    assert await pool.fetchval(TITLE, INVOICE) == "signal 1"
