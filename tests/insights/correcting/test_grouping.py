"""People say which signals are one, which are two, and where a contact belongs; what comes later obeys."""

import pytest

from services.insights.correcting.refusals import Misfit, Refused, Unknown
from services.insights.store import changes
from services.insights.store.connection import Pool, transaction
from services.insights.store.recount import recount
from shared.events import Change, CustomerForgotten
from tests.insights.correcting.team import Team, open_signal, passage, signal_id
from tests.insights.saying import MINUTE, NAMESPACE, NOW, contact, contact_id, pseudonym, rows

LOGIN, INVOICE, PARCEL = signal_id(0), signal_id(1), signal_id(2)


async def test_what_a_merged_signal_had_and_what_it_catches_later_counts_for_the_other(team: Team, pool: Pool) -> None:
    await team.desk.count(contact("a", passage(0)), contact("b", passage(1)))
    await team.merge(LOGIN, into=INVOICE)
    await team.desk.count(contact("late", passage(0, seed=3)))
    assert await team.signals_of("a", "b", "late") == [INVOICE] * 3
    assert await team.counts() == {INVOICE: 3}
    assert await recount(pool) == []


async def test_a_contact_with_a_friction_in_both_is_one_contact_once_they_are_merged(team: Team, pool: Pool) -> None:
    await team.desk.count(contact("a", passage(0), passage(1, 5), customer="ann"), contact("b", passage(1), customer="bob"))
    [change] = await team.merge(LOGIN, into=INVOICE)
    assert await team.counts() == {INVOICE: 2}
    await team.undo(change)
    assert await team.counts() == {LOGIN: 1, INVOICE: 2}
    assert await recount(pool) == []


async def test_merges_are_undone_in_any_order_and_late_contacts_go_to_whoever_caught_them(team: Team, pool: Pool) -> None:
    await team.desk.count(contact("a", passage(0)), contact("b", passage(1)), contact("c", passage(2)))
    [first] = await team.merge(LOGIN, into=INVOICE)
    [second] = await team.merge(INVOICE, into=PARCEL)
    await team.desk.count(contact("late", passage(0, seed=3)))
    assert await team.counts() == {PARCEL: 4}
    await team.undo(first)
    assert await team.signals_of("a", "b", "c", "late") == [LOGIN, PARCEL, PARCEL, LOGIN]
    await team.undo(second)
    assert await team.counts() == {LOGIN: 2, INVOICE: 1, PARCEL: 1}
    assert await recount(pool) == []


async def test_both_parts_of_a_split_catch_what_is_nearest_to_them(team: Team, pool: Pool) -> None:
    await team.merge(LOGIN, into=INVOICE)
    await team.desk.count(*[contact(f"login {n}", passage(0, seed=n)) for n in range(4)])
    await team.desk.count(*[contact(f"invoice {n}", passage(1, seed=n)) for n in range(4)])
    part = await team.split(INVOICE, like="login 2")
    assert part.frictions == 4
    await team.desk.count(contact("login late", passage(0, seed=9)), contact("invoice late", passage(1, seed=9)))
    assert await team.signals_of("login 0", "login late", "invoice 0", "invoice late") == [
        *[part.signal_id] * 2,
        *[INVOICE] * 2,
    ]
    assert await recount(pool) == []


async def test_undoing_a_split_unites_everything_what_the_part_caught_meanwhile_too(team: Team, pool: Pool) -> None:
    await team.desk.count(*[contact(f"{n}", passage(0, seed=n)) for n in range(4)])
    before = await rows(pool, "SELECT centroid FROM signals WHERE signal_id = $1", LOGIN)
    part = await team.split(LOGIN, "0", "1", title="Locked out")
    assert await team.counts() == {LOGIN: 2, part.signal_id: 2}
    await team.desk.count(contact("late", passage(0, seed=0)))
    await team.undo(part.change_id)
    assert await team.counts() == {LOGIN: 5}
    assert await rows(pool, "SELECT centroid FROM signals WHERE signal_id = $1", LOGIN) == before
    await team.desk.count(contact("later", passage(0, seed=0)))
    assert await team.counts() == {LOGIN: 6}
    assert await recount(pool) == []


async def test_a_moved_friction_stays_through_new_readings_revisions_and_redelivery(team: Team, pool: Pool) -> None:
    await team.desk.count(contact("a", passage(0), passage(1, 5)))
    await team.move("a", PARCEL, ordinal=0)
    await team.desk.count(contact("a", passage(0), passage(1, 5)))
    await team.desk.count(contact("a", passage(0, 1), reading=2))
    assert await team.signals_of("a") == [PARCEL]
    await team.desk.count(contact("a", passage(0, 2), passage(1, 9), revision=2))
    assert await team.counts() == {PARCEL: 1, INVOICE: 1}
    assert await recount(pool) == []


async def test_what_was_moved_to_no_signal_waits_for_none(team: Team, pool: Pool) -> None:
    await team.desk.count(contact("a", passage(0)))
    change = await team.move("a", None)
    assert await team.counts() == {}
    await team.desk.count(contact("a", passage(0), reading=2))
    assert await team.signals_of("a") == [None]
    await team.undo(change)
    assert await team.counts() == {LOGIN: 1}
    assert await recount(pool) == []


async def test_of_several_moves_the_latest_that_stands_counts(team: Team) -> None:
    await team.desk.count(contact("a", passage(0)))
    first = await team.move("a", INVOICE)
    second = await team.move("a", PARCEL)
    await team.undo(first)
    assert await team.signals_of("a") == [PARCEL]
    await team.undo(second)
    assert await team.signals_of("a") == [LOGIN]


