"""Everything insights can be told: INSIGHTS_… in the environment, and DATABASE_URL."""

from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.insights.rules.grouping import Grain
from services.insights.rules.recurrence import Patience
from shared.settings import ServiceSettings

DatabaseUrl = Annotated[
    SecretStr,
    Field(
        validation_alias="DATABASE_URL", description="PostgreSQL 17 or newer with pgvector: postgresql://user:password@host/name"
    ),
]


class DatabaseSettings(BaseSettings):
    """All that the commands need which look after the database and nothing else."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True, populate_by_name=True)

    database_url: DatabaseUrl


class InsightsSettings(ServiceSettings):
    """Read once, at the start."""

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", env_ignore_empty=True, env_prefix="INSIGHTS_", populate_by_name=True
    )

    port: int = Field(default=8003, ge=0, le=65_535, description="port to listen on; 0 picks a free one")
    database_url: DatabaseUrl
    callers_database_url: SecretStr | None = Field(
        default=None,
        description="the same database by a login of its own for what people ask, one that is a member of failbetter_caller and of nothing "
        "else; default: DATABASE_URL, in the role failbetter_caller",
    )
    database_connections: int = Field(
        default=10,
        ge=4,
        le=200,
        description="connections to PostgreSQL for what people ask, at most; the sink and the jobs have 12 more",
    )
    group: str = Field(default="insights", description="consumer group; lag tools see it, the truth is in PostgreSQL")
    instance: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9._-]{1,100}$",
        description="name of this process that outlives its restarts and that no other has, the pod's of a StatefulSet for one; with it "
        "the process takes its partitions up again at once after a crash, instead of after 10 s",
    )
    batch_records: int = Field(default=1000, ge=1, le=10_000, description="records counted in one transaction, at most")
    burials_limit: int = Field(
        default=100,
        ge=1,
        description="unusable records one after the other before the service stops: then something else is wrong",
    )

    discovery_seconds: float = Field(default=10.0, gt=0, le=3600, description="pause between two looks for new signals")
    following_seconds: float = Field(
        default=30.0, gt=0, le=3600, description="pause between two looks at where signals are going"
    )
    proving_seconds: float = Field(default=300.0, gt=0, le=3600, description="pause between two looks at what came of fixes")
    rollout_days: float = Field(
        default=7.0, ge=0, le=365, description="days after a fix until everybody has it whose version is not known"
    )
    publishing_seconds: float = Field(
        default=0.5, gt=0, le=3600, description="pause between two looks for what is to be told to other apps"
    )
    signal_people: int = Field(default=3, ge=2, le=1000, description="different customers who make a signal")
    signal_threshold: float = Field(
        default=0.60, gt=0, lt=1, description="cosine to a signal's centre from which a friction belongs to it"
    )

    streams: int = Field(default=200, ge=1, le=10_000, description="open streams of changes, at most; each is a connection")
    tenant_streams: int = Field(default=50, ge=1, le=10_000, description="of one tenant, at most")

    credentials_file: Path = Field(description="mounted JSON file of hashed API keys; see `python -m shared.credentials`")
    session_secret: SecretStr = Field(
        min_length=32, description="secret that signs cookies, forms and login links, at least 32 characters"
    )
    session_secret_previous: SecretStr | None = Field(
        default=None, min_length=32, description="the secret before it: sessions it signed go on"
    )
    session_hours: float = Field(default=12.0, gt=0, le=720, description="how long somebody stays logged in")
    public_url: str = Field(
        default="http://127.0.0.1:8003", pattern="^https?://", description="address people open; with https, cookies are Secure"
    )
    intake_url: str = Field(
        default="http://127.0.0.1:8001",
        pattern="^https?://",
        description="address of intake that the empty page tells people to send to",
    )
    trusted_proxy_header: str | None = Field(
        default=None,
        description="header in which a proxy that has asked who is there names the user; default: nobody is believed",
    )
    trusted_proxy_networks: tuple[IPv4Network | IPv6Network, ...] = Field(
        default=(), description='addresses of that proxy, as JSON: ["10.0.0.0/8"]'
    )
    trusted_proxy_tenants: dict[str, str] = Field(
        default_factory=dict, description='whose data its users see, as JSON: {"ana@example.com": "acme"}'
    )

    @property
    def patience(self) -> Patience:
        """A friction comes back by as many customers as make a signal: one contact may have been taken for it wrongly."""
        return Patience(rollout=timedelta(days=self.rollout_days), people=self.signal_people)

    @property
    def grain(self) -> Grain:
        return Grain(threshold=self.signal_threshold, people=self.signal_people)
