"""Whatever is done in whatever order: statistics equal a recount, and undoing everything restores the start."""

from dataclasses import dataclass, field
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.insights.correcting.refusals import Misfit, Refused
from services.insights.rules.merging import root_of
from services.insights.store.connection import Pool
from services.insights.store.recount import recount
from shared.events import ContactTriaged
from tests.insights.correcting.team import Team, open_signal, passage, signal_id
from tests.insights.saying import Desk, contact, contact_id, rows
from tests.insights.test_ended import ended

pytestmark = pytest.mark.timeout(400)

CONTACTS = ("a", "b", "c", "d", "e")
SIGNALS = 3
STATE = (
    "SELECT tenant, signal_id, hour, contacts, frictions, intensity FROM signal_hours ORDER BY signal_id, hour",
    "SELECT tenant, signal_id, day, person, contacts FROM signal_customers ORDER BY signal_id, day, person",
    "SELECT tenant, day, product, disposition, contacts, frictions, intensity FROM contact_days ORDER BY 2, 3, 4",
    "SELECT tenant, signal_id, day, answered, timed, seconds FROM signal_answers ORDER BY signal_id, day",
    "SELECT tenant, signal_id, annual_value, customers FROM signal_values ORDER BY signal_id",
    "SELECT contact_id, ordinal, signal_id, caught_by, is_placed, placed_in FROM frictions ORDER BY contact_id, ordinal",
    "SELECT signal_id, merged_into, centroid FROM signals WHERE retired_at IS NULL ORDER BY signal_id",
    "SELECT * FROM placements",
    "SELECT * FROM divided",
)

names = st.sampled_from(CONTACTS)
numbers = st.integers(0, SIGNALS - 1)
steps = st.one_of(
    st.permutations(range(SIGNALS)).map(lambda numbers: ("merge", *numbers[:2])),
    st.tuples(st.just("split"), st.lists(names, min_size=1, max_size=3, unique=True)),
    st.tuples(st.just("move"), names, st.integers(0, 1), st.sampled_from((*range(SIGNALS), None))),
    st.tuples(st.just("undo"), st.integers(0, 9)),
)
arrivals = st.one_of(
    st.tuples(st.just("late"), numbers, st.integers(0, 5)),
    st.tuples(st.just("read again"), names),
    st.tuples(st.just("again"), names),
)


def said(name: str, reading: int = 1) -> ContactTriaged:
    """Two frictions each, of neighbouring topics; two contacts each of one customer, whose value they name."""
    place = CONTACTS.index(name)
    frictions = [passage(place % SIGNALS, seed=place), passage((place + 1) % SIGNALS, 5, seed=place)]
    read = contact(name, *frictions, customer=f"customer {place // 2}", reading=reading)
    return read.model_copy(update={"contact": read.contact.model_copy(update={"annual_value": 1000.0 * place})})


