"""A company's last half year, with something on every page."""

from datetime import timedelta

from services.insights.store.connection import Pool
from tests.insights.api.conftest import NOW
from tests.insights.api.world import Contact, Signal, an_id, write

CHARGED = Signal("Charged twice for one order", opened_at=NOW - timedelta(days=90))
LOCKED = Signal("Locked out after the update", status="fix_shipped", opened_at=NOW - timedelta(days=120))
SLOW = Signal("The app takes a minute to open", status="planned", opened_at=NOW - timedelta(days=20))
MERGED = Signal("Paid two times", opened_at=NOW - timedelta(days=60))
SIGNALS = (CHARGED, LOCKED, SLOW, MERGED)

CONTACT = an_id("contact", "acme", f"{CHARGED.title}/0")
ERASED = an_id("contact", "acme", "erased")

_WORDS = {
    CHARGED: (
        "I was charged twice for one order|my card was billed two times|the same order was taken from my account twice",
        "charge",
        "Checkout",
        "the second payment is still missing on my account",
    ),
    LOCKED: (
        "it locks me out since the update|the app throws me out as soon as I log in",
        "access",
        "App",
        "and I cannot get in with the new password either",
    ),
    SLOW: ("it takes a full minute until the app opens", "quality", "App", "on a phone that is not even a year old"),
    MERGED: ("you took the money two times", "charge", "Checkout", "please send one of them back"),
}
_TRENDS = {CHARGED: "escalating", LOCKED: "easing", SLOW: "new", MERGED: "quiet"}


def _met(signal: Signal, number: int, *, over_days: float, after_days: float = 0, lately: float = 1) -> list[Contact]:
    """So many contacts, from `after_days` to `over_days` ago; with `lately` above 1 more and more of them."""
    ways, kind, product, rest = _WORDS[signal]
    words = ways.split("|")
    ages = [after_days + (over_days - after_days) * ((n + 0.5) / number) ** lately for n in range(number)]
    return [
        Contact(
            f"{signal.title}/{over_days:.0f}/{n}" if after_days else f"{signal.title}/{n}",
            f"Hello, {words[n % len(words)]} and {rest}. This is letter {n}.",
            NOW - timedelta(days=age),
            signal=signal,
            words=words[n % len(words)],
            kind=kind,
            product=product,
            intensity=400 + 40 * (n % 10),
            channel=("email", "chat", "in_app")[n % 3],
            plan=("Pro", "Free", None)[n % 3],
            version=f"4.{int(120 - age) // 30}.0",
            csat=(None, 5, 4, 2)[n % 4],
            resolution=(None, "won", "won", "lost")[n % 4],
        )
        for n, age in enumerate(ages)
    ]


async def tell_everything(pool: Pool) -> None:
    contacts = [
        *_met(CHARGED, 42, over_days=60, lately=2.2),
        *_met(LOCKED, 72, over_days=110, after_days=36),
        *_met(LOCKED, 4, over_days=34),
        *_met(SLOW, 9, over_days=18),
        *_met(MERGED, 3, over_days=50),
        *(
            Contact(f"praise/{n}", "Your people are wonderful, thank you.", NOW - timedelta(days=n), disposition="praise", csat=5)
            for n in range(12)
        ),
        Contact("waits", "The lift in your shop smells.", NOW - timedelta(days=2)),
        Contact("erased", "", NOW - timedelta(days=30), signal=CHARGED, erased_at=NOW - timedelta(days=3)),
    ]
    async with pool.acquire() as connection:
        await write(connection, SIGNALS, contacts)
        await connection.execute("UPDATE frictions SET caught_by = signal_id")
        for signal, trend in _TRENDS.items():
            await connection.execute("UPDATE signals SET trend = $1 WHERE signal_id = $2", trend, signal.signal_id)
        await connection.execute(
            "UPDATE signals SET owner = 'Ana', note = 'With the payment provider.' WHERE title LIKE 'Charged%'"
        )
