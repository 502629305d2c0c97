"""A wrong setting stops the start, and says which and why."""

import pytest
from pydantic import Field
from pydantic_settings import SettingsConfigDict

from shared.kafka import KafkaSettings
from shared.settings import EX_CONFIG, ServiceSettings, load


class CakeSettings(ServiceSettings):
    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True, env_prefix="CAKE_")

    port: int = Field(default=1, ge=0, le=65_535)
    flavour: str
    layers: tuple[int, ...] = ()


def test_what_is_set_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAKE_FLAVOUR", "lemon")
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "kafka:9092")

    cake, kafka = load(CakeSettings, KafkaSettings)

    assert (cake.flavour, kafka.bootstrap_servers) == ("lemon", "kafka:9092")


def test_everything_that_is_wrong_is_named_at_once(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("CAKE_PORT", "70000")
    monkeypatch.setenv("CAKE_LOG_LEVEL", "loud")
    monkeypatch.delenv("KAFKA_BOOTSTRAP_SERVERS", raising=False)

    with pytest.raises(SystemExit) as stopped:
        load(CakeSettings, KafkaSettings)

    said = capsys.readouterr().err
    assert stopped.value.code == EX_CONFIG
    assert "CAKE_PORT: Input should be less than or equal to 65535" in said
    assert "CAKE_LOG_LEVEL: " in said
    assert "CAKE_FLAVOUR: not set" in said
    assert "KAFKA_BOOTSTRAP_SERVERS: not set" in said


def test_a_secret_is_not_repeated(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("CAKE_FLAVOUR", "lemon")
    monkeypatch.setenv("CAKE_PORT", "hunter2")

    with pytest.raises(SystemExit):
        load(CakeSettings)

    assert "hunter2" not in capsys.readouterr().err


@pytest.mark.parametrize("value", ["10.0.0.0/8", "[1, 2"])
def test_a_list_that_is_no_json_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], value: str) -> None:
    monkeypatch.setenv("CAKE_FLAVOUR", "lemon")
    monkeypatch.setenv("CAKE_LAYERS", value)

    with pytest.raises(SystemExit):
        load(CakeSettings)

    assert "CAKE_LAYERS: not valid JSON" in capsys.readouterr().err


def test_a_variable_with_nothing_in_it_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAKE_FLAVOUR", "lemon")
    monkeypatch.setenv("CAKE_PORT", "")

    assert load(CakeSettings).port == 1


@pytest.mark.parametrize(
    ("variables", "reason"),
    [
        ({"KAFKA_BOOTSTRAP_SERVERS": "localhost:abc"}, "KAFKA_BOOTSTRAP_SERVERS: "),
        ({"KAFKA_SSL_CAFILE": "/nowhere"}, "KAFKA_SSL_CAFILE: "),
        ({"KAFKA_SECURITY_PROTOCOL": "SASL_SSL"}, "needs KAFKA_SASL_USERNAME"),
    ],
)
def test_brokers_that_cannot_be_reached_by_these_settings_stop_the_start(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], variables: dict[str, str], reason: str
) -> None:
    for name, value in {"KAFKA_BOOTSTRAP_SERVERS": "kafka:9092", **variables}.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(SystemExit):
        load(KafkaSettings)

    assert reason in capsys.readouterr().err
