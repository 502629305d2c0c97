"""A person says what a contact is, in place of what was read: it counts so at once, and stays so."""

import json
from uuid import uuid4

import pytest

from services.insights.correcting.labelling import Label, correct
from services.insights.correcting.refusals import Misfit, Refused, Unknown
from services.insights.reads.journey import journey_of
from services.insights.rules.labels import AS_READ, ContactLabels, FrictionLabels
from services.insights.store import outbox
from services.insights.store.connection import Pool, transaction
from services.insights.store.recount import recount
from shared.events import CORRECTIONS, CustomerForgotten, Disposition, Feeling, Kind, LoopClosed, Queue, Span, Urgency
from tests.insights.correcting.team import ANN, Team, passage
from tests.insights.saying import MINUTE, NAMESPACE, NOW, contact, contact_id, pseudonym, rows

IDEA = Label(contact=ContactLabels(Disposition.IDEA, Feeling.PLEASED, Urgency.LOW, Queue.PRODUCT))
DAYS = "SELECT disposition, contacts, frictions FROM contact_days ORDER BY disposition"


def kind(wanted: Kind, *span: int) -> Label:
    return Label(Span(start=span[0], end=span[1]) if span else None, AS_READ, FrictionLabels(wanted, None))


async def say(pool: Pool, name: str, label: Label) -> None:
    async with transaction(pool) as connection:
        await correct(connection, "acme", contact_id(name), label, actor=ANN, now=NOW)


async def test_a_corrected_contact_is_counted_as_what_a_person_says_whatever_is_read_later(team: Team, pool: Pool) -> None:
    await team.desk.count(contact("a", passage(0)), contact("b", passage(0)))
    await say(pool, "a", IDEA)
    assert await rows(pool, DAYS) == [("friction", 1, 1), ("idea", 1, 1)]
    await team.desk.count(contact("a", passage(0), passage(1, 5), reading=2))
    assert await rows(pool, DAYS) == [("friction", 1, 1), ("idea", 1, 2)]
    labels = "SELECT disposition, mood, mood_advice, urgency, queue, rule FROM contacts WHERE contact_id = $1"
    assert await rows(pool, labels, contact_id("a")) == [("idea", "pleased", "", "low", "product", "corrected by a person")]
    assert await recount(pool) == []


async def test_the_kind_of_one_passage_is_corrected_and_of_several_words_the_latest_counts(team: Team, pool: Pool) -> None:
    await team.desk.count(contact("a", passage(0), passage(1, 10)))
    await say(pool, "a", kind(Kind.DELAY, 10, 14))
    await say(pool, "a", kind(Kind.CHARGE, 9, 15))
    await team.desk.count(contact("a", passage(0), passage(1, 11), passage(2, 20), reading=2))
    kinds = "SELECT kind FROM frictions ORDER BY ordinal"
    assert await rows(pool, kinds) == [("defect",), ("charge",), ("defect",)]


async def test_what_was_corrected_is_told_to_others_with_the_text_and_shown_in_the_journey(team: Team, pool: Pool) -> None:
    await team.desk.count(contact("a", passage(0)))
    await say(pool, "a", kind(Kind.ACCESS))
    async with transaction(pool) as connection:
        [told] = (await outbox.first(connection, limit=10)).values()
        journey = await journey_of(connection, "acme", contact_id("a"))
    assert told.topic == CORRECTIONS.name
    assert b"The printer is broken again." in told.value
    assert journey is not None
    assert journey.arrival is not None
    assert [(said.kind, said.actor, said.corrected_at) for said in journey.corrections] == [(Kind.ACCESS, ANN, NOW)]
    assert [friction.kind for friction in journey.arrival.read.frictions] == [Kind.ACCESS]


async def test_what_nobody_was_told_of_a_customer_yet_is_not_told_once_they_are_forgotten(team: Team, pool: Pool) -> None:
    await team.desk.count(contact("a", passage(0), customer="ann"), contact("b", passage(0), customer="bob"))
    await say(pool, "a", IDEA)
    await say(pool, "b", IDEA)
    async with pool.acquire() as connection:
        await outbox.put(connection, {uuid4(): closed("a"), uuid4(): closed("b")})
    event = CustomerForgotten(tenant="acme", erasure_id=NAMESPACE, customers=(pseudonym("ann"),), requested_at=NOW + 60 * MINUTE)
    await team.desk.count(forgotten=(event,))
    waiting = [json.loads(row["value"])["contact_id"] for row in await pool.fetch("SELECT value FROM outbox")]
    assert waiting == [str(contact_id("b"))] * 2


def closed(name: str) -> LoopClosed:
    """The loop of a contact's customer."""
    return LoopClosed(
        tenant="acme", signal_id=NAMESPACE, title="Printer", contact_id=contact_id(name), fixed_at=NOW, closed_at=NOW
    )


async def test_a_rebuild_keeps_what_people_said(team: Team, pool: Pool) -> None:
    await team.desk.count(contact("a", passage(0)))
    await say(pool, "a", IDEA)
    await pool.execute("TRUNCATE stream_offsets, contact_keys, contacts, frictions, signal_hours, signal_customers, contact_days")
    await team.desk.open()
    await team.desk.count(contact("a", passage(0)))
    assert await rows(pool, DAYS) == [("idea", 1, 1)]
    assert await recount(pool) == []


async def test_what_cannot_be_corrected_is_refused_by_name(team: Team, pool: Pool) -> None:
    await team.desk.count(contact("two", passage(0), passage(1, 5)), contact("gone", passage(0), customer="gone"))
    event = CustomerForgotten(tenant="acme", erasure_id=NAMESPACE, customers=(pseudonym("gone"),), requested_at=NOW + 60 * MINUTE)
    await team.desk.count(forgotten=(event,))
    with pytest.raises(Unknown):
        await say(pool, "nobody", IDEA)
    with pytest.raises(Refused, match="erased"):
        await say(pool, "gone", IDEA)
    for misfit in (kind(Kind.DELAY), kind(Kind.DELAY, 5, 5), kind(Kind.DELAY, 5, 5_000)):
        with pytest.raises(Misfit, match="span"):
            await say(pool, "two", misfit)
