"""Dead letters: where journeys ended early. The bytes stay in Kafka."""

from collections.abc import Sequence

from services.insights.store.blocks import blocks
from services.insights.store.connection import Connection
from shared.events import ContactDead

SQL = "letters"


async def record(connection: Connection, letters: Sequence[ContactDead]) -> None:
    """Remember these burials."""
    await connection.execute(
        blocks(SQL)["record"],
        [letter.tenant for letter in letters],
        [letter.position.topic for letter in letters],
        [letter.position.partition for letter in letters],
        [letter.position.offset for letter in letters],
        [letter.contact_id for letter in letters],
        [letter.code for letter in letters],
        [letter.reason for letter in letters],
        [letter.deaths for letter in letters],
        [letter.buried_by for letter in letters],
        [letter.buried_at for letter in letters],
    )