async def test_a_contact_pinned_where_it_is_stays_when_it_is_read_otherwise(team: Team) -> None:
    await team.desk.count(contact("a", passage(0)))
    await team.move("a", LOGIN)
    await team.desk.count(contact("a", passage(1), reading=2))
    assert await team.signals_of("a") == [LOGIN]


async def test_a_rebuild_from_the_log_obeys_what_people_said(team: Team, pool: Pool) -> None:
    said = [contact(f"{topic} {n}", passage(topic, seed=n)) for topic in range(3) for n in range(3)]
    await team.desk.count(*said)
    await team.merge(INVOICE, into=LOGIN)
    await team.split(LOGIN, "1 0", "0 1")
    await team.move("2 0", LOGIN)
    await team.move("2 1", None)
    frictions = "SELECT contact_id, ordinal, signal_id FROM frictions ORDER BY contact_id, ordinal"
    before = await rows(pool, frictions)
    await pool.execute("TRUNCATE stream_offsets, contact_keys, contacts, frictions, signal_hours, signal_customers, contact_days")
    await team.desk.open()
    for one in said[::-1]:
        await team.desk.count(one)
    assert await rows(pool, frictions) == before
    assert await recount(pool) == []


async def test_a_part_has_the_id_that_follows_from_its_first_friction_and_the_change(team: Team, pool: Pool) -> None:
    await team.desk.count(*[contact(f"{n}", passage(0, seed=n)) for n in range(3)])
    part = await team.split(LOGIN, "1")
    assert await pool.fetchval("SELECT founding_contact_id FROM signals WHERE signal_id = $1", part.signal_id) == contact_id("1")
    lines = await rows(pool, "SELECT signal_id, other_id, change, actor FROM signal_changes ORDER BY position")
    assert lines == [(LOGIN, part.signal_id, "split", "key:ann"), (part.signal_id, None, "opened", "key:ann")]


async def test_what_a_job_said_of_a_part_does_not_keep_its_split_from_being_undone(team: Team, pool: Pool) -> None:
    await team.desk.count(*[contact(f"{n}", passage(0, seed=n)) for n in range(3)])
    part = await team.split(LOGIN, "1")
    async with transaction(pool) as connection:
        for actor in ("proof", "key:ann"):
            await changes.record(
                connection, "acme", part.signal_id, Change.STATUS, actor=actor, at=NOW, change_id=contact_id(actor)
            )
    with pytest.raises(Refused) as refused:
        await team.undo(part.change_id)
    assert refused.value.change_id == contact_id("key:ann")
    await pool.execute("UPDATE signal_changes SET undone_by = change_id WHERE change_id = $1", contact_id("key:ann"))
    await team.undo(part.change_id)
    assert await team.counts() == {LOGIN: 3}


async def test_titles_that_quote_the_forgotten_go_wherever_people_put_what_they_said(team: Team, pool: Pool) -> None:
    await team.desk.count(contact("a", passage(0), customer="ann"), contact("b", passage(2), customer="bob"))
    await team.move("a", PARCEL)
    await team.pin(PARCEL)
    await team.merge(PARCEL, into=INVOICE)
    event = CustomerForgotten(tenant="acme", erasure_id=NAMESPACE, customers=(pseudonym("ann"),), requested_at=NOW + 60 * MINUTE)
    await team.desk.count(forgotten=(event,))
    titles = "SELECT signal_id, title, title_by FROM signals WHERE titled_at IS NULL AND signal_id = ANY ($1) ORDER BY title"
    assert await rows(pool, titles, [LOGIN, INVOICE, PARCEL]) == [
        (PARCEL, "Not yet named", "discovery"),
        (LOGIN, "signal 0", "discovery"),
        (INVOICE, "signal 1", "discovery"),
    ]
    assert await pool.fetchval("SELECT count(*) FROM signal_changes WHERE before || after ? 'title'") == 0


async def test_what_cannot_be_done_is_refused_by_name(team: Team, pool: Pool) -> None:
    other_space = await open_signal(pool, 7, space="other/32")
    foreign = await open_signal(pool, 0, tenant="globex")
    await team.desk.count(contact("a", passage(0)), contact("b", passage(1)), contact("two", passage(0), passage(2, 5)))
    await team.merge(PARCEL, into=LOGIN)
    for code, wrong in [
        ("same_signal", team.merge(LOGIN, into=LOGIN)),
        ("merged_away", team.merge(PARCEL, into=INVOICE)),
        ("merged_away", team.merge(INVOICE, into=PARCEL)),
        ("merged_away", team.split(PARCEL, "a")),
        ("merged_away", team.move("a", PARCEL)),
        ("other_space", team.merge(other_space, into=LOGIN)),
        ("other_space", team.move("a", other_space)),
        ("everything", team.split(INVOICE, "b")),
        ("nothing", team.split(INVOICE, like="b")),
    ]:
        with pytest.raises(Refused) as refused:
            await wrong
        assert refused.value.code == code
    for unknown in (
        team.merge(foreign, into=LOGIN),
        team.move("a", foreign),
        team.move("nobody", LOGIN),
        team.split(foreign, "a"),
    ):
        with pytest.raises(Unknown):
            await unknown
    for misfit in (team.split(LOGIN, "b"), team.move("two", LOGIN), team.move("a", LOGIN, ordinal=1)):
        with pytest.raises(Misfit):
            await misfit
    assert await recount(pool) == []
