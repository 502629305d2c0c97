"""A remedy as it is asked for and told: `PUT` replaces the whole of it."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from services.insights.api import examples
from services.insights.api.answer import Answer, shown_as
from services.insights.api.parameters import Word
from services.insights.reads.remedies import Outcome, Revision
from services.insights.store.remedies import Kept, Like
from shared.events import Gift, Kind, Remedy, RemedyChanged

# PostgreSQL holds no NUL in a text.
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4_000, pattern=r"^[^\x00]+$")]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class GiftBody(_Part):
    """What may go with the remedy: what it is, what one costs, how many may be given."""

    what: Word
    cost: float = Field(ge=0, le=1e9, allow_inf_nan=False)
    limit: int = Field(ge=0, le=1_000_000_000)


class LikeBody(_Part):
    """Either a signal, or one friction of a contact, counted from 0."""

    signal_id: UUID | None = None
    contact_id: UUID | None = None
    friction: int | None = Field(default=None, ge=0, le=1_000)

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.signal_id is None) == (self.contact_id is None):
            raise ValueError("name a signal_id or a contact_id, and not both")
        if self.signal_id is not None and self.friction is not None:
            raise ValueError("only a contact has frictions by number")
        return self

    @property
    def place(self) -> Like:
        return Like(self.signal_id, self.contact_id, None if self.contact_id is None else self.friction or 0)


class RemedyBody(_Part):
    """
    A known answer, and for which frictions it is one. Of kinds and products one has to fit; phrases and likeness are two ways of
    saying what it is about, and one has to hold. What names neither kinds, phrases nor likeness would be offered to nobody.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [dict(examples.REMEDY_REQUEST)]})

    acknowledgement: Words = Field(description="What to say first.")
    solution: Words = Field(description="What helps.")
    gift: GiftBody | None = None
    is_active: bool = Field(default=True, description="An inactive one is kept, and not offered.")
    kinds: tuple[Kind, ...] = Field(default=(), max_length=len(Kind))
    products: tuple[Word, ...] = Field(default=(), max_length=100)
    phrases: tuple[Word, ...] = Field(default=(), max_length=100, description="Whole words that the customer says, in any case.")
    like: LikeBody | None = Field(default=None, description="Offered for what means the same.")

    @model_validator(mode="after")
    def _is_for_something(self) -> Self:
        if not (self.kinds or self.phrases or self.like):
            raise ValueError("name kinds, phrases or like: this one would be offered to nobody")
        return self

    def wanted(self, tenant: str, remedy_id: UUID, *, actor: str, at: datetime) -> Kept:
        """What the book should hold; revision and meaning are the book's business."""
        gift = Gift.model_validate(self.gift.model_dump()) if self.gift else None
        said = RemedyChanged(
            tenant=tenant,
            remedy=Remedy(remedy_id=remedy_id, acknowledgement=self.acknowledgement, solution=self.solution, gift=gift),
            revision=1,
            is_active=self.is_active,
            kinds=self.kinds,
            products=self.products,
            phrases=self.phrases,
            actor=actor,
            changed_at=at,
        )
        return Kept(said, self.like.place if self.like else None)


class LikeAnswer(Answer):
    signal_id: UUID | None
    contact_id: UUID | None
    friction: int | None


class EndsAnswer(Answer):
    """Contacts that ended won and lost, and the share of the won ones; none where none ended."""

    won: int
    lost: int
    won_share: float | None


class OutcomeAnswer(Answer):
    """Contacts that were offered the remedy, that took it as far as was reported, and how they ended."""

    offered: int
    taken: int
    where_taken: EndsAnswer
    where_not: EndsAnswer


class RemedyAnswer(Answer):
    """A remedy as it now is, who made it so, and how it does. `has_meaning` says whether there is a likeness to go by."""

    model_config = shown_as(examples.REMEDY)

    remedy_id: UUID
    revision: int
    is_active: bool
    acknowledgement: str
    solution: str
    gift: Gift | None
    kinds: tuple[Kind, ...]
    products: tuple[str, ...]
    phrases: tuple[str, ...]
    like: LikeAnswer | None
    has_meaning: bool
    actor: str
    changed_at: datetime
    outcome: OutcomeAnswer


class RemediesAnswer(Answer):
    """The book, the latest change first; outcomes of the contacts that occurred since then."""

    since: datetime
    remedies: tuple[RemedyAnswer, ...]


class RevisionAnswer(Answer):
    revision: int
    actor: str
    changed_at: datetime
    is_active: bool


class RemedyDetailAnswer(RemedyAnswer):
    """With who changed it when, the latest change first."""

    history: tuple[RevisionAnswer, ...]


def told(kept: Kept, outcome: Outcome) -> RemedyAnswer:
    said = kept.said
    return RemedyAnswer(
        remedy_id=said.remedy.remedy_id,
        revision=said.revision,
        is_active=said.is_active,
        acknowledgement=said.remedy.acknowledgement,
        solution=said.remedy.solution,
        gift=said.remedy.gift,
        kinds=said.kinds,
        products=said.products,
        phrases=said.phrases,
        like=LikeAnswer.model_validate(kept.like) if kept.like else None,
        has_meaning=said.vector is not None,
        actor=said.actor,
        changed_at=said.changed_at,
        outcome=OutcomeAnswer.model_validate(outcome),
    )


def told_whole(kept: Kept, outcome: Outcome, history: tuple[Revision, ...]) -> RemedyDetailAnswer:
    entries = tuple(RevisionAnswer.model_validate(entry) for entry in history)
    return RemedyDetailAnswer(**told(kept, outcome).model_dump(), history=entries)
