"""Plumbing to Kafka: settings → publisher (out) → consumer, lag (in). No domain word in here."""

from shared.kafka.consumer import joined
from shared.kafka.lag import Batch, Lag, LagCollector, Lags
from shared.kafka.publisher import Publisher, TooLarge
from shared.kafka.settings import KafkaSettings, client_options

__all__ = ["Batch", "KafkaSettings", "Lag", "LagCollector", "Lags", "Publisher", "TooLarge", "client_options", "joined"]
