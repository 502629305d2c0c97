"""The page at `/`: what a person sees of a reading, with a script and without one."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.triage.pages.examples import EXAMPLES
from services.triage.pages.marks import passages
from services.triage.reading import Candidate, Reading, Text
from services.triage.remedies import RemedyBook
from shared.credentials import Scope, add_key, create_key
from shared.events import Disposition, Kind, Span, Urgency
from shared.web.wording import percent
from tests.triage.flow.saying import NOW, Keywords, friction
from tests.triage.flow.test_api import Waiting, triage
from tests.triage.flow.test_remedies import changed

EVIL = "<script>alert('x')</script><img src=x onerror=alert(1)>\"'&"


class Seen(HTMLParser):
    """A page as a person sees it: its words, its marks, and every tag with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.marks: list[str] = []
        self._open: list[str] = []
        self._words: list[str] = []
        self.feed(page)

    @property
    def words(self) -> str:
        return " ".join("".join(self._words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._open.append(tag)
        if tag == "mark":
            self.marks.append("")

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass
        self._words.append(" ")

    def handle_data(self, data: str) -> None:
        self._words.append(data)
        if "mark" in self._open:
            self.marks[-1] += data


async def sent(http: httpx.AsyncClient, **fields: str) -> httpx.Response:
    """The form, as a browser without a script sends it."""
    return await http.post("/", data=fields)


class Two(Keywords):
    """Reads two frictions, the second one unsure, in something that is urgent."""

    def read(self, texts: Sequence[Text]) -> list[Reading]:
        [reading] = super().read(texts)
        unsure = replace(
            friction(Kind.UNKNOWN, intensity=0.25),
            start=11,
            end=20,
            confidence=0.4,
            candidates=(Candidate(Kind.GAP, 0.4), Candidate(Kind.POLICY, 0.35)),
            reasons=(),
        )
        sure = replace(friction(Kind.CHARGE, 9, intensity=0.6), reasons=("charged", "<twice>"))
        return [replace(reading, frictions=(sure, unsure), urgency=Urgency.HIGH, urgency_reason="it burns")]


async def test_the_empty_page_offers_examples_and_says_what_will_be_there() -> None:
    async with triage() as http:
        answer = await http.get("/")

    seen = Seen(answer.text)
    assert answer.status_code == 200
    assert "Nothing to read yet" in seen.words
    assert [one["value"] for tag, one in seen.tags if tag == "button" and one.get("name") == "example"] == [
        str(number) for number in range(len(EXAMPLES))
    ]
    assert 'name="key"' not in answer.text


async def test_a_form_comes_back_with_everything_that_was_read_and_why() -> None:
    async with triage(reader=Two()) as http:
        page = Seen((await sent(http, text="Charged ¡! and more.", subject="March")).text)

    assert page.marks == ["Charged ¡", "and more."]
    for words in (
        "Charged ¡ 1 charge ! and more. 2 unknown",
        "What it is Friction 90 % sure",
        "How soon High it burns",
        "Charge billing, price, refund because of charged and <twice>",
        "Intensity 60 %",
        "charge (said) 80 %",
        "Not clear yet no kind is likely enough to be claimed",
        "gap 40 % policy 35 %",
        "Mood Neutral 80 %",
        "Advice Say sorry first.",
        "Language English",
        "Remedy None is known for this.",
        "Read by keywords 1, without a taxonomy of areas, reading 1.",
        "by the rule “",
        "March",
    ):
        assert words in page.words, words


async def test_the_script_gets_the_same_reading_to_put_in_its_place() -> None:
    async with triage() as http:
        page = (await sent(http, text="angry about the charge")).text
        part = await http.post("/v1/preview", json={"text": "angry about the charge"}, headers={"Accept": "text/html"})

    assert part.headers["content-type"].startswith("text/html")
    assert part.text.strip() in page


async def test_what_was_written_stays_in_the_form_and_is_never_markup() -> None:
    async with triage() as http:
        answer = await sent(http, text=f"\r\n{EVIL}", subject=EVIL, product=EVIL, rating="2", channel="review", key=EVIL)

    page = Seen(answer.text)
    scripts = [one for tag, one in page.tags if tag == "script"]
    assert [set(one) for one in scripts] == [{"src", "defer"}]
    assert not [one for tag, one in page.tags if tag == "img" or any(name.startswith("on") or name == "style" for name in one)]
    assert page.words.count("alert('x')") >= 2
    assert [one["value"] for tag, one in page.tags if tag == "input" and one["name"] in ("subject", "product")] == [EVIL, EVIL]
    assert [one["value"] for tag, one in page.tags if tag == "option" and "selected" in one] == ["review", "2"]


async def test_an_example_that_is_pressed_is_read() -> None:
    async with triage() as http:
        page = Seen((await sent(http, text="something else", subject="Old", example="2")).text)

    assert EXAMPLES[2].text in page.words
    assert "something else" not in page.words
    assert "Old" not in page.words


async def test_nothing_that_got_in_the_way_is_said_so() -> None:
    async with triage() as http:
        page = Seen((await sent(http, text="thanks")).text)

    assert "Praise" in page.words
    assert "Nothing did, as far as triage can tell." in page.words


class Unsure(Keywords):
    def read(self, texts: Sequence[Text]) -> list[Reading]:
        return [replace(one, disposition=Disposition.UNKNOWN, frictions=(), confidence=0.4) for one in super().read(texts)]


async def test_what_is_not_clear_is_not_said_to_be_sure() -> None:
    async with triage(reader=Unsure()) as http:
        page = Seen((await sent(http, text="hm")).text)

    assert "What it is Not clear yet at most 40 % sure" in page.words


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"text": ""}, 200, "Nothing to read yet"),
        ({"text": " \r\n "}, 200, "Nothing to read yet"),
        ({"text": "x" * 20_001}, 422, "The text is longer than 20,000 characters."),
        ({"text": "x", "annual_value": "-1"}, 422, "The annual value does not fit"),
        ({"text": "x", "channel": "pigeon"}, 422, "The channel does not fit"),
        ({"text": "x" * 300_000}, 413, "larger than"),
        ({str(number): "x" for number in range(30)}, 400, "This is not the form of this page."),
    ],
)
async def test_what_cannot_be_read_is_said_on_the_page(fields: dict[str, str], status: int, words: str) -> None:
    async with triage() as http:
        answer = await sent(http, **fields)

    assert answer.status_code == status
    assert words in Seen(answer.text).words


