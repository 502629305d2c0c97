"""Everything insights can be told: INSIGHTS_… in the environment, and DATABASE_URL."""

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from services.insights.rules.grouping import Grain
from shared.settings import ServiceSettings


class InsightsSettings(ServiceSettings):
    """Read once, at the start."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_prefix="INSIGHTS_", populate_by_name=True)

    port: int = Field(default=8003, ge=0, le=65_535, description="port to listen on; 0 picks a free one")
    database_url: SecretStr = Field(
        validation_alias="DATABASE_URL", description="PostgreSQL 17 or newer with pgvector: postgresql://user:password@host/name"
    )
    database_connections: int = Field(default=10, ge=4, le=200, description="connections to PostgreSQL, at most")
    group: str = Field(default="insights", description="consumer group; lag tools see it, the truth is in PostgreSQL")
    batch_records: int = Field(default=1000, ge=1, le=10_000, description="records counted in one transaction, at most")
    burials_limit: int = Field(
        default=100,
        ge=1,
        description="unusable records one after the other before the service stops: then something else is wrong",
    )

    discovery_seconds: float = Field(default=10.0, gt=0, le=3600, description="pause between two looks for new signals")
    signal_people: int = Field(default=3, ge=2, le=1000, description="different customers who make a signal")
    signal_threshold: float = Field(
        default=0.60, gt=0, lt=1, description="cosine to a signal's centre from which a friction belongs to it"
    )
    signal_floor: float = Field(default=0.60, gt=0, lt=1, description="cosine from which two waiting frictions are neighbours")
    signal_neighbours: int = Field(default=15, ge=2, le=100, description="neighbours looked at, per waiting friction")
    signal_resolution: float = Field(
        default=6.0, gt=0, le=1000, description="how fine signals are: higher makes more and smaller ones"
    )

    @property
    def grain(self) -> Grain:
        return Grain(
            neighbours=self.signal_neighbours,
            floor=self.signal_floor,
            resolution=self.signal_resolution,
            threshold=self.signal_threshold,
            people=self.signal_people,
        )
