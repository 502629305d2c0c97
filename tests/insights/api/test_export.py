"""`GET /v1/export`: signals and contacts as CSV, NDJSON and Parquet, streamed."""

import csv
import json
from datetime import datetime, timedelta
from io import BytesIO, StringIO
from typing import Any

import httpx
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.insights.api.export import AT_ONCE, _Turns
from services.insights.api.formats import Format, encoder
from services.insights.api.formats.comma import FORMULA
from services.insights.api.formats.parquet import ROWS_A_GROUP
from services.insights.reads.export import CONTACT_COLUMNS, Column, Holds, contact_pages, signal_pages
from services.insights.reads.filters import Filters
from services.insights.store.connection import Pool
from tests.insights.api.conftest import NOW, House
from tests.insights.api.test_signals import FOREIGN, LOGIN, REFUND, met, tell
from tests.insights.api.world import Contact, write
from tests.insights.saying import Desk, contact, pseudonym
from tests.insights.test_people import forgotten

FORMATS = ["csv", "ndjson", "parquet"]


def read(answer: httpx.Response) -> list[dict[str, Any]]:
    """The rows of a file of any format; of CSV everything is text."""
    assert answer.status_code == 200, answer.text
    match answer.headers["content-disposition"].rsplit(".", 1)[1].strip('"'):
        case "csv":
            return list(csv.DictReader(StringIO(answer.text, newline="")))
        case "ndjson":
            return [json.loads(line) for line in answer.text.splitlines()]
        case _:
            rows: list[dict[str, Any]] = pq.read_table(BytesIO(answer.content)).to_pylist()
            return rows


async def exported(api: httpx.AsyncClient, form: str = "ndjson", **asked: str) -> list[dict[str, Any]]:
    return read(await api.get("/v1/export", params={"format": form, **asked}))


@pytest.mark.parametrize("form", FORMATS)
async def test_every_contact_comes_out_once_in_order_with_what_is_known(api: httpx.AsyncClient, pool: Pool, form: str) -> None:
    contacts = [
        Contact(
            "first", "Grüße, „ja“\nand a second line", NOW - timedelta(days=70), signal=LOGIN, product="App", annual_value=12.5
        ),
        Contact("second", "Fine.", NOW - timedelta(days=3), disposition="praise", resolution="won", csat=5, minutes=2.5),
    ]
    await tell(pool, [LOGIN, FOREIGN], [*contacts, *met(FOREIGN, 2)])
    answer = await api.get("/v1/export", params={"what": "contacts", "format": form})
    first, second = read(answer)
    assert answer.headers["content-disposition"] == f'attachment; filename="contacts-2025-11-24.{form}"'
    assert list(first) == [column.name for column in CONTACT_COLUMNS]
    assert (first["contact_id"], first["text"]) == (str(contacts[0].contact_id), contacts[0].text)
    assert first["signals"] in ([str(LOGIN.signal_id)], str(LOGIN.signal_id))
    assert float(first["annual_value"]) == 12.5
    assert (str(second["csat"]), float(second["minutes_spent"]), second["resolution"]) == ("5", 2.5, "won")
    at = second["occurred_at"]
    assert (at if isinstance(at, datetime) else datetime.fromisoformat(at)) == contacts[1].occurred_at


@pytest.mark.parametrize("form", FORMATS)
async def test_signals_come_out_as_they_stand_in_the_list(api: httpx.AsyncClient, pool: Pool, form: str) -> None:
    await tell(pool, [LOGIN, REFUND, FOREIGN], [*met(LOGIN, 5, product="App"), *met(REFUND, 3), *met(FOREIGN, 4)])
    rows = await exported(api, form)
    assert [row["title"] for row in rows] == [LOGIN.title, REFUND.title]
    assert [int(row["customers"]) for row in rows] == [5, 3]
    assert rows[0]["products"] in (["App"], "App")
    assert rows[0]["matching_contacts"] in (None, "")


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("what", ["signals", "contacts"])
async def test_nothing_is_a_file_too(api: httpx.AsyncClient, form: str, what: str) -> None:
    assert await exported(api, form, what=what) == []


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({"kind": "access"}, "ac"),
        ({"status": "planned"}, "b"),
        ({"signal": str(LOGIN.signal_id)}, "ac"),
        ({"product": "App", "plan": "Pro"}, "a"),
        ({"channel": "chat"}, "c"),
        ({"version": "2.0"}, "c"),
        ({"q": "100%"}, "a"),
        ({"q": "log in after"}, "ac"),
        ({"since": "2025-11-20T00:00:00Z"}, "cd"),
        ({"until": "2025-11-20T00:00:00Z"}, "ab"),
        ({"trend": "quiet"}, ""),
    ],
)
async def test_contacts_are_filtered_as_the_list_is(
    api: httpx.AsyncClient, pool: Pool, asked: dict[str, str], names: str
) -> None:
    contacts = {
        "a": Contact(
            "a", "I am 100% locked out", NOW - timedelta(days=9), signal=LOGIN, kind="access", product="App", plan="Pro"
        ),
        "b": Contact("b", "Money!", NOW - timedelta(days=8), signal=REFUND, kind="charge", product="App"),
        "c": Contact("c", "Locked", NOW - timedelta(days=2), signal=LOGIN, kind="access", channel="chat", version="2.0"),
        "d": Contact("d", "Great", NOW - timedelta(days=1), disposition="praise"),
    }
    await tell(pool, [LOGIN, REFUND], list(contacts.values()))
    rows = await exported(api, what="contacts", **asked)
    assert [row["contact_id"] for row in rows] == [str(contacts[name].contact_id) for name in names]


