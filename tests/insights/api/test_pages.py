"""What people see."""

import re
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import httpx
import pytest

from services.insights.api import examples
from services.insights.api.journey_answers import JourneyAnswer
from services.insights.api.search import SearchAnswer
from services.insights.api.signal_answers import SeriesAnswer, SignalContactsAnswer, SignalDetailAnswer, SignalsAnswer
from services.insights.api.summary import SummaryAnswer
from services.insights.api.weights import WeighingAnswer
from services.insights.api.wins import SameAnswersAnswer, WinsPageAnswer
from services.insights.store.connection import Pool
from tests.insights.api.conftest import NOW, House
from tests.insights.api.world import Contact, Signal, an_id, write

EVIL = "<script>alert('x')</script><img src=x onerror=alert(1)>\"'&"


class Tags(HTMLParser):
    """Every tag of a page with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


async def tell(pool: Pool, signals: list[Signal], contacts: list[Contact]) -> None:
    async with pool.acquire() as connection:
        await write(connection, signals, contacts)


def met(signal: Signal, number: int, **more: Any) -> list[Contact]:
    return [
        Contact(f"{signal.title}/{n}", f"Trouble {n}.", NOW - timedelta(days=1, hours=n), signal=signal, **more)
        for n in range(number)
    ]


async def test_the_first_page_names_the_top_signals_with_trend_quotes_and_counts(browser: httpx.AsyncClient, pool: Pool) -> None:
    one = Signal("Charged twice", status="planned")
    await tell(pool, [one], met(one, 4, kind="charge", product="Checkout"))
    page = (await browser.get("/")).text
    for word in ("Charged twice", "New", "Charge", "Planned", "Checkout", "“Trouble 0.”", "One new signal, none getting worse"):
        assert word in page
    assert f'href="/signals/{one.signal_id}"' in page


async def test_an_empty_house_says_what_to_do_next(browser: httpx.AsyncClient) -> None:
    page = (await browser.get("/")).text
    assert "Nothing has arrived yet" in page
    assert "curl http://intake.test/v1/contacts" in page


async def test_frictions_that_wait_for_company_are_said_to_wait(browser: httpx.AsyncClient, pool: Pool) -> None:
    await tell(pool, [], [Contact("c", "Trouble.", NOW)])
    assert "1 friction waits" in (await browser.get("/")).text


@pytest.mark.parametrize("where", ["text", "title", "product", "subject", "plan"])
async def test_customers_words_are_words_and_never_markup(browser: httpx.AsyncClient, pool: Pool, where: str) -> None:
    signal = Signal(EVIL if where == "title" else "Trouble")
    more: dict[str, Any] = {where: EVIL} if where not in ("text", "title") else {}
    text = f"Look: {EVIL} Bye." if where == "text" else "Trouble."
    contact = Contact("c", text, NOW - timedelta(days=1), signal=signal, words=EVIL if where == "text" else "", **more)
    await tell(pool, [signal], [contact])
    for path in ("/", f"/signals/{signal.signal_id}", f"/contacts/{contact.contact_id}"):
        page = (await browser.get(path)).text
        assert "<img" not in page
        for tag, attributes in Tags(page).found:
            assert not any(name.startswith("on") for name in attributes)
            assert tag != "script" or (attributes["src"] or "").startswith("/static/")
    if where in ("text", "title"):
        assert "&lt;script&gt;" in (await browser.get("/")).text


async def test_pages_ask_nothing_from_elsewhere_and_run_only_their_own_file(browser: httpx.AsyncClient, pool: Pool) -> None:
    one = Signal("Charged twice")
    contacts = met(one, 4)
    await tell(pool, [one], contacts)
    for path in ("/", f"/signals/{one.signal_id}", f"/contacts/{contacts[0].contact_id}", "/nothing"):
        for tag, attributes in Tags((await browser.get(path)).text).found:
            assert tag not in ("style", "iframe")
            assert tag != "script" or (attributes["src"] or "").startswith("/static/")
            assert "style" not in attributes
            for name in ("href", "src", "action"):
                assert re.match(r"[/?#]", attributes.get(name) or "/"), attributes
                assert not (attributes.get(name) or "").startswith("//")


async def test_the_files_of_a_page_may_be_kept_for_ever_under_their_own_hash(browser: httpx.AsyncClient) -> None:
    sheet = re.search(r'href="(/static/[^"]+\.css)"', (await browser.get("/")).text)
    assert sheet is not None
    answer = await browser.get(sheet[1])
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    for name in re.findall(r'url\("([^"]+)"\)', answer.text):
        assert (await browser.get(sheet[1].rsplit("/", 1)[0] + "/" + name)).status_code == 200
    assert (await browser.get("/static/0000000000000000/failbetter.css")).status_code == 404
    assert (await browser.get(sheet[1].replace("failbetter.css", "FONTS-LICENSE.txt"))).status_code == 404


async def test_turning_the_pages_of_the_list_shows_every_signal_once(browser: httpx.AsyncClient, pool: Pool) -> None:
    many = [Signal(f"Trouble {n:02}") for n in range(30)]
    await tell(pool, many, [contact for signal in many for contact in met(signal, 3)])
    seen: list[str] = []
    way: str | None = "/signals"
    while way is not None:
        page = (await browser.get(way)).text
        seen += re.findall(r'<th scope="row"><a href="[^"]+">(Trouble \d+)</a>', page)
        more = re.search(r'href="(/signals\?cursor=[^"]+)" rel="next"', page)
        way = more[1] if more else None
    assert sorted(seen) == [signal.title for signal in many]


async def test_one_signal_shows_its_course_its_formula_and_its_contacts(browser: httpx.AsyncClient, pool: Pool) -> None:
    one = Signal("Charged twice")
    contacts = met(one, 14)
    await tell(pool, [one], contacts)
    page = (await browser.get(f"/signals/{one.signal_id}")).text
    assert "Priority = people \u00d7 intensity \u00d7 trend \u00d7 value" in page
    assert "14 contacts in the last seven days, against 0.0 a week" in page
    assert page.count('<td><a href="/contacts/') == 10
    older = re.search(r'href="(\?cursor=[^"#]+)#contacts"', page)
    assert older is not None
    assert (await browser.get(f"/signals/{one.signal_id}{older[1]}")).text.count('<td><a href="/contacts/') == 4


@pytest.mark.parametrize(("bucket", "said"), [("hour", "hour"), ("day", "day"), ("week", "week"), ("century", "week")])
async def test_the_chart_can_be_read_in_other_buckets(browser: httpx.AsyncClient, pool: Pool, bucket: str, said: str) -> None:
    one = Signal("Charged twice")
    await tell(pool, [one], met(one, 3))
    page = (await browser.get(f"/signals/{one.signal_id}?bucket={bucket}")).text
    assert f"Contacts per {said}</h2>" in page


async def test_a_signal_that_was_merged_away_leads_to_the_one_that_took_it_in(browser: httpx.AsyncClient, pool: Pool) -> None:
    one, other = Signal("Charged twice"), Signal("Double charge")
    await tell(pool, [one, other], [*met(one, 3), *met(other, 3)])
    async with pool.acquire() as connection:
        await connection.execute("UPDATE signals SET merged_into = $1 WHERE signal_id = $2", one.signal_id, other.signal_id)
    page = (await browser.get(f"/signals/{other.signal_id}")).text
    assert f'merged into <a href="/signals/{one.signal_id}"' in page


@pytest.mark.parametrize("path", ["/nothing", "/signals/first", f"/signals/{an_id('x')}", f"/contacts/{an_id('x')}"])
async def test_what_is_not_there_is_a_page_that_leads_back(browser: httpx.AsyncClient, path: str) -> None:
    answer = await browser.get(path)
    assert answer.status_code == 404
    assert "There is nothing here" in answer.text


async def test_a_foreign_signal_is_not_there(browser: httpx.AsyncClient, pool: Pool) -> None:
    foreign = Signal("Secret of globex", tenant="globex")
    await tell(pool, [foreign], [Contact("c", "Words.", NOW, tenant="globex", signal=foreign)])
    answer = await browser.get(f"/signals/{foreign.signal_id}")
    assert answer.status_code == 404
    assert "Secret" not in answer.text


async def test_a_bug_is_a_page_with_a_number_and_no_details(house: House, browser: httpx.AsyncClient, pool: Pool) -> None:
    async with pool.acquire() as connection:
        await connection.execute("DROP TABLE signal_hours CASCADE")
    answer = await browser.get("/")
    assert answer.status_code == 500
    assert "This is our fault" in answer.text
    assert answer.headers["x-request-id"] in answer.text
    assert "signal_hours" not in answer.text


@pytest.mark.parametrize("cursor", ["x", "e30"])
async def test_a_cursor_that_is_not_ours_is_a_page_that_leads_back(browser: httpx.AsyncClient, cursor: str) -> None:
    answer = await browser.get(f"/signals?cursor={cursor}")
    assert answer.status_code == 422
    assert "text/html" in answer.headers["content-type"]


def test_the_examples_of_the_description_are_answers() -> None:
    SignalsAnswer.model_validate(dict(examples.SIGNALS))
    SignalDetailAnswer.model_validate(dict(examples.SIGNAL))
    SignalContactsAnswer.model_validate(dict(examples.CONTACTS))
    SeriesAnswer.model_validate(dict(examples.SERIES))
    WeighingAnswer.model_validate(dict(examples.WEIGHING))
    WinsPageAnswer.model_validate(dict(examples.WINS))
    SearchAnswer.model_validate(dict(examples.SEARCH))
    SameAnswersAnswer.model_validate(dict(examples.SAME_ANSWERS))
    SummaryAnswer.model_validate(dict(examples.SUMMARY))
    JourneyAnswer.model_validate(dict(examples.JOURNEY))
