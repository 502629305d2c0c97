"""Numbers, words and drawings, without a database."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.insights.pages import wording
from services.insights.pages.charts import chart, sparkline
from services.insights.pages.gauge import gauge
from services.insights.reads.answers import Bucket, Point
from services.insights.reads.passages import AROUND, LONGEST, excerpt, passages
from services.insights.reads.series import buckets_between
from services.insights.rules.satisfaction import satisfaction
from shared.events import Span

NOW = datetime(2025, 11, 24, 9, 30, tzinfo=UTC)
SPANS = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 60)).map(lambda ends: Span(start=min(ends), end=max(ends))), max_size=5
)
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2199, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def points(*counts: int) -> list[Point]:
    return [Point(NOW + n * timedelta(weeks=1), number, is_complete=True) for n, number in enumerate(counts)]


@given(st.text(max_size=60), SPANS)
def test_passages_lose_no_character(text: str, spans: list[Span]) -> None:
    found = passages(text, spans)
    assert "".join(passage.words for passage in found) == text
    assert all(passage.words for passage in found)


@given(st.text(max_size=2_000), SPANS)
def test_an_excerpt_is_bounded(text: str, spans: list[Span]) -> None:
    for span in spans:
        cut = excerpt(text, span)
        assert len(cut.words) <= LONGEST + 1
        assert max(len(cut.before), len(cut.after)) <= AROUND + 1


def test_a_span_of_an_older_text_quotes_the_beginning() -> None:
    assert excerpt("Short.", Span(start=50, end=90)).words == "Short."


@given(st.lists(st.integers(0, 10**7), min_size=1, max_size=50))
def test_bars_stay_inside_the_drawing_and_ticks_are_even(counts: list[int]) -> None:
    for drawing in (chart(points(*counts)), sparkline(points(*counts))):
        for bar in drawing.bars:
            assert 0 <= bar.x <= bar.x + bar.width <= 100.01
            assert 0 <= bar.y <= bar.y + bar.height <= 100.01
    ticks = [tick.value for tick in chart(points(*counts)).ticks]
    assert ticks[0] == 0
    assert ticks[-1] >= max(counts)
    assert len({later - earlier for earlier, later in pairwise(ticks)}) == 1
    assert len(ticks) <= 6


def test_dates_under_a_chart_are_few_and_the_latest_is_one_of_them() -> None:
    marks = chart(points(*range(26))).marks
    assert len(marks) <= 5
    assert marks[-1].text == "18 May"


@given(MOMENTS, st.sampled_from(Bucket), st.integers(1, 1_000))
def test_every_moment_of_a_stretch_is_in_one_of_its_buckets(since: datetime, bucket: Bucket, hours: int) -> None:
    until = since + timedelta(hours=hours)
    first, number = bucket.floor(since), buckets_between(bucket, since, until)
    assert first <= since < first + bucket.length
    assert first + (number - 1) * bucket.length < until <= first + number * bucket.length


@pytest.mark.parametrize(("satisfied", "axis"), [(85, 50), (20, 0)])
def test_the_gauge_shows_everything(satisfied: int, axis: int) -> None:
    found = satisfaction(satisfied=satisfied, answers=100)
    assert found is not None
    drawn = gauge(found)
    assert drawn.axis_from == axis
    assert 0 <= drawn.low <= drawn.at <= drawn.high <= 100
    assert drawn.band_from < drawn.band_to < 100


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (wording.count(1_284), "1,284"),
        (wording.count(128_400), "128 k"),
        (wording.count(1_310_000), "1.3 M"),
        (wording.plural(1, "contact", "contacts"), "1 contact"),
        (wording.plural(0, "contact", "contacts"), "0 contacts"),
        (wording.ago(NOW - timedelta(seconds=5), NOW), "just now"),
        (wording.ago(NOW - timedelta(minutes=1), NOW), "1 minute ago"),
        (wording.ago(NOW - timedelta(days=3), NOW), "3 days ago"),
        (wording.ago(NOW - timedelta(days=300), NOW), "28 Jan 2025"),
        (wording.took(timedelta(milliseconds=40)), "40 ms"),
        (wording.took(timedelta(seconds=1.24)), "1.2 s"),
        (wording.took(timedelta(hours=30)), "30 h"),
        (wording.took(timedelta(days=9)), "9 days"),
        (wording.took(timedelta(seconds=-1)), "0 ms"),
        (wording.spoken(("a",)), "a"),
        (wording.spoken(("a", "b", "c")), "a, b and c"),
        (wording.spoken(("a", "b", "c", "d")), "a, b and 2 more"),
        (wording.spoken(()), ""),
        (wording.score(0.844), "0.84"),
        (wording.score(12.64), "12.6"),
        (wording.score(1_284.4), "1,284"),
        (wording.shortened("word " * 50), "word " * 29 + "word…"),
    ],
)
def test_numbers_and_times_are_written_for_reading(said: str, expected: str) -> None:
    assert said == expected
