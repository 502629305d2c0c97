"""Do the rollups equal what they were made from? Counted again in SQL, by other means than the ones that keep them."""

from dataclasses import dataclass

from services.insights.store.blocks import blocks
from services.insights.store.connection import Pool, transaction

SQL = "recount"


@dataclass(frozen=True, slots=True)
class Difference:
    """One row of a rollup that says something else than a recount."""

    rollup: str
    tenant: str
    place: str
    counted: str
    recounted: str

    def __str__(self) -> str:
        return f"{self.rollup}: {self.tenant}, {self.place}: counted {self.counted}, recounted {self.recounted}"


async def recount(pool: Pool) -> list[Difference]:
    """Every difference there is, none being the promise. Reads all contacts, from one snapshot: it takes a while, and stops nobody."""
    async with transaction(pool) as connection:
        await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        return [
            Difference(rollup, row["tenant"], row["place"], row["counted"], row["recounted"])
            for rollup, statement in blocks(SQL).items()
            for row in await connection.fetch(statement, timeout=3600)
        ]
