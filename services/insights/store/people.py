"""Which pseudonyms are one person, and who asked to be forgotten."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from services.insights.rules.people import Rename
from services.insights.store.blocks import blocks
from services.insights.store.connection import Connection

SQL = "people"


async def known(connection: Connection, tenant: str, pseudonyms: Collection[str]) -> dict[str, str]:
    """The pseudonym that is counted, for each that has been replaced by another."""
    rows = await connection.fetch(blocks(SQL)["known"], tenant, list(pseudonyms))
    return {row["alias"]: row["customer"] for row in rows}


async def alias(connection: Connection, tenant: str, rename: Rename) -> None:
    """From now on one is counted as the other, and so is everybody who was counted as the one."""
    await connection.execute(blocks(SQL)["alias"], tenant, rename.alias, rename.customer)


async def everybody(connection: Connection, tenant: str, pseudonyms: Collection[str]) -> list[str]:
    """All pseudonyms, live and replaced, of the people who have one of these."""
    rows = await connection.fetch(blocks(SQL)["everybody"], tenant, list(pseudonyms))
    return [row["alias"] for row in rows]


async def forget(
    connection: Connection, tenant: str, pseudonyms: Collection[str], *, erasure_id: UUID, requested_at: datetime
) -> None:
    """What was received under these before `requested_at` is not to be stored again."""
    await connection.execute(blocks(SQL)["forget"], tenant, list(pseudonyms), erasure_id, requested_at)


async def forgotten(connection: Connection, tenant: str, pseudonyms: Collection[str]) -> dict[str, datetime]:
    """Those of `pseudonyms` that asked to be forgotten, and until when."""
    rows = await connection.fetch(blocks(SQL)["forgotten"], tenant, list(pseudonyms))
    return {row["customer"]: row["requested_at"] for row in rows}
