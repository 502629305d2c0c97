"""Settings: read once from the environment; a wrong one stops the start with a message that says which and why."""

import sys
from typing import TypeVar

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

S = TypeVar("S", bound=BaseSettings)

EX_CONFIG = 78
"""Exit status for a wrong configuration (sysexits.h)."""


class ServiceSettings(BaseSettings):
    """What every service can be told. A subclass adds its own and sets the prefix: INTAKE_, TRIAGE_, INSIGHTS_."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    host: str = Field(default="127.0.0.1", description="address to listen on; 0.0.0.0 in a container")
    port: int = Field(ge=0, le=65_535, description="port to listen on; 0 picks a free one")
    log_level: str = Field(
        default="info", pattern="^(debug|info|warning|error)$", description="least severe level that is logged"
    )
    drain_seconds: float = Field(
        default=0.0,
        ge=0,
        le=60,
        description="how long to go on answering after readiness went off, so that load balancers notice",
    )
    stop_within_seconds: float = Field(
        default=25.0, gt=0, le=300, description="bound of a graceful stop; then the process ends as it is"
    )


def load(settings: type[S]) -> S:
    """The settings, or the end of the process with one line per wrong variable."""
    try:
        return settings()
    except ValidationError as error:
        prefix = settings.model_config.get("env_prefix", "")
        for fault in error.errors(include_url=False, include_input=False):
            name = ".".join(str(part) for part in fault["loc"])
            variable = name if name.isupper() else f"{prefix}{name}".upper()
            print(f"{variable}: {fault['msg']}", file=sys.stderr)  # noqa: T201 - logging is not set up yet
        print("The service did not start. Every setting is explained in .env.example.", file=sys.stderr)  # noqa: T201
        raise SystemExit(EX_CONFIG) from None
