"""`python -m services.triage reread …`, with the reader of the tests."""

import argparse

from services.triage.__main__ import reread
from services.triage.reread_command import add_reread
from services.triage.rules import Routes
from services.triage.settings import TriageSettings
from shared.kafka import KafkaSettings
from shared.settings import load
from tests.triage.flow.saying import Keywords

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    add_reread(parser)
    settings, kafka = load(TriageSettings, KafkaSettings)
    reread(parser.parse_args(), settings, kafka, reader=Keywords(), routes=Routes.load(settings.rules))
