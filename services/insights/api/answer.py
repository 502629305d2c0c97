"""What every answer has in common."""

from pydantic import BaseModel, ConfigDict


class Answer(BaseModel):
    """A part of an answer: frozen, and readable from the value inside that it tells."""

    model_config = ConfigDict(frozen=True, from_attributes=True)