@dataclass
class Story:
    """A team at work, and what should have become of it, worked out from its words alone."""

    team: Team
    readings: dict[str, int] = field(default_factory=dict)
    placed: dict[UUID, dict[tuple[UUID, int], UUID | None]] = field(default_factory=dict)
    merged: dict[UUID, tuple[UUID, UUID]] = field(default_factory=dict)
    parts: dict[UUID, tuple[UUID, UUID]] = field(default_factory=dict)
    retired: dict[UUID, UUID] = field(default_factory=dict)

    async def take(self, step: tuple[object, ...]) -> None:
        try:
            await getattr(self, f"_{str(step[0]).replace(' ', '_')}")(*step[1:])
        except (Refused, Misfit):
            return

    async def expected(self) -> list[tuple[object, ...]]:
        """Each friction counts for the root of where it was last put, else of what caught it."""
        edges = {**dict(self.merged.values()), **self.retired}
        found = await self.team.pool.fetch("SELECT contact_id, ordinal, caught_by FROM frictions ORDER BY contact_id, ordinal")
        homes = {key: signal for change in self.placed.values() for key, signal in change.items()}
        belongs = [(one, number, homes.get((one, number), caught)) for one, number, caught in map(tuple, found)]
        return [(one, number, home and root_of(home, edges)) for one, number, home in belongs]

    async def undone(self, change: UUID) -> None:
        self.placed.pop(change, None)
        self.merged.pop(change, None)
        if change in self.parts:
            part, whole = self.parts.pop(change)
            self.retired[part] = whole

    async def _merge(self, source: int, into: int) -> None:
        [change] = await self.team.merge(signal_id(source), into=signal_id(into))
        self.merged[change] = (signal_id(source), signal_id(into))

    async def _split(self, contacts: list[str]) -> None:
        whole = (await self.team.signals_of(contacts[0]))[0] or signal_id(0)
        chosen = [name for name, signal in zip(contacts, await self.team.signals_of(*contacts), strict=True) if signal == whole]
        before = await self.team.pool.fetch("SELECT contact_id, ordinal FROM frictions WHERE signal_id = $1", whole)
        done = await self.team.split(whole, *chosen)
        ids = {contact_id(name) for name in chosen}
        self.placed[done.change_id] = {(one, number): done.signal_id for one, number in map(tuple, before) if one in ids}
        self.parts[done.change_id] = (done.signal_id, whole)

    async def _move(self, name: str, ordinal: int, to: int | None) -> None:
        signal = None if to is None else signal_id(to)
        change = await self.team.move(name, signal, ordinal)
        self.placed[change] = {(contact_id(name), ordinal): signal}

    async def _undo(self, which: int) -> None:
        if self.team.done:
            change = self.team.done[which % len(self.team.done)]
            await self.team.undo(change)
            await self.undone(change)

    async def _late(self, topic: int, number: int) -> None:
        await self.team.desk.count(contact(f"late {topic} {number}", passage(topic, seed=100 + number), customer="late"))

    async def _read_again(self, name: str) -> None:
        self.readings[name] = self.readings.get(name, 1) + 1
        await self.team.desk.count(said(name, self.readings[name]))

    async def _again(self, name: str) -> None:
        await self.team.desk.count(said(name))


async def begin(pool: Pool) -> Story:
    team = Team(pool, Desk(pool))
    await team.start_again()
    for number in range(SIGNALS):
        await open_signal(pool, number)
    await team.desk.count(*(said(name) for name in CONTACTS), outcomes=[ended(name, minutes=3.5) for name in CONTACTS[1:]])
    return Story(team)


async def state(pool: Pool) -> list[list[tuple[object, ...]]]:
    return [await rows(pool, statement) for statement in STATE]


COUNTING = "SELECT contact_id, ordinal, signal_id FROM frictions ORDER BY contact_id, ordinal"
OFTEN = settings(max_examples=40, suppress_health_check=list(HealthCheck))


@given(told=st.lists(st.one_of(steps, steps, arrivals), min_size=10, max_size=14), order=st.lists(st.integers(0, 9), max_size=10))
@OFTEN
async def test_statistics_always_equal_a_recount_and_everybody_counts_where_people_said(
    pool: Pool, told: list[tuple[object, ...]], order: list[int]
) -> None:
    story = await begin(pool)
    for step in told:
        await story.take(step)
        assert await rows(pool, COUNTING) == await story.expected()
    assert await recount(pool) == []
    for change in list(story.team.done):
        await story.undone(change)
    await story.team.undo_everything(order)
    assert await rows(pool, COUNTING) == await story.expected()
    assert await recount(pool) == []


@given(told=st.lists(steps, min_size=10, max_size=14), order=st.lists(st.integers(0, 9), max_size=10))
@OFTEN
async def test_undoing_everything_in_any_order_restores_the_start_exactly(
    pool: Pool, told: list[tuple[object, ...]], order: list[int]
) -> None:
    story = await begin(pool)
    before = await state(pool)
    for step in told:
        await story.take(step)
    await story.team.undo_everything(order)
    assert await state(pool) == before
    assert await recount(pool) == []
