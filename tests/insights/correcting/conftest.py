import pytest

from services.insights.store.connection import Pool
from tests.insights.correcting.team import Team, open_signal
from tests.insights.saying import Desk


@pytest.fixture
async def team(pool: Pool) -> Team:
    for number in range(4):
        await open_signal(pool, number)
    return Team(pool, await Desk(pool).open())
