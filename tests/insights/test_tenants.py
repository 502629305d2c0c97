"""Tenants do not see each other, whatever the statements say: row-level security under everything that callers ask."""

from collections.abc import AsyncIterator
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from deploy.local import Running
from services.insights.store.connection import CALLER, Pool, Unsuitable, open_pool, transaction
from services.insights.store.migrations import migrate
from tests.insights.conftest import administer, named
from tests.insights.saying import NOW, Desk, contact

NO_TENANT = {"stream_offsets", "schema_migrations"}
"""What is nobody's: callers have no right to it at all."""

TABLES = """
SELECT c.relname FROM pg_class AS c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
ORDER BY c.relname
"""

COLUMNS = """
SELECT attname, format_type(atttypid, NULL) AS type FROM pg_attribute
WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped AND attidentity = '' AND attgenerated = ''
ORDER BY attnum
"""

SOMETHING = {
    "text": "'open'",
    "uuid": "gen_random_uuid()",
    "timestamp with time zone": "timestamptz '2026-03-02 12:00Z'",
    "date": "date '2026-03-02'",
    "jsonb": "'{}'",
    "boolean": "false",
    "halfvec": "'[1,0]'",
    "text[]": "'{}'",
    "uuid[]": "'{}'",
    "smallint[]": "'{}'",
    "bytea": "''",
}
"""A value of each type; a number is 1."""


async def tables(pool: Pool) -> list[str]:
    return [row["relname"] for row in await pool.fetch(TABLES)]


@pytest.fixture
async def filled(pool: Pool) -> list[str]:
    """Every table with a tenant has a row of acme's and one of globex's."""
    await (await Desk(pool).open()).count(contact("a"), contact("a", tenant="globex"))
    names = [name for name in await tables(pool) if name not in NO_TENANT]
    for name in names:
        columns = await pool.fetch(COLUMNS, name)
        values = ", ".join("$1::text" if column == "tenant" else SOMETHING.get(kind, "1") for column, kind in columns)
        listed = ", ".join(f'"{column}"' for column, _ in columns)
        fill = f"INSERT INTO {name} ({listed}) VALUES ({values}) ON CONFLICT DO NOTHING"
        for tenant in ("acme", "globex"):
            await pool.execute(fill, tenant)
    return names


async def test_every_table_with_a_tenant_is_divided_and_the_others_are_named(pool: Pool) -> None:
    found = await pool.fetch(
        """
        SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity AS is_forced,
            (SELECT array_agg(policyname::text ORDER BY policyname) FROM pg_policies AS p WHERE p.tablename = c.relname) AS policies,
            has_table_privilege($1, c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, TRIGGER, REFERENCES') AS is_reachable,
            EXISTS (SELECT FROM pg_attribute WHERE attrelid = c.oid AND attname = 'tenant') AS has_tenant
        FROM pg_class AS c
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
        """,
        CALLER,
    )
    assert {row["relname"] for row in found if not row["has_tenant"]} == NO_TENANT
    for row in found:
        wanted = (True, ["of_tenant", "of_the_log"], True) if row["has_tenant"] else (False, None, False)
        assert (row["is_forced"], row["policies"], row["is_reachable"]) == wanted, row["relname"]


async def test_a_month_can_be_reached_through_its_table_only(pool: Pool) -> None:
    await (await Desk(pool).open()).count(contact("a"))
    months = await pool.fetch(
        "SELECT relname, relrowsecurity, has_table_privilege($1, oid, 'SELECT, INSERT, UPDATE, DELETE') FROM pg_class WHERE relispartition "
        "AND relkind = 'r' ORDER BY relname",
        CALLER,
    )
    assert [tuple(month) for month in months] == [("contacts_2026_03", True, False), ("frictions_2026_03", True, False)]


async def test_without_any_where_a_caller_sees_nothing_foreign(filled: list[str], pool: Pool, callers: Pool) -> None:
    for name in filled:
        assert {row["tenant"] for row in await pool.fetch(f"SELECT * FROM {name}")} == {"acme", "globex"}, name
        async with transaction(callers, "acme") as connection:
            assert {row["tenant"] for row in await connection.fetch(f"SELECT * FROM {name}")} == {"acme"}, name


async def test_without_any_where_a_caller_changes_and_deletes_nothing_foreign(
    filled: list[str], pool: Pool, callers: Pool
) -> None:
    for name in filled:
        async with transaction(callers, "acme") as connection:
            await connection.execute(f"UPDATE {name} SET tenant = tenant")
            await connection.execute(f"DELETE FROM {name}")
        assert {row["tenant"] for row in await pool.fetch(f"SELECT * FROM {name}")} == {"globex"}, name


async def test_a_caller_who_names_no_tenant_sees_nothing_also_after_one_who_did(filled: list[str], callers: Pool) -> None:
    async with callers.acquire() as connection:
        for _ in range(2):
            for name in filled:
                assert await connection.fetch(f"SELECT * FROM {name}") == [], name
            async with connection.transaction():
                await connection.execute("SET LOCAL failbetter.tenant = 'acme'")


