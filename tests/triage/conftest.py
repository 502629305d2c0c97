"""The reader as committed, loaded once."""

from collections.abc import Callable
from pathlib import Path

import pytest

from services.triage.reading import Reader, Reading, Text

MODEL = Path(__file__).parents[2] / "services" / "triage" / "model"


@pytest.fixture(scope="session")
def model_folder() -> Path:
    return MODEL


@pytest.fixture(scope="session")
def reader(model_folder: Path) -> Reader:
    return Reader.load(model_folder)


@pytest.fixture(scope="session")
def read(reader: Reader) -> Callable[[str], Reading]:
    """Read one text."""

    def one(body: str) -> Reading:
        (reading,) = reader.read([Text(None, body)])
        return reading

    return one
