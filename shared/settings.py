"""Settings: read once from the environment; a wrong one stops the start with a message that says which and why."""

import re
import sys
from typing import TypeVar, overload

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

S = TypeVar("S", bound=BaseSettings)
T = TypeVar("T", bound=BaseSettings)

EX_CONFIG = 78
"""Exit status for a wrong configuration (sysexits.h)."""


class ServiceSettings(BaseSettings):
    """What every service can be told. A subclass adds its own and sets the prefix: INTAKE_, TRIAGE_, INSIGHTS_."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    host: str = Field(default="127.0.0.1", description="address to listen on; 0.0.0.0 in a container")
    port: int = Field(ge=0, le=65_535, description="port to listen on; 0 picks a free one")
    max_connections: int = Field(
        default=512,
        ge=1,
        le=100_000,
        description="connections that are read at the same time; as many again wait unread, more are closed; below half of `ulimit -n`",
    )
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


@overload
def load(first: type[S], /) -> S: ...
@overload
def load(first: type[S], second: type[T], /) -> tuple[S, T]: ...
def load(*settings: type[BaseSettings]) -> BaseSettings | tuple[BaseSettings, ...]:
    """The settings, or the end of the process with one line for every wrong variable."""
    read: list[BaseSettings] = []
    wrong: list[str] = []
    for each in settings:
        try:
            read.append(each())
        except ValidationError as error:
            wrong += [
                f"{_variable(each, fault['loc'])}: {_REASONS.get(fault['type'], fault['msg'])}"
                for fault in error.errors(include_url=False, include_input=False)
            ]
        except SettingsError as error:
            # Raised before the fields are looked at, for one that is written as JSON; its message names the field.
            [field] = re.findall(r'"(\w+)"', str(error))[:1]
            wrong.append(f"{_variable(each, (field,))}: not valid JSON")
    if wrong:
        # Logging is not set up yet.
        print(*wrong, "The service did not start. Every setting is explained in .env.example.", sep="\n", file=sys.stderr)  # noqa: T201
        raise SystemExit(EX_CONFIG)
    return read[0] if len(read) == 1 else tuple(read)


_REASONS = {"missing": "not set"}


def _variable(settings: type[BaseSettings], place: tuple[int | str, ...]) -> str:
    if not place:
        return str(settings.model_config.get("env_prefix", "")) + "…"
    name = ".".join(str(part) for part in place)
    return name if name.isupper() else f"{settings.model_config.get('env_prefix', '')}{name}".upper()
