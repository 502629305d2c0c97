"""Triage as a process, with the reader of the tests."""

from services.triage.__main__ import main
from services.triage.rules import Routes
from services.triage.settings import TriageSettings
from shared.kafka import KafkaSettings
from shared.settings import load
from shared.tasks import run
from tests.triage.flow.saying import Keywords

if __name__ == "__main__":
    settings, kafka = load(TriageSettings, KafkaSettings)
    run("triage", settings, main(settings, kafka, reader=Keywords(), routes=Routes.load(settings.rules)))
