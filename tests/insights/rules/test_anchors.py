"""Which friction a person's word is about, whatever was read since."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.insights.rules.anchors import Anchor, latest_about

FIRST, SECOND, WHOLE = Anchor(0, 10, 0), Anchor(12, 30, 1), Anchor(0, 30, 0)

CASES = [
    ("the friction that stands just there", [SECOND], [FIRST, SECOND], [None, 0]),
    ("the latest of two words", [FIRST, FIRST], [FIRST], [1]),
    ("what a new reading found there", [FIRST], [Anchor(1, 9, 0), Anchor(11, 30, 1)], [0, None]),
    ("both halves, where one passage became two", [WHOLE], [FIRST, SECOND], [0, 0]),
    ("the whole, where two passages became one", [SECOND], [WHOLE], [0]),
    ("the only friction, wherever it stands", [Anchor(40, 50, 2)], [FIRST], [0]),
    ("nobody, where nothing of it is left", [Anchor(40, 50, 2)], [FIRST, SECOND], [None, None]),
    ("the same number, where everything is blank", [Anchor(4, 9, 1)], [Anchor(0, 0, 0), Anchor(0, 0, 1)], [None, 0]),
]


@pytest.mark.parametrize(("words", "frictions", "about"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_word_is_about(words: list[Anchor], frictions: list[Anchor], about: list[int | None]) -> None:
    assert latest_about(words, frictions) == about


@st.composite
def readings(draw: st.DrawFn) -> list[Anchor]:
    cuts = sorted(draw(st.sets(st.integers(0, 60), min_size=2, max_size=7)))
    return [Anchor(start, end, ordinal) for ordinal, (start, end) in enumerate(pairwise(cuts))]


@given(frictions=readings(), other=readings())
def test_what_was_said_of_a_friction_is_about_it_alone_as_long_as_it_stands_there(
    frictions: list[Anchor], other: list[Anchor]
) -> None:
    for place, friction in enumerate(frictions):
        assert latest_about([friction], frictions) == [0 if each == place else None for each in range(len(frictions))]
    assert len(latest_about(frictions, other)) == len(other)
