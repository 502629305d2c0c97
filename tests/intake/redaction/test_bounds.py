"""Whatever is sent: nothing is lost, nothing takes long."""

import time
import uuid

from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.intake.redaction import Redactor

LONGEST = 20_000
SECONDS = 2.0
"""For the longest text. On a quiet machine the worst known one takes 0.1; an expression that goes back and forth takes minutes."""

PIECES = (
    "1", "0", "4111", "4111 1111 1111 1111", "1.", "1-", "(1", "+", "a@", "a@b.", "@", "password is ", "password: ", "pin 1", "eyJ", "eyJaaaaaaaa.",
    "-----BEGIN PRIVATE KEY-----", "https://a/", "?token=", "one ", "double ", "AA00", "AA00AAAA ", "::", "1:", "fe80::", "x at y dot ", "dot ", "key: a1",
    "\u202e", "\u200b", "١", "４", "order ", "call ", "X1234567", "AB 12 34 56 ", "2A ", "www.", "sk_live_", "SG.", "'", '"', " ", "\n", "/", "a", "é",
)  # fmt: skip
texts = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


@settings(max_examples=200)
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=4).map("".join))
@example("1 ")
@example("AA00 ")
@example("(1")
def test_no_text_takes_long_however_it_repeats_itself(piece: str) -> None:
    text = (piece * LONGEST)[:LONGEST]

    began = time.process_time()
    Redactor().redact(text)

    assert time.process_time() - began < SECONDS


@given(texts | st.text(max_size=200))
def test_what_is_not_found_is_left_exactly_as_it_was(text: str) -> None:
    redactor = Redactor()
    at, rest = 0, []
    for find in redactor.finds(text):
        assert at <= find.start < find.end <= len(text)
        rest.append(text[at : find.start])
        rest.append(f"[{find.mark}]")
        at = find.end

    assert redactor.redact(text).text == "".join([*rest, text[at:]])


@given(st.uuids(), st.integers(min_value=0, max_value=10**11))
def test_ids_that_machines_give_stay(some: uuid.UUID, number: int) -> None:
    for sent in (f"request {some} failed", f"order {number}", f"ticket #{number}", f"ORD-{number}"):
        assert Redactor().redact(sent).text == sent
