"""The remedy book: known answers, how they do, and the form that changes one."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from services.insights.pages.signals import Choice
from services.insights.pages.wording import count
from services.insights.reads.remedies import NEVER, Outcome, outcomes_of
from services.insights.store.connection import Connection
from services.insights.store.remedies import Kept, book
from shared.events import Kind
from shared.web.wording import percent

STRETCH: Final = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class RemedyLine:
    """One remedy, for whom it is, and how it does in a sentence each."""

    kept: Kept
    offered_for: str
    outcome: str


@dataclass(frozen=True, slots=True)
class RemediesPage:
    """Everything the template needs. `edited` is the remedy in the form, None for a new one, which gets `form_id`; `like` its signal."""

    now: datetime
    lines: tuple[RemedyLine, ...]
    edited: Kept | None
    form_id: UUID
    like: UUID | None
    kinds: tuple[Choice, ...]


async def remedies_page(
    connection: Connection, tenant: str, *, now: datetime, edited: UUID | None, like: UUID | None
) -> RemediesPage | None:
    """The book, the latest change first; None where the one to be edited is not in it."""
    found = sorted(await book(connection, tenant), key=lambda kept: kept.said.changed_at, reverse=True)
    ids = [kept.said.remedy.remedy_id for kept in found]
    if edited is not None and edited not in ids:
        return None
    outcomes = await outcomes_of(connection, tenant, ids, since=now - STRETCH)
    held = next((kept for kept in found if kept.said.remedy.remedy_id == edited), None)
    return RemediesPage(
        now=now,
        lines=tuple(_line(kept, outcomes.get(kept.said.remedy.remedy_id, NEVER)) for kept in found),
        edited=held,
        form_id=edited or uuid4(),
        like=held.like.signal_id if held and held.like else like,
        kinds=tuple(Choice(kind.value, kind.value.capitalize()) for kind in Kind if kind is not Kind.UNKNOWN),
    )


def _line(kept: Kept, outcome: Outcome) -> RemedyLine:
    said = kept.said
    about = [
        ", ".join(kind.value for kind in said.kinds),
        f"in {', '.join(said.products)}" if said.products else "",
        " or ".join(f"“{phrase}”" for phrase in said.phrases),
        "what means the same as its signal" if kept.like and kept.like.signal_id else "",
        "what means the same as a contact" if kept.like and kept.like.contact_id else "",
    ]
    return RemedyLine(kept, "; ".join(part for part in about if part), _outcome(outcome))


def _outcome(outcome: Outcome) -> str:
    if not outcome.offered:
        return "Not offered to anybody in the last 90 days."
    with_it, without = outcome.where_taken.won_share, outcome.where_not.won_share
    shares = [
        f"{percent(with_it)} ended well where it was taken" if with_it is not None else "",
        f"{percent(without)} where it was not" if without is not None else "",
    ]
    said = ", ".join(part for part in shares if part)
    return f"Offered {count(outcome.offered)} times in 90 days, taken {count(outcome.taken)} times{f'; {said}' if said else ''}."