async def test_a_caller_writes_nothing_for_another_tenant(filled: list[str], callers: Pool) -> None:
    for statement in (
        "INSERT INTO forgotten VALUES ('globex', 'ann', gen_random_uuid(), now())",
        "UPDATE signals SET tenant = 'globex'",
        'INSERT INTO contacts SELECT (jsonb_populate_record(c, \'{"tenant": "globex"}\')).* FROM contacts AS c',
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
            async with transaction(callers, "acme") as connection:
                await connection.execute(statement)


async def test_a_transaction_for_a_tenant_is_a_callers_on_any_connection(filled: list[str], pool: Pool) -> None:
    async with transaction(pool, "acme") as connection:
        assert await connection.fetchval("SELECT current_user") == CALLER
        assert await connection.fetchval("SELECT array_agg(DISTINCT tenant) FROM contacts") == ["acme"]
    assert await pool.fetchval("SELECT count(DISTINCT tenant) FROM contacts") == 2


async def test_a_caller_bypasses_nothing(callers: Pool) -> None:
    async with transaction(callers, "acme") as connection:
        mine = await connection.fetchrow(
            "SELECT rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = current_user"
        )
        assert mine is not None
        assert not any(mine)
    for statement in (
        "ALTER TABLE contacts DISABLE ROW LEVEL SECURITY",
        "DROP POLICY of_tenant ON contacts",
        "TRUNCATE contacts",
        "SELECT * FROM stream_offsets",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with transaction(callers, "acme") as connection:
                await connection.execute(statement)


@pytest.fixture
async def own_login(pool: Pool, database_url: str) -> AsyncIterator[str]:
    """The same database by a login that is a caller and nothing else."""
    await pool.execute(f"CREATE ROLE failbetter_http LOGIN PASSWORD 'a password' IN ROLE {CALLER}")
    address = urlsplit(database_url)
    yield urlunsplit(address._replace(netloc=f"failbetter_http:a%20password@{address.hostname}:{address.port}"))
    await pool.execute("DROP ROLE failbetter_http")


async def test_a_login_of_its_own_cannot_leave_its_role(filled: list[str], own_login: str) -> None:
    async with open_pool(own_login, max_size=2, is_for_callers=True) as callers:
        async with transaction(callers, "acme") as connection:
            assert await connection.fetchval("SELECT array_agg(DISTINCT tenant) FROM contacts") == ["acme"]
            await connection.execute("SET ROLE NONE")
            assert await connection.fetchval("SELECT array_agg(DISTINCT tenant) FROM contacts") == ["acme"]
        assert await callers.fetch("SELECT * FROM contacts") == []


@pytest.fixture
async def plain_owner(running: Running) -> AsyncIterator[str]:
    """A database whose owner may create no roles, as deploy/postgres/owner.sh makes one; the caller is not given to them yet."""
    await administer(running.database_url, "CREATE ROLE failbetter_plain LOGIN PASSWORD 'a password'")
    await administer(running.database_url, "GRANT failbetter_plain TO CURRENT_USER WITH SET TRUE")
    await administer(running.database_url, "CREATE DATABASE failbetter_plain OWNER failbetter_plain")
    address = urlsplit(named(running.database_url, "failbetter_plain"))
    yield urlunsplit(address._replace(netloc=f"failbetter_plain:a%20password@{address.hostname}:{address.port}"))
    await administer(running.database_url, "DROP DATABASE failbetter_plain WITH (FORCE)")
    await administer(running.database_url, "DROP ROLE failbetter_plain")


async def test_an_owner_who_may_create_no_roles_needs_to_be_given_the_caller(
    plain_owner: str, template: str, running: Running
) -> None:
    with pytest.raises(Unsuitable, match="GRANT failbetter_caller TO"):
        await migrate(plain_owner)
    await administer(running.database_url, f"GRANT {CALLER} TO failbetter_plain WITH INHERIT FALSE, SET TRUE")
    await migrate(plain_owner)
    async with open_pool(plain_owner, max_size=2, is_for_callers=True) as callers, transaction(callers, "acme") as connection:
        assert await connection.fetchval("SELECT current_user") == CALLER
        assert await connection.fetch("SELECT * FROM contacts") == []


async def test_a_table_that_a_later_migration_makes_is_divided_too(pool: Pool, database_url: str) -> None:
    await pool.execute("CREATE TABLE later (tenant text NOT NULL, at timestamptz NOT NULL DEFAULT now())")
    await pool.executemany("INSERT INTO later VALUES ($1, $2)", [("acme", NOW), ("globex", NOW)])
    await migrate(database_url)
    await migrate(database_url)
    async with transaction(pool, "globex") as connection:
        assert await connection.fetchval("SELECT array_agg(tenant) FROM later") == ["globex"]
