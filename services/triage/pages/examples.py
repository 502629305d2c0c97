"""Texts to begin with, one of each sort that is worth a look."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Example:
    name: str
    text: str


EXAMPLES: Final = (
    Example(
        "Charged twice",
        "I was charged twice for my March subscription and nobody answers my e-mails. Please send one of the two payments back.",
    ),
    Example(
        "Two things at once",
        "Since the update the app logs me out every time I open it. And the parcel I ordered three weeks ago has still not arrived, "
        "although the tracking says that it was delivered.",
    ),
    Example(
        "Praise, with a but",
        "Your people on the phone are wonderful, Maria solved it in two minutes. I only wish that I had not needed to call: the "
        "reset link in the e-mail does not work.",
    ),
    Example("A wish", "It would be great if I could export my invoices as a spreadsheet. I type them over by hand every month."),
    Example(
        "It is urgent",
        "Somebody has taken 2,400 euros from my account. I did not make these payments, and my card is still here in front of me!",
    ),
    Example("Auf Deutsch", "Ich warte seit zwei Wochen auf meine Rückerstattung und komme nicht mehr in mein Konto."),
    Example("Thanks", "Thank you so much, the replacement arrived this morning and works perfectly."),
)