async def test_who_comes_while_all_places_are_taken_keeps_their_text_and_is_told() -> None:
    reader = Waiting()
    async with triage(reader=reader, at_a_time=1) as http, asyncio.TaskGroup() as tasks:
        first = tasks.create_task(sent(http, text="gap"))
        await asyncio.sleep(0.2)
        second = await sent(http, text="my words")
        reader.allowed.set()

    page = Seen(second.text)
    assert (second.status_code, second.headers["retry-after"]) == (503, "1")
    assert "Too many previews at a time." in page.words
    assert "my words" in page.words
    assert first.result().status_code == 200


async def test_with_a_key_file_the_page_asks_for_a_key_and_never_says_it_back(tmp_path: Path) -> None:
    key, credential = create_key("acme", [Scope.INSIGHTS_READ], now=NOW)
    add_key(tmp_path / "keys.json", credential)
    book = RemedyBook()
    book.learn(known := changed("acme", kinds=(Kind.ACCESS,)))

    async with triage(remedies=book, keys=tmp_path / "keys.json") as http:
        empty = await http.get("/")
        stranger = await sent(http, text="no access", key="fb_wrong_key")
        acme = await sent(http, text="no access", key=f" {key} ")

    assert 'name="key" type="password" autocomplete="off"' in empty.text
    assert (stranger.status_code, "This API key is not known" in stranger.text) == (401, True)
    assert (acme.status_code, known.remedy.solution in Seen(acme.text).words) == (200, True)
    assert "fb_wrong_key" not in stranger.text
    assert key not in acme.text


async def test_a_browser_takes_nothing_from_elsewhere_and_keeps_nothing() -> None:
    async with triage() as http:
        page = await http.get("/")
        addresses = set(re.findall(r'(?:src|href)="([^"#]+)"', page.text))
        files = {address: await http.get(address) for address in addresses - {"/"}}
        sheets = {address: files[address].text for address in files if address.endswith(".css")}
        named = [
            f"{address.rsplit('/', 1)[0]}/{name}"
            for address in sheets
            for name in re.findall(r'url\("([^"]+)"\)', sheets[address])
        ]
        beside = [await http.get(address) for address in named]
        old = await http.get("/static/0000000000000000/triage.css")

    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["x-frame-options"] == "DENY"
    assert all(address.startswith("/") for address in addresses)
    assert {each.status_code for each in (*files.values(), *beside)} == {200}
    assert (len(sheets), len(beside)) == (2, 3)
    assert all("immutable" in each.headers["cache-control"] for each in (*files.values(), *beside))
    assert old.status_code == 404
    assert not any(re.search(r"https?://", sheet) for sheet in sheets.values())


@given(st.text(max_size=30), st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=5))
def test_a_text_that_is_marked_is_still_the_text(text: str, spans: list[tuple[int, int]]) -> None:
    found = passages(text, [Span(start=start, end=end) for start, end in spans])

    assert "".join(passage.words for passage in found) == text
    assert all(passage.words for passage in found)
    marked = {passage.friction for passage in found} - {None}
    assert {passage.friction for passage in found if passage.is_last} == marked
    assert sum(passage.is_last for passage in found) == len(marked)


def test_a_friction_inside_another_has_its_own_words() -> None:
    found = passages("abcdef", [Span(start=0, end=6), Span(start=2, end=4)])

    assert [(passage.words, passage.friction, passage.is_last) for passage in found] == [
        ("ab", 1, False),
        ("cd", 2, True),
        ("ef", 1, True),
    ]


@pytest.mark.parametrize(
    ("share", "words"),
    [(0.0, "0\u2009%"), (0.001, "under 1\u2009%"), (0.456, "46\u2009%"), (0.999, "over 99\u2009%"), (1.0, "100\u2009%")],
)
def test_what_is_not_certain_is_never_said_to_be(share: float, words: str) -> None:
    assert percent(share) == words
