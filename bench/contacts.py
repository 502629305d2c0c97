"""What is sent: contacts of about 400 characters, as an upstream app, intake and triage would say them. The same for every subject."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

import numpy as np

from shared.events import (
    RECEIVED,
    TRIAGED,
    Candidate,
    Channel,
    ContactReceived,
    ContactTriaged,
    Disposition,
    Encoded,
    Feeling,
    Friction,
    Kind,
    Mood,
    Queue,
    Route,
    Span,
    Urgency,
    Vector,
    Versioned,
    derived_id,
    encode,
)

TEXTS = (
    (
        "Since the update on Tuesday the app logs me out every time I open it, and then it wants a code that arrives ten minutes later. "
        "By then the page has expired and I have to begin again. I have tried it on two phones and on the web with the same result. I need "
        "my statements for the tax office this week, so please tell me how I get in, or send them by post. A short word would be enough now."
    ),
    (
        "I returned the grey jacket on the third of the month and the courier's page says that you received it two days later. The refund "
        "that was promised within five working days is still not on my account. When I called I was told to wait, and when I wrote in the "
        "chat I was told to call. I would like to know who decides this and on which day exactly I can expect my money back. Thank you."
    ),
    (
        "We wanted to use your scheduling page for the whole team, fourteen people in two offices, but the export leaves out everybody who "
        "works in shifts. So each Friday somebody types the hours into a spreadsheet by hand, which takes most of the afternoon. Is there a "
        "setting that we have not found, or do you plan to support it? Otherwise the product does what we hoped for and people like it."
    ),
    (
        "My parcel was due on Monday, then on Wednesday, and today the tracking says that it was delivered to a neighbour whose name I have "
        "never heard. Nobody in the house has it. It is the second time this year, and the last time it took three weeks until somebody "
        "looked into it. It holds a present for my daughter's birthday on Sunday. Please find out where it is and call me back today."
    ),
)
SIGNALS = 20
DIMENSIONS = 384
NEAR = 0.04
"""Of the noise in each dimension: two frictions of one theme then have a cosine of about 0.6 to 0.7, as real ones do."""


def bodies(count: int, *, run: int) -> list[bytes]:
    """So many bodies for `POST /v1/contacts`, by a quarter as many customers. Those of another `run` are other contacts."""
    return [json.dumps(_body(number, run)).encode() for number in range(count)]


def _body(number: int, run: int) -> dict[str, object]:
    return {
        "text": TEXTS[number % len(TEXTS)],
        "channel": "email",
        "source": "bench",
        "external_id": f"{run:03}-{number:06}",
        "thread_id": f"{run:03}-{number // 2:06}",
        "subject": "A question about my account",
        "customer": {"id": f"c-{number // 4:06}", "plan": "pro", "annual_value": 1200.0, "locale": "en-GB"},
        "product": "checkout",
        "product_version": "4.2.0",
        "attributes": {"os": "ios", "region": "eu"},
    }


def received(count: int, *, run: int) -> list[Encoded]:
    """So many records of contacts.received."""
    return [
        encode(contact, RECEIVED, event_id=derived_id("bench", contact.contact_id), source="/failbetter/bench")
        for contact in (_contact(number, run) for number in range(count))
    ]


def triaged(count: int, *, run: int, reading: int = 1) -> list[Encoded]:
    """So many records of contacts.triaged, one friction each, around SIGNALS themes. The same contacts under every `reading`."""
    vectors = _vectors(count, run)
    return [
        encode(
            _triaged(number, run, reading, next(vectors)),
            TRIAGED,
            event_id=derived_id("bench", run, number, reading),
            source="/failbetter/bench",
        )
        for number in range(count)
    ]


def _contact(number: int, run: int) -> ContactReceived:
    now = datetime.now(UTC)
    return ContactReceived(
        tenant="bench",
        contact_id=uuid5(NAMESPACE_URL, f"bench/{run}/{number}"),
        fingerprint=f"{run:08}{number:08}",
        source="bench",
        external_id=f"{run:03}-{number:06}",
        thread_id=f"{run:03}-{number // 2:06}",
        channel=Channel.EMAIL,
        subject="A question about my account",
        text=TEXTS[number % len(TEXTS)],
        occurred_at=now - timedelta(minutes=number % 2880),
        received_at=now,
        customer=f"{number // 4:032}",
        plan="pro",
        annual_value=1200.0,
        locale="en-GB",
        product="checkout",
        product_version="4.2.0",
        attributes={"os": "ios", "region": "eu"},
    )


def _triaged(number: int, run: int, reading: int, vector: Vector) -> ContactTriaged:
    contact = _contact(number, run)
    candidates = tuple(
        Candidate(kind=kind, probability=p) for kind, p in ((Kind.ACCESS, 0.8), (Kind.DEFECT, 0.1), (Kind.DELAY, 0.05))
    )
    return ContactTriaged(
        tenant=contact.tenant,
        contact=contact,
        triaged_at=datetime.now(UTC),
        reading=reading,
        disposition=Disposition.FRICTION,
        confidence=0.9,
        frictions=(
            Friction(
                span=Span(start=0, end=120),
                kind=Kind.ACCESS,
                confidence=0.8,
                candidates=candidates,
                intensity=0.6,
                reasons=("logs me out", "code", "expired"),
                vector=vector,
            ),
        ),
        mood=Mood(feeling=Feeling.DISAPPOINTED, score=0.7, advice="Say that you understand, then what happens next and when."),
        urgency=Urgency.NORMAL,
        language="en",
        route=Route(queue=Queue.CARE, rule="access"),
        model=Versioned(name="bench", version="1"),
    )


def _vectors(count: int, run: int) -> Iterator[Vector]:
    themes = np.random.default_rng(0).normal(0, DIMENSIONS**-0.5, (SIGNALS, DIMENSIONS))
    noise = np.random.default_rng([1, run]).normal(0, NEAR, (count, DIMENSIONS))
    for number in range(count):
        near = themes[number % SIGNALS] + noise[number]
        values = np.rint(near / np.abs(near).max() * 127).astype(np.int8).tobytes()
        yield Vector(space="bench", dims=DIMENSIONS, scale=1 / 127, values=values)
