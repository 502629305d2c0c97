"""Contacts as intake says them, and a reader that understands a handful of words."""

import os
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

from services.triage.reading import Candidate, Friction, Mood, Reading, Text, Vector
from shared.events import RECEIVED, Channel, ContactReceived, Disposition, Encoded, Feeling, Kind, Urgency, encode

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def contact(
    text: str = "The app crashes.", *, tenant: str = "acme", customer: str | None = None, **said: object
) -> ContactReceived:
    return ContactReceived.model_validate(
        {
            "tenant": tenant,
            "contact_id": uuid4(),
            "fingerprint": "f" * 16,
            "channel": Channel.CHAT,
            "text": text,
            "occurred_at": NOW,
            "received_at": NOW,
            "customer": customer,
            **said,
        }
    )


def received(contact: ContactReceived, *, event_id: UUID | None = None) -> Encoded:
    """The contact as a record of intake's."""
    return encode(contact, RECEIVED, event_id=event_id or uuid4(), source="/failbetter/intake", traceparent=TRACE)


def broken(tenant: str, *, key: bytes | None = None) -> Encoded:
    """A record that is no contact."""
    good = received(contact(tenant=tenant))
    return replace(good, key=f"{tenant}/broken".encode() if key is None else key, value=b'{"text": "secret words"}')


@dataclass(frozen=True)
class Keywords:
    """
    Reads a kind where the text names one, `thanks` as praise, and everything else as a defect.

    `blocks` keeps the thread busy for seconds, `kills` ends the process, `raises` is a bug.
    """

    name: str = "keywords"
    version: str = "1"

    def read(self, texts: Sequence[Text]) -> list[Reading]:
        return [self._one(text.body) for text in texts]

    def _one(self, body: str) -> Reading:
        words = re.findall(r"[a-z]+|[0-9.]+", body.casefold())
        if "kills" in words:
            os._exit(137)
        if "raises" in words:
            raise ZeroDivisionError(body)
        if "blocks" in words:
            time.sleep(float(words[words.index("blocks") + 1]))
        kinds = [kind for kind in Kind if kind in words] or [Kind.DEFECT]
        is_praise = "thanks" in words
        return Reading(
            disposition=Disposition.PRAISE if is_praise else Disposition.FRICTION,
            confidence=0.9,
            misfit_reason=None,
            frictions=() if is_praise else tuple(friction(kind, len(body)) for kind in kinds),
            mood=Mood(Feeling.ANGRY if "angry" in words else Feeling.NEUTRAL, 0.8, "Say sorry first."),
            urgency=Urgency.CRITICAL if "fire" in words else Urgency.NORMAL,
            urgency_reason=None,
            language="en",
        )


def friction(kind: Kind = Kind.DEFECT, end: int = 10, *, intensity: float = 0.5) -> Friction:
    vector = Vector("test-space", 4, 0.01, bytes([1, 2, 3, 4]))
    return Friction(0, end, kind, 0.8, (Candidate(kind, 0.8),), intensity, ("words",), vector)
