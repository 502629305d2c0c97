"""Everything intake can be told: INTAKE_… in the environment."""

from pathlib import Path

from pydantic import Field, ImportString, SecretStr
from pydantic_settings import SettingsConfigDict

from services.intake.redaction import NameRecogniser
from shared.settings import ServiceSettings


class IntakeSettings(ServiceSettings):
    """Read once, at the start."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True, env_prefix="INTAKE_")

    port: int = Field(default=8001, ge=0, le=65_535, description="port to listen on; 0 picks a free one")
    credentials_file: Path = Field(description="mounted JSON file of hashed API keys; see `python -m shared.credentials`")
    pseudonym_key: SecretStr = Field(
        min_length=32, description="secret that turns customer ids into pseudonyms, at least 32 characters"
    )
    pseudonym_key_previous: SecretStr | None = Field(
        default=None, min_length=32, description="the secret before it, while a rotation lasts"
    )
    fingerprint_key: SecretStr = Field(
        min_length=32,
        description="secret of the fingerprints that tell repeats from conflicts; changing it makes old repeats conflicts",
    )
    webhooks_file: Path | None = Field(
        default=None,
        description="mounted YAML file of the endpoints that webhooks are delivered to, with their secrets; see docs/senders; "
        "read again when it changes; default: no endpoints",
    )
    name_recogniser: ImportString[NameRecogniser] | None = Field(
        default=None, description="package.module:object that finds names of people in a text, so that they are redacted too"
    )
    deadline_seconds: float = Field(default=5.0, gt=0, le=60, description="how long the brokers may take before a 503")
    linger_ms: int = Field(default=2, ge=0, le=1000, description="how long a record waits for others to travel with")
    max_held_bytes: int = Field(
        default=64 * 1024 * 1024,
        ge=1024 * 1024,
        description="bytes of request bodies in memory before new ones are refused with 503; one tenant holds at most half of them",
    )
    max_requests: int = Field(
        default=128,
        ge=1,
        le=100_000,
        description="requests at the same time; others wait for a second, and are then refused with 503",
    )
    requests_per_second: float = Field(
        default=1000, gt=0, le=1e6, description="requests of one API key or endpoint, each item of a batch counted, before a 429"
    )
    bytes_per_second: float = Field(
        default=4 * 1024 * 1024, ge=1, le=1e12, description="bytes of request bodies of one API key or endpoint before a 429"
    )
    concurrency: int = Field(
        default=64, ge=1, le=1_000_000, description="requests of one API key or endpoint at the same time before a 429"
    )