async def test_pages_follow_each_other_without_gap_or_repeat_whatever_fits(pool: Pool, callers: Pool) -> None:
    same = NOW - timedelta(days=40)  # several at the same moment, over a month's end
    contacts = [Contact(f"c{n}", "Words.", same + timedelta(days=n // 5), signal=(LOGIN, REFUND)[n % 7 == 0]) for n in range(33)]
    await tell(pool, [LOGIN, REFUND], contacts)

    pages = [page async for page in contact_pages(callers, "acme", Filters(), size=4)]
    some = [page async for page in contact_pages(callers, "acme", Filters(), signal_id=REFUND.signal_id, size=4)]
    signals = [page async for page in signal_pages(callers, "acme", Filters(), at=NOW, size=1)]

    assert [len(page) for page in pages] == [4] * 8 + [1]
    wanted = sorted((each.occurred_at, str(each.contact_id)) for each in contacts)
    assert [row[0] for page in pages for row in page] == [name for _, name in wanted]
    assert sum(map(len, some)) == 5
    assert [len(page) for page in signals] == [1, 1]


async def test_who_was_forgotten_comes_out_of_no_file(api: httpx.AsyncClient, pool: Pool) -> None:
    desk = await Desk(pool).open()
    await desk.count(contact("a", customer="ann", text="I am Ann of Uppsala."), contact("b", customer="bob", text="Bob here."))
    await desk.count(forgotten=(forgotten("ann"),))
    await desk.count(contact("a", customer="ann", text="I am Ann of Uppsala.", reading=2))
    for form in FORMATS:
        rows = await exported(api, form, what="contacts")
        assert len(rows) == 2
        assert "Uppsala" not in str(rows)
        assert pseudonym("ann") not in str(rows)
        assert pseudonym("bob") in str(rows)
    assert await exported(api, what="contacts", q="Uppsala") == []


@given(st.sampled_from(FORMULA), st.text(max_size=20))
def test_no_cell_of_a_csv_begins_a_formula(begin: str, rest: str) -> None:
    file = encoder(Format.CSV, [Column("a"), Column("b", Holds.TEXTS), Column("c", Holds.NUMBER)])
    text = (file.page([(begin + rest, [begin + rest, "x"], -1.5)]) + file.end()).decode()
    _, row = csv.reader(StringIO(text, newline=""))
    assert row == [f"'{begin}{rest}", f"'{begin}{rest}; x", "-1.5"]


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@given(
    st.lists(
        st.tuples(st.none() | TEXT, st.lists(TEXT, max_size=3), st.none() | st.floats(allow_nan=False, allow_infinity=False))
    )
)
def test_what_goes_into_lines_and_parquet_comes_out_of_them(rows: list[tuple[object, ...]]) -> None:
    columns = [Column("a"), Column("b", Holds.TEXTS), Column("c", Holds.NUMBER)]
    wanted = [dict(zip("abc", row, strict=True)) for row in rows]
    lines, file = encoder(Format.NDJSON, columns), encoder(Format.PARQUET, columns)
    assert [json.loads(line) for line in (lines.page(rows) + lines.end()).splitlines()] == wanted
    parts = [file.page(rows[:2]), file.page(rows[2:]), file.end()]
    assert pq.read_table(BytesIO(b"".join(parts))).to_pylist() == wanted


def test_a_long_parquet_is_sent_group_by_group_and_held_back_no_further() -> None:
    file = encoder(Format.PARQUET, [Column("a")])
    pages = [[(f"{number}/{row}",) for row in range(2000)] for number in range(12)]
    parts = [file.page(page) for page in pages]
    assert [len(part) > 1000 for part in parts] == [number % 5 == 4 for number in range(12)]
    whole = pq.ParquetFile(BytesIO(b"".join([*parts, file.end()])))
    assert whole.metadata.num_rows == 24_000
    assert [whole.metadata.row_group(number).num_rows for number in range(3)] == [ROWS_A_GROUP, ROWS_A_GROUP, 4000]


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ({"format": "xlsx"}, "format"),
        ({"what": "customers"}, "what"),
        ({"signal": str(LOGIN.signal_id)}, "signal"),
        ({"what": "contacts", "signal": "first"}, "signal"),
        ({"limit": "5"}, "limit"),
        ({"since": "2025-11-24T00:00:00Z", "until": "2025-11-23T00:00:00Z"}, "since"),
    ],
)
async def test_what_does_not_fit_is_refused_by_name(api: httpx.AsyncClient, asked: dict[str, str], name: str) -> None:
    answer = await api.get("/v1/export", params=asked)
    assert answer.status_code == 422
    assert [wrong["name"] for wrong in answer.json()["invalid_params"]] == [name]


async def test_more_than_four_at_once_are_told_to_come_back() -> None:
    async def endless() -> Any:
        while True:
            yield b"x"

    turns = _Turns(AT_ONCE)
    files = [turns.taken_by(endless()) for _ in range(AT_ONCE)]
    for file in files:
        await anext(file)
    with pytest.raises(Exception, match="4 exports are being read already"):
        await anext(turns.taken_by(endless()))
    await files[0].aclose()
    assert await anext(turns.taken_by(endless())) == b"x"


async def test_an_export_needs_a_key(house: House, pool: Pool) -> None:
    async with pool.acquire() as connection:
        await write(connection, [], [Contact("a", "Words.", NOW)])
    async with house.client() as client:
        assert (await client.get("/v1/export", params={"what": "contacts"})).status_code == 401
