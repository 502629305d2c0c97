"""A text from top to bottom: marks in place of what is personal, everything else as it was sent."""

from collections.abc import Iterable

import pytest
from pydantic import ValidationError

from services.intake.redaction import Find, Mark, Redactor
from services.intake.redaction.marks import disjoint
from services.intake.settings import IntakeSettings

REDACTED = [
    ("Write to jane@example.com.", "Write to [email]."),
    ("Call +49 171 2345678 or jane@example.com!", "Call [phone] or [email]!"),
    ("My card is 4111 1111 1111 1111, order 4111 1111 1111 1111.", "My card is [card], order 4111 1111 1111 1111."),
    ("Refund to DE89 3704 0044 0532 0130 00 please", "Refund to [iban] please"),
    ("my password is hunter2, not hunter3", "my password is [secret], not hunter3"),
    ("https://example.com/reset?token=abcdef123456 and https://example.com/help", "[url] and https://example.com/help"),
    ("４１１１ １１１１ １１１１ １１１１ – Größe ３８", "[card] – Größe ３８"),
    ("use “ghp_0123456789abcdef0123456789abcdef0123” please", "use “[secret]” please"),
    ("“sk_live_4eC39HqLyjWDarjt”", "“[secret]”"),
    ("my “password” is hunter2", "my “password” is [secret]"),
    ('my "password" is hunter2', 'my "password" is [secret]'),
    ("•Password: hunter2", "•Password: [secret]"),
    ("🔑password: hunter2", "🔑password: [secret]"),
    ("Hello…password: hunter2", "Hello…password: [secret]"),
    ("~password: hunter2, #pin: 4711", "~password: [secret], #pin: [secret]"),
    (
        "my password is wrong… my password is wrong😡 password: ••••••••",
        "my password is wrong… my password is wrong😡 password: ••••••••",
    ),
    ("İstanbul here. My Password is hunter2.", "İstanbul here. My Password is [secret]."),
    ("MY PİN IS 4711", "MY PİN IS [secret]"),
    ("open example.com/reset-password/8f3k2j4h5k6j now", "open [url] now"),
    ("on 24/7 and/or example.com/help, 3 times", "on 24/7 and/or example.com/help, 3 times"),
    ("ABIA0123456789ABCDEF or ACCA0123456789ABCDEF", "[secret] or [secret]"),
    ("AC0123456789abcdef0123456789abcdef", "[secret]"),
    ("SK0123456789abcdef0123456789abcdef", "[secret]"),
    ("jane@example。com and jane@mail｡example。com", "[email] and [email]"),
    ("jane@example.com。次は電話で。", "[email]。次は電話で。"),
    ("a\u200b 4111\u200b1111\u200b1111\u200b1111 b", "a\u200b [card] b"),
]


@pytest.mark.parametrize(("sent", "left"), REDACTED)
def test_only_what_is_personal_is_replaced_and_the_rest_is_as_it_was_sent(sent: str, left: str) -> None:
    assert Redactor().redact(sent).text == left


def test_what_was_replaced_is_counted_by_type() -> None:
    found = Redactor().redact("a@b.co, c@d.org, 8.8.8.8")

    assert found.text == "[email], [email], [ip]"
    assert found.marks == {Mark.EMAIL: 2, Mark.IP: 1}


def test_a_text_with_nothing_personal_is_the_same_text() -> None:
    sent = "The app logs me out."

    assert Redactor().redact(sent).text is sent


@pytest.mark.parametrize(
    "sent",
    [
        "https://jane:hunter22@example.com/?email=jane@example.com",
        "postgres://admin:4111111111111111@10.0.0.1/db",
    ],
)
def test_what_lies_inside_another_find_is_one_mark(sent: str) -> None:
    assert Redactor().redact(f"see {sent} now").text == "see [url] now"


def test_finds_that_overlap_are_one_over_both_and_marked_as_the_longer() -> None:
    assert disjoint([Find(8, 12, Mark.PHONE), Find(0, 10, Mark.URL), Find(12, 14, Mark.IP)]) == [
        Find(0, 12, Mark.URL),
        Find(12, 14, Mark.IP),
    ]


class Anna:
    """Knows one name."""

    def names(self, text: str) -> Iterable[tuple[int, int]]:
        at = text.find("Anna")
        return [] if at < 0 else [(at, at + 4)]


ANNA = Anna()


def test_the_recogniser_is_told_by_its_place_and_one_that_is_none_is_refused() -> None:
    said = {"credentials_file": "keys.json", "pseudonym_key": "k" * 32, "fingerprint_key": "f" * 32}
    place = f"{__name__}:ANNA"

    told = IntakeSettings.model_validate({**said, "name_recogniser": place})

    assert Redactor(told.name_recogniser).redact("Anna here").text == "[name] here"
    with pytest.raises(ValidationError, match="NameRecogniser"):
        IntakeSettings.model_validate({**said, "name_recogniser": "json:dumps"})


def test_names_are_redacted_by_the_recogniser_that_is_plugged_in_and_by_none_otherwise() -> None:
    sent = "Anna here, anna@example.com"

    assert Redactor().redact(sent).text == "Anna here, [email]"
    assert Redactor(Anna()).redact(sent).text == "[name] here, [email]"
