"""`GET /v1/search`: contacts by words, and by meaning starting from a contact."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.insights.correcting.merging import merge
from services.insights.reads.highlights import LONGEST, highlighted
from services.insights.reads.search import NEAR_SIGNALS, OF_EACH
from services.insights.store.connection import Pool, transaction
from tests.insights.api.conftest import NOW, House
from tests.insights.api.world import Contact, an_id, write
from tests.insights.saying import NOW as SAID_AT
from tests.insights.saying import Desk, contact, contact_id, friction
from tests.insights.test_counting import SIGNAL, signal
from tests.insights.test_people import forgotten


async def tell(pool: Pool, *contacts: Contact, languages: tuple[str, ...] = ()) -> None:
    async with pool.acquire() as connection:
        await write(connection, [], contacts)
        for one, language in zip(contacts, languages, strict=False):
            await connection.execute("UPDATE contacts SET language = $1 WHERE contact_id = $2", language, one.contact_id)


def said(text: str, days: int = 1, **more: Any) -> Contact:
    return Contact(text, text, NOW - timedelta(days=days), **more)


async def texts(api: httpx.AsyncClient, **asked: Any) -> list[str]:
    answer = await api.get("/v1/search", params=asked)
    assert answer.status_code == 200, answer.text
    return [found["words"]["text"] for found in answer.json()["contacts"]]


async def test_every_word_has_to_be_there_in_any_order_and_case(api: httpx.AsyncClient, pool: Pool) -> None:
    await tell(pool, said("The REFUND never came back", 3), said("Came for a refund", 2), said("No words of that", 1))
    assert await texts(api, q="refund came") == ["Came for a refund", "The REFUND never came back"]
    assert await texts(api, q="refund never") == ["The REFUND never came back"]
    assert await texts(api, q="refund tomorrow") == []


async def test_a_word_may_be_a_beginning_or_another_form_of_the_same_stem(api: httpx.AsyncClient, pool: Pool) -> None:
    await tell(pool, said("My payments failed"))
    for q in ("pay", "payment", "payments", "fail", "failing", "failed PAYM"):
        assert await texts(api, q=q) == ["My payments failed"], q
    for q in ("pa", "ments", "failure"):
        assert await texts(api, q=q) == [], q


@pytest.mark.parametrize(
    ("language", "text", "q"),
    [
        ("de", "Die Häuser wurden nicht geliefert", "Haus"),
        ("de", "Die Häuser wurden nicht geliefert", "lieferung"),
        ("fr", "Les colis sont arrivés cassés", "arrivé"),
        ("es", "No llegaron los pedidos", "pedido"),
        ("ja", "ログイン できない", "ログイン"),
        ("xx", "kirjaudu sisään", "kirjaudu"),
    ],
)
async def test_words_are_found_in_the_language_they_were_said_in(
    api: httpx.AsyncClient, pool: Pool, language: str, text: str, q: str
) -> None:
    await tell(pool, said(text), languages=(language,))
    found = await texts(api, q=q)
    if (language, q) == ("de", "lieferung"):  # another word, by the rules of that language
        assert found == []
    else:
        assert found == [text]


async def test_words_that_stand_everywhere_are_not_asked_for(api: httpx.AsyncClient, pool: Pool) -> None:
    await tell(pool, said("I was charged twice"))
    assert await texts(api, q="the charged", language="en") == ["I was charged twice"]
    assert await texts(api, q="was I charged") == ["I was charged twice"]
    assert await texts(api, q="the") == []


async def test_what_was_found_is_told_by_offsets_and_never_as_markup(api: httpx.AsyncClient, pool: Pool) -> None:
    text = "<b>Refunds</b> & more: " + "so it goes on. " * 30 + "Where is my refund? 'quoted' \\ %"
    await tell(pool, said(text, subject="About <i>"))
    (found,) = (await api.get("/v1/search", params={"q": "refund"})).json()["contacts"]
    words = found["words"]
    marked = [words["text"][mark["start"] : mark["end"]] for mark in words["marks"]]
    assert marked == ["Refunds"]
    assert words["text"].startswith("About <i>\n<b>Refunds</b> & more")
    assert (len(words["text"]), words["cut_before"], words["cut_after"]) == (LONGEST, False, True)
    (far,) = (await api.get("/v1/search", params={"q": "where quoted"})).json()["contacts"]
    assert [far["words"]["text"][m["start"] : m["end"]] for m in far["words"]["marks"]] == ["quoted"]


@pytest.mark.parametrize("q", ["'", "a & b | !c", "<-> :*", "x:* & (y", "\\'; DROP TABLE contacts; --", "%_%", "'':*"])
async def test_what_looks_like_a_query_is_words(api: httpx.AsyncClient, pool: Pool, q: str) -> None:
    await tell(pool, said("Nothing of it"))
    assert (await api.get("/v1/search", params={"q": q})).status_code in (200, 422)
    assert await texts(api, q="nothing") == ["Nothing of it"]


async def test_turning_pages_shows_every_contact_once_the_latest_first(api: httpx.AsyncClient, pool: Pool) -> None:
    contacts = [Contact(f"c{n}", f"Refund {n}", NOW - timedelta(days=n // 3 * 7)) for n in range(17)]
    await tell(pool, *contacts)
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        asked = {"q": "refund", "limit": "4"} | ({"cursor": cursor} if cursor else {})
        page = (await api.get("/v1/search", params=asked)).json()
        seen += [found["contact_id"] for found in page["contacts"]]
        cursor = page["next_cursor"]
    wanted = sorted(contacts, key=lambda one: (one.occurred_at, one.contact_id), reverse=True)
    assert seen == [str(one.contact_id) for one in wanted]


async def test_what_is_rare_is_found_behind_thousands_of_others(api: httpx.AsyncClient, pool: Pool) -> None:
    """More than are walked through: the rest comes by the index, month by month."""
    rare = [Contact(f"rare {n}", f"Zebra {n}", NOW - timedelta(days=30 * n, hours=1)) for n in range(7)]
    common = [Contact(f"common {n}", "Refund", NOW - timedelta(minutes=n)) for n in range(600)]
    await tell(pool, *rare, *common)
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        asked = {"q": "zebra", "limit": "3"} | ({"cursor": cursor} if cursor else {})
        page = (await api.get("/v1/search", params=asked)).json()
        seen += [found["words"]["text"] for found in page["contacts"]]
        cursor = page["next_cursor"]
    assert seen == [f"Zebra {n}" for n in range(7)]
    assert await texts(api, q="zebra", until="2025-09-01T00:00:00Z") == [f"Zebra {n}" for n in range(3, 7)]
    assert len(await texts(api, q="refund", limit=100)) == 100


async def test_time_bounds_what_is_found(api: httpx.AsyncClient, pool: Pool) -> None:
    await tell(pool, said("Refund early", 20), said("Refund late", 2))
    assert await texts(api, q="refund", since="2025-11-20T00:00:00Z") == ["Refund late"]
    assert await texts(api, q="refund", until="2025-11-20T00:00:00Z") == ["Refund early"]


async def test_what_others_said_is_not_found(api: httpx.AsyncClient, pool: Pool, callers: Pool) -> None:
    theirs = said("Refund of theirs", tenant="globex")
    await tell(pool, said("Refund of ours"), theirs)
    assert await texts(api, q="refund") == ["Refund of ours"]
    assert (await api.get("/v1/search", params={"like": str(theirs.contact_id)})).status_code == 404
    everything = (
        "SELECT count(*) FROM contacts_saying('refund'::tsquery, '2000-01-01', '2200-01-01', 'infinity', gen_random_uuid(), 100)"
    )
    async with transaction(callers, "acme") as connection:
        await connection.execute("CREATE TEMPORARY VIEW contacts AS SELECT * FROM generate_series(1, 9)")  # is not taken for ours
        assert await connection.fetchval(everything) == 1
    assert await callers.fetchval(everything) == 0  # no tenant is named


async def test_who_was_forgotten_is_found_by_no_word_and_no_meaning(house: House, pool: Pool) -> None:
    await pool.execute(SIGNAL, *signal(0))
    desk = await Desk(pool).open()
    await desk.count(contact("a", customer="ann", text="Uppsala printer"), contact("b", customer="bob", text="Bob's printer"))
    key, _ = house.make_key("acme")
    async with house.client() as api:
        api.headers["Authorization"] = f"Bearer {key}"
        assert await texts(api, q="uppsala") == ["about the printer\nUppsala printer"]
        assert len(await texts(api, like=str(contact_id("b")))) == 1
        await desk.count(forgotten=(forgotten("ann"),))
        await desk.count(contact("a", customer="ann", text="Uppsala printer", reading=3))
        assert await texts(api, q="uppsala") == []
        assert await texts(api, like=str(contact_id("b"))) == []
        answer = await api.get("/v1/search", params={"like": str(contact_id("a"))})
    assert (answer.status_code, answer.json()["invalid_params"][0]["name"]) == (422, "like")


async def test_what_means_nearly_the_same_comes_first_in_a_signal_or_waiting_for_one(house: House, pool: Pool) -> None:
    for number in range(2):
        await pool.execute(SIGNAL, *signal(number))
    desk = await Desk(pool).open()
    others = [contact(f"other {n}", friction(1, seed=n), text=f"other {n}") for n in range(5)]
    waiting = [contact(f"waits {n}", friction(9, seed=n), text=f"waits {n}") for n in range(2)]
    alike = [
        contact(f"alike {n}", friction(0, seed=n), text=f"alike {n}", occurred_at=SAID_AT + timedelta(days=n)) for n in range(9)
    ]
    foreign = contact("alike 0", friction(0), tenant="globex")
    await desk.count(*others, *waiting, *alike, foreign)
    key, _ = house.make_key("acme")
    async with house.client() as api:
        api.headers["Authorization"] = f"Bearer {key}"
        seen: list[dict[str, Any]] = []
        cursor: str | None = ""
        while cursor is not None:
            asked = {"like": str(contact_id("alike 0")), "limit": "3"} | ({"cursor": cursor} if cursor else {})
            page = (await api.get("/v1/search", params=asked)).json()
            seen += page["contacts"]
            cursor = page["next_cursor"]
        assert await texts(api, like=str(contact_id("waits 0"))) == ["waits 1"]
    assert sorted(found["contact_id"] for found in seen) == sorted(str(contact_id(f"alike {n}")) for n in range(1, 9))
    similar = [found["similarity"] for found in seen]
    assert similar == sorted(similar, reverse=True)
    assert all(0.5 < each <= 1.001 for each in similar)
    assert seen[0]["words"]["marks"] == [{"start": 0, "end": 4}]
    assert OF_EACH == 1000


async def test_what_was_merged_twice_over_is_found_by_its_meaning(house: House, pool: Pool) -> None:
    for number in range(NEAR_SIGNALS):
        await pool.execute(SIGNAL, *signal(number))
    # Farther than those which are looked at.
    heirs = (NEAR_SIGNALS, NEAR_SIGNALS + 1)
    for number in heirs:
        signal_id, _, founded_at = signal(number)
        await pool.execute(SIGNAL, signal_id, [-1.0, *[0.0] * 31], founded_at)
    desk = await Desk(pool).open()
    await desk.count(*(contact(f"{n}", friction(0, seed=n), text=f"alike {n}") for n in range(2)))
    for source, into in pairwise(contact_id(f"signal {number}") for number in (0, *heirs)):
        async with transaction(pool) as connection:
            await merge(connection, "acme", [source], into=into, actor="key:ann", now=SAID_AT)
    key, _ = house.make_key("acme")
    async with house.client() as api:
        api.headers["Authorization"] = f"Bearer {key}"
        assert await texts(api, like=str(contact_id("0"))) == ["alike 1"]


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ({}, "q"),
        ({"q": "a", "like": str(an_id("x"))}, "q"),
        ({"q": "?!"}, "q"),
        ({"q": "a b c d e f g h i"}, "q"),
        ({"q": "x" * 201}, "q"),
        ({"q": "a", "language": "English"}, "language"),
        ({"like": str(an_id("x")), "language": "en"}, "language"),
        ({"like": str(an_id("x")), "since": "2025-11-20T00:00:00Z"}, "since"),
        ({"q": "a", "since": "2025-11-20T00:00:00Z", "until": "2025-11-19T00:00:00Z"}, "since"),
        ({"q": "a", "limit": "101"}, "limit"),
        ({"q": "a", "cursor": "x"}, "cursor"),
        ({"like": str(an_id("x")), "cursor": "x"}, "cursor"),
        ({"like": "first"}, "like"),
        ({"words": "a"}, "words"),
    ],
)
async def test_what_does_not_fit_is_refused_by_name(api: httpx.AsyncClient, asked: dict[str, str], name: str) -> None:
    answer = await api.get("/v1/search", params=asked)
    assert answer.status_code == 422
    assert name in [wrong["name"] for wrong in answer.json()["invalid_params"]]


async def test_like_a_contact_that_is_not_there_is_unknown(api: httpx.AsyncClient) -> None:
    assert (await api.get("/v1/search", params={"like": str(an_id("nobody"))})).status_code == 404


@given(st.text(max_size=700), st.lists(st.tuples(st.integers(-5, 800), st.integers(-5, 800)), max_size=6))
def test_marks_lie_in_the_text_in_order_and_mark_what_was_found(text: str, spans: list[tuple[int, int]]) -> None:
    found = highlighted(text, spans)
    assert found.text in text
    assert len(found.text) <= LONGEST
    reached = 0
    for mark in found.marks:
        assert reached <= mark.start < mark.end <= len(found.text)
        reached = mark.end
    inside = [(start, end) for start, end in spans if 0 <= start < min(end, len(text))]
    if inside:
        start, end = min(inside)
        assert found.marks[0].start <= start
        first = found.text[found.marks[0].start : found.marks[0].end]
        assert text[start:end].startswith(first[: end - start])
