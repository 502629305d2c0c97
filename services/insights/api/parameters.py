"""What may be asked: unknown parameters are refused by name, times and words are bounded."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

Time = Annotated[AwareDatetime, Field(ge=datetime(2000, 1, 1, tzinfo=UTC), lt=datetime(2200, 1, 1, tzinfo=UTC))]
"""A moment with zone, from the year 2000 on, as everything in here."""

# PostgreSQL holds no NUL in a text.
Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00]+$")]


class Asked(BaseModel):
    """The query of a request."""

    model_config = ConfigDict(frozen=True, extra="forbid")
