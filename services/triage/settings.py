"""Everything triage can be told: TRIAGE_… in the environment."""

from pathlib import Path

from pydantic import Field, FilePath
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings

HERE = Path(__file__).parent


class TriageSettings(ServiceSettings):
    """Read once, at the start."""

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", env_ignore_empty=True, env_prefix="TRIAGE_", validate_default=True
    )

    port: int = Field(default=8002, ge=0, le=65_535, description="port to listen on; 0 picks a free one")
    group: str = Field(
        default="triage",
        pattern=r"^[A-Za-z0-9._-]{1,100}$",
        description="consumer group: processes of one group share the partitions",
    )
    instance: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9._-]{1,100}$",
        description="name of this process that outlives its restarts and that no other has, the pod's of a StatefulSet for one; with it "
        "the process takes its partitions up again at once after a crash, instead of after 10 s",
    )
    rules: FilePath = Field(default=HERE / "routes.yaml", description="routing rules, a YAML file; default: the ones shipped")
    model: Path = Field(default=HERE / "model", description="folder of the model that reads; default: the one shipped")
    taxonomy: Path | None = Field(
        default=None,
        description="folder of a taxonomy of your own areas, as `python -m services.triage train` writes it; a new version in it is "
        "taken up within seconds, a broken one refused; without it frictions have only the area that a sender gave",
    )
    reading: int = Field(
        default=1, ge=1, le=2_147_483_647, description="grows when a model is promoted; the highest reading of a contact counts"
    )
    publishes_routes: bool = Field(
        default=True, description="off in a process that reads again what was read before: no route fires twice"
    )
    batch_records: int = Field(default=256, ge=1, le=10_000, description="records worked on at a time, at most")
    threads: int = Field(default=1, ge=1, le=64, description="threads that the model computes with")
    deadline_seconds: float = Field(
        default=10.0, gt=0, le=300, description="how long the brokers may take for one answer before it is asked for again"
    )
    burials_limit: int = Field(
        default=100,
        ge=1,
        le=1_000_000,
        description="burials in a row at which the process stops: then the fault is here, not in the records",
    )
    deaths_limit: int = Field(
        default=3, ge=2, le=100, description="deaths of a process at one record after which that record is buried"
    )
    previews: int = Field(default=4, ge=1, le=1000, description="previews at a time before further ones are refused with 503")
    credentials_file: Path | None = Field(
        default=None,
        description="mounted JSON file of hashed API keys; with it a preview needs a key with the scope insights:read and is offered "
        "its tenant's remedies, without it anybody who reaches the port may preview, and no remedies are offered",
    )
