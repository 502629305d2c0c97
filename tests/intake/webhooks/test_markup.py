"""HTML becomes words, in bounded time."""

import time

import pytest

from services.intake.webhooks.markup import words, words_if_marked_up

HOSTILE = [
    "<!--" * 250_000,
    "<a " * 300_000,
    "<div>" * 200_000,
    "<script>" * 120_000,
    "<" * 1_000_000,
    "</script" * 120_000,
    "<style></" * 100_000,
    "&#" * 500_000,
    "<a" + " " * 1_000_000,
]


@pytest.mark.parametrize(
    ("markup", "read"),
    [
        ("<p>It is <b>br</b>oken.</p><p>Again &amp; again</p>", "It is broken.\nAgain & again"),
        ("one<br/>two<div>three</div>", "one\ntwo\nthree"),
        ("5 < 6 and 7 > 3", "5 < 6 and 7 > 3"),
        ("&lt;b&gt; is how it is written", "<b> is how it is written"),
        ("<style>p {}</style><title>x</title>seen<script>hidden<b></script> and <!-- not <p> this -->this", "seen and this"),
        ("a&nbsp;b\n\n  c", "a b\nc"),
        ("<img src='x' onerror='alert(1)'>", ""),
        ("seen<!-- never closed <p>hidden", "seen"),
    ],
)
def test_a_person_would_read_the_same(markup: str, read: str) -> None:
    assert words(markup) == read


def test_a_text_that_begins_with_no_tag_stays_as_it_is() -> None:
    assert words_if_marked_up("press <enter>\n\nnow") == "press <enter>\n\nnow"
    assert words_if_marked_up(" <p>press</p>") == "press"


@pytest.mark.parametrize("markup", HOSTILE, ids=lambda markup: markup[:9])
def test_a_hostile_megabyte_takes_about_as_long_as_a_friendly_one(markup: str) -> None:
    friendly = "<p>It is <b>broken</b>.</p>" * 37_000

    assert _seconds(markup) < 10 * _seconds(friendly) + 0.5


def _seconds(markup: str) -> float:
    started = time.process_time()
    words(markup)
    return time.process_time() - started
