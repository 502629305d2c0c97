"""A look that is left out costs no find: whatever an expression matches, the hints say that it may be there."""

import re
from ipaddress import IPv6Address

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from services.intake.redaction.addresses import LINK, ipv6s, links
from services.intake.redaction.disguise import plain
from services.intake.redaction.hints import Hints, hints
from services.intake.redaction.keys import KEY, keys
from services.intake.redaction.secrets import SECRET_WORDS, secrets
from services.intake.redaction.spoken import EMAIL, SPOKEN, spoken_numbers

BESIDE = st.sampled_from(
    ("", " ", "\n", "“", "”", "•", "…", "🔑", "İ", "ı", "+", "&", "#", "%", "~", "^", "@", "$", "\\", "|", "密", "é")
)
TIGHT_AT = re.compile(r"[^\W_]@[^\W_]")
many = settings(max_examples=200, suppress_health_check=list(HealthCheck))


def said(before: str, what: str, after: str) -> tuple[str, Hints]:
    reads = plain(f"{before}{what}{after}").text
    return reads, hints(reads)


@many
@given(BESIDE, st.from_regex(KEY, fullmatch=True), BESIDE)
@example("", "ABIA" + "A" * 16, "")
@example("", "ACCA" + "A" * 16, "")
@example("", "AC" + "0" * 32, "")
@example("", "SK" + "0" * 32, "")
@example("", "AKIA" + "A" * 16, "")
@example("", "eyJ" + "a" * 8 + "." + "a" * 8 + ".", "")
@example("密", "ghp_" + "a" * 36, "")
@example("", "sq0abc-" + "a" * 22, "")
def test_a_text_with_a_key_may_hold_one(before: str, key: str, after: str) -> None:
    text, may_hold = said(before, key, after)

    assert may_hold.key or not list(keys(text))


LINKS = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(("", "https://", "www.", "shop.", "a-b.c.")),
        st.sampled_from(("example.com", "x.io", "EXAMPLE.ORG")),
        st.sampled_from(("/", "?", "/a?", "/a/", "/#")),
        st.sampled_from(
            ("reset-password/8f3k2j4h5k6j", "token=abcdef", "x&t=abcdefghijklmnopqrstuvwxyzA1", "aB3" * 8, "jane%40x.com")
        ),
    ),
)


@many
@given(BESIDE, LINKS | st.from_regex(LINK, fullmatch=True), BESIDE)
@example("", "example.com/reset-password/8f3k2j4h5k6j", "")
def test_a_text_with_a_link_that_opens_something_may_hold_one(before: str, link: str, after: str) -> None:
    text, may_hold = said(before, link, after)

    assert may_hold.link or not list(links(text))


@many
@given(BESIDE, st.from_regex(EMAIL, fullmatch=True), BESIDE)
@example("", "jane ( at ) example.com", "")
@example("", "jane(ät)example.com", "")
@example("", "jane(@)example.com", "")
@example("", "jane@\nexample.com", "")
@example("", "jane@example point com", "")
@example("", "jane at example point com", "")
def test_a_text_with_an_address_in_words_may_hold_one(before: str, address: str, after: str) -> None:
    text, may_hold = said(before, address, after)
    is_plain = TIGHT_AT.search(text) and not re.search(r"dot|punkt|punto|ponto|point", text, re.IGNORECASE)

    assert may_hold.address >= ("@" in text)
    assert may_hold.spoken_address or is_plain or not EMAIL.search(text)


@many
@given(BESIDE, st.from_regex(SPOKEN, fullmatch=True), BESIDE)
@example("", "555 123 four five", "")
@example("", "1 2 drei fünf", "")
def test_a_text_with_a_number_in_words_may_hold_one(before: str, number: str, after: str) -> None:
    text, may_hold = said(before, number, after)

    assert may_hold.spoken or not list(spoken_numbers(text))


@given(BESIDE, st.ip_addresses(v=6), BESIDE)
def test_a_text_with_an_ip_address_may_hold_one(before: str, address: IPv6Address, after: str) -> None:
    for written in (address.compressed, address.exploded):
        text, may_hold = said(before, written, after)

        assert may_hold.ipv6 or not list(ipv6s(text))


@many
@given(BESIDE, st.sampled_from(sorted(SECRET_WORDS)).map(bytes.decode), BESIDE, st.sampled_from((str, str.upper, str.title)))
def test_a_text_with_a_word_for_a_secret_may_hold_one(before: str, word: str, after: str, written: type[str]) -> None:
    text, may_hold = said(before, written(f"{word}"), f"{after}: hunter22x and ı İ")

    assert set(secrets(text, may_hold.secret)) == set(secrets(text, SECRET_WORDS))


def test_what_a_text_reads_as_has_as_many_characters_in_lower_case() -> None:
    reads = plain("".join(map(chr, range(0x110000)))).text

    assert len(reads.lower()) == len(reads)
