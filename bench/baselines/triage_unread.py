"""`python -m bench.baselines.triage_unread`: triage as it is, with a reader that reads nothing and always says the same."""

from collections.abc import Sequence

from services.triage.__main__ import main
from services.triage.reading import Candidate, Friction, Mood, Reading, Text, Vector
from services.triage.rules import Routes
from services.triage.settings import TriageSettings
from shared.events import Disposition, Feeling, Kind, Urgency
from shared.kafka import KafkaSettings
from shared.settings import load
from shared.tasks import run

READING = Reading(
    disposition=Disposition.FRICTION,
    confidence=0.9,
    misfit_reason=None,
    frictions=(
        Friction(
            start=0,
            end=120,
            kind=Kind.ACCESS,
            confidence=0.8,
            candidates=(Candidate(Kind.ACCESS, 0.8), Candidate(Kind.DEFECT, 0.1), Candidate(Kind.DELAY, 0.05)),
            intensity=0.6,
            reasons=("logs me out", "code", "expired"),
            vector=Vector("bench", 384, 1 / 127, bytes(range(1, 129)) * 3),
        ),
    ),
    mood=Mood(Feeling.DISAPPOINTED, 0.7, "Say that you understand, then what happens next and when."),
    urgency=Urgency.NORMAL,
    urgency_reason=None,
    language="en",
)


class Unread:
    """Stands where the reader stands."""

    name = "unread"
    version = "0"

    def read(self, texts: Sequence[Text]) -> list[Reading]:
        """The same for each."""
        return [READING] * len(texts)


if __name__ == "__main__":
    settings, kafka = load(TriageSettings, KafkaSettings)
    run("triage", settings, main(settings, kafka, reader=Unread(), routes=Routes.load(settings.rules)))
