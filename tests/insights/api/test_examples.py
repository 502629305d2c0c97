"""The examples in the description of the API are answers, and bodies that would be taken."""

import pytest
from pydantic import BaseModel

from services.insights.api import examples
from services.insights.api.exposure import ExposuresAnswer, ExposuresBody
from services.insights.api.loops import LoopsAnswer
from services.insights.api.repeats import RepeatsAnswer


@pytest.mark.parametrize(
    ("shape", "example"),
    [
        (ExposuresBody, examples.EXPOSURE_TOLD),
        (ExposuresAnswer, examples.EXPOSURE),
        (LoopsAnswer, examples.LOOPS),
        (RepeatsAnswer, examples.REPEATS),
    ],
)
def test_every_example_fits(shape: type[BaseModel], example: examples.Example) -> None:
    shape.model_validate(dict(example))
