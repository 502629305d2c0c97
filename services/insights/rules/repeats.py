"""
What a company is told of as a failure: a friction that came back after its fix, and a customer who met it again once answered.

A customer met it again when a meeting began after an earlier one of the same signal was reported `won`, that is, answered as solved.
Meetings of two different products are not the same friction met again. Whoever met it again after a fix stands under that fix, so that
nothing is told twice.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from services.insights.rules.recurrence import Fix, Meeting, Message, Recurrence, meetings

MOST_EVIDENCE: Final = 20


@dataclass(frozen=True, slots=True)
class Repeat:
    """
    Meetings that should not have been, `since` a fix or an answer. `customers_again` had met it before.

    `evidence` are the contacts that began them, the latest MOST_EVIDENCE, latest first; `answered` is the contact that was answered.
    """

    since: datetime
    first_at: datetime
    latest_at: datetime
    meetings: int
    contacts: int
    customers: int
    customers_again: int
    evidence: tuple[UUID, ...]
    answered: UUID | None = None


def came_back(found: Sequence[Recurrence], messages: Iterable[Message], fix: Fix) -> Repeat:
    """The friction that came back in what was `found`, which is something; `messages` are all of whoever said something after `fix`."""
    customers = {one.person for one in found}
    return Repeat(
        since=fix.at,
        first_at=found[0].occurred_at,
        latest_at=found[-1].occurred_at,
        meetings=len(found),
        contacts=sum(one.messages for one in found),
        customers=len(customers),
        customers_again=len(customers & {message.person for message in messages if message.occurred_at < fix.at}),
        evidence=_latest(one.contact_id for one in found),
    )


def met_again(messages: Iterable[Message], answers: Mapping[UUID, datetime], *, told: Collection[UUID]) -> Repeat | None:
    """
    Whether one customer met one friction again after it was answered: `answers` says when which of the messages was.

    Meetings that began with a contact of `told` are told elsewhere.
    """
    met = meetings(messages)
    for meeting in met:
        answered = [
            (answers[message.contact_id], message.contact_id) for message in meeting.messages if message.contact_id in answers
        ]
        since = min(answered, default=None)
        again = [later for later in met if since and _is_again(later, meeting, since=since[0], told=told)]
        if since and again:
            return _again(again, *since)
    return None


def _is_again(later: Meeting, meeting: Meeting, *, since: datetime, told: Collection[UUID]) -> bool:
    is_other = later.product and meeting.product and later.product != meeting.product
    return later.first.occurred_at > since and not is_other and later.first.contact_id not in told


def _again(again: Sequence[Meeting], since: datetime, answered: UUID) -> Repeat:
    return Repeat(
        since=since,
        first_at=again[0].first.occurred_at,
        latest_at=again[-1].first.occurred_at,
        meetings=len(again),
        contacts=sum(len(meeting.messages) for meeting in again),
        customers=1,
        customers_again=1,
        evidence=_latest(meeting.first.contact_id for meeting in again),
        answered=answered,
    )


def _latest(contact_ids: Iterable[UUID]) -> tuple[UUID, ...]:
    return tuple(contact_ids)[::-1][:MOST_EVIDENCE]
