"""
The note beside a committed offset: whether somebody is at work from there on, and how often a process died of it.

Triage has no store, so it keeps this in the metadata of Kafka's offset commits.

A death among several records says of none that it is to blame, so the next holder takes those one at a time. A death at one
record alone is that record's; then the death in company is explained too, and nobody else answers for it.
"""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError


class Note(BaseModel):
    """
    Who works where.

    `deaths` counts the deaths of the record at the committed offset. Records before `until` are taken one at a time; each of them
    answers for `in_company` deaths besides those of its own.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    holder: str | None = Field(default=None, description="the process at work; None when nobody is")
    is_alone: bool = False
    deaths: int = Field(default=0, ge=0)
    in_company: int = Field(default=0, ge=0)
    until: int = Field(default=0, ge=0)

    @classmethod
    def read(cls, metadata: str) -> Self:
        """The note that was written. Anything else, from a tool that moves offsets for one, means that nobody is at work."""
        try:
            return cls.model_validate_json(metadata)
        except ValidationError:
            return cls()

    def written(self) -> str:
        return self.model_dump_json(exclude_defaults=True)

    def at_work(self, holder: str, *, is_alone: bool, end: int) -> Self:
        """Before the records up to `end` are touched."""
        return self.model_copy(update={"holder": holder, "is_alone": is_alone, "until": max(self.until, end)})

    def at_rest(self) -> Self:
        """Nobody is at work any more, and nothing was done. Where nobody has died, no record is suspected."""
        if self.deaths == self.in_company == 0:
            return type(self)()
        return self.model_copy(update={"holder": None, "is_alone": False})

    def after_death(self) -> Self:
        """The holder died at work."""
        if self.is_alone:
            return self.model_copy(update={"holder": None, "is_alone": False, "deaths": self.deaths + 1, "in_company": 0})
        return self.model_copy(update={"holder": None, "deaths": 1, "in_company": 1})

    def done(self, end: int) -> Self:
        """Everything before `end` is done."""
        if end >= self.until:
            return type(self)()
        return type(self)(deaths=self.in_company, in_company=self.in_company, until=self.until)
