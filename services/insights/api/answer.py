"""What every answer has in common."""

from pydantic import BaseModel, ConfigDict

from services.insights.api.examples import Example


class Answer(BaseModel):
    """A part of an answer: frozen, and readable from the value inside that it tells."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


def shown_as(example: Example) -> ConfigDict:
    """The description of the API shows this example of the answer."""
    return ConfigDict(json_schema_extra={"examples": [dict(example)]})
