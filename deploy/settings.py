"""`python -m deploy.settings > .env.example`: every setting there is, from the classes that read them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any, get_args

from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import to_json
from pydantic_settings import BaseSettings

from services.insights.settings import InsightsSettings
from services.intake.settings import IntakeSettings
from services.triage.settings import TriageSettings
from shared.kafka import KafkaSettings
from shared.topics import TopicSettings

REPOSITORY = Path(__file__).parents[1]
FILE = REPOSITORY / ".env.example"


@dataclass(frozen=True)
class Setting:
    """One environment variable."""

    name: str
    meaning: str
    is_required: bool
    default: str
    """As it would be written; empty where there is none."""


@dataclass(frozen=True)
class Group:
    """The settings that one class reads."""

    title: str
    settings: tuple[Setting, ...]


def groups() -> tuple[Group, ...]:
    """Every setting once, those that all share first."""
    kafka = _settings(KafkaSettings)
    topics = tuple(setting for setting in _settings(TopicSettings) if setting not in kafka)
    return (
        Group("The brokers: every service, and `python -m shared.topics`", kafka),
        Group("Topics: `python -m shared.topics` only", topics),
        Group("Intake", _settings(IntakeSettings)),
        Group("Triage", _settings(TriageSettings)),
        Group("Insights, and its `migrate`", _settings(InsightsSettings)),
    )


def text() -> str:
    """The file."""
    return "\n".join(_lines()) + "\n"


def _settings(settings: type[BaseSettings]) -> tuple[Setting, ...]:
    return tuple(_setting(settings, name, field) for name, field in settings.model_fields.items())


def _setting(settings: type[BaseSettings], name: str, field: FieldInfo) -> Setting:
    prefix = settings.model_config.get("env_prefix", "")
    variable = field.validation_alias or f"{prefix}{name}".upper()
    return Setting(
        name=str(variable),
        meaning=f"{field.description}{_choices(field)}",
        is_required=field.is_required(),
        default="" if field.is_required() else _written(field.get_default(call_default_factory=True)),
    )


def _choices(field: FieldInfo) -> str:
    choices = [choice for choice in get_args(field.annotation) if isinstance(choice, str)]
    return f" ({', '.join(choices)})" if choices else ""


def _written(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, bool | tuple | dict):
        return to_json(value).decode()
    if isinstance(value, Path) and value.is_relative_to(REPOSITORY):
        return str(value.relative_to(REPOSITORY))
    if isinstance(value, float):
        return f"{value:g}"
    return str(value)


def _lines() -> Iterator[str]:
    yield dedent("""\
        # Every setting, read once from the environment when a service starts. A wrong one stops the start and says which and why.
        # Written by `make settings` from the classes that read them; tests/repository/test_settings.py keeps it true.
        # Without a # in front: has to be set. With one: may be; what stands there is the default, and nothing means none.""")
    for group in groups():
        yield f"\n\n# {group.title}\n# {'-' * len(group.title)}"
        for setting in group.settings:
            yield f"\n# {setting.meaning}\n{'' if setting.is_required else '#'}{setting.name}={setting.default}"


if __name__ == "__main__":
    print(text(), end="")
