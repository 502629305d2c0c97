"""
The example payloads, `examples/<sender>/<event>.json`, and beside each what it says: `<event>.golden.json`.

`python -m tests.intake.webhooks.gallery` writes what the adapters say now into the golden files. Read the difference before you commit it.
"""

import base64
import hmac
import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from services.intake.said import Ignored
from services.intake.webhooks.delivery import Delivery
from services.intake.webhooks.endpoints import Endpoint, read_endpoints
from services.intake.webhooks.payload import Payload, Unmappable
from services.intake.webhooks.senders import ADAPTERS
from services.intake.webhooks.signatures import Algorithm, Scheme

HERE = Path(__file__).parent
ENDPOINTS = HERE / "endpoints.yaml"
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
PERSONAL = ("Ada", "Lovelace", "ada@example.com", "+44 20 7946 0018", "12 Canal Street")
"""Every name and address in the examples."""


@dataclass(frozen=True)
class Example:
    """One delivery, and what it is known to say."""

    file: Path
    endpoint: Endpoint
    headers: dict[str, str]
    says: dict[str, Any]

    @property
    def name(self) -> str:
        return f"{self.file.parent.name}/{self.file.stem}"

    @property
    def body(self) -> bytes:
        return self.file.read_bytes()

    @property
    def address(self) -> str:
        return f"/v1/webhooks/{self.endpoint.sender}/{self.endpoint.endpoint}"

    def signed(self, *, at: datetime = NOW, secret: str | None = None) -> dict[str, str]:
        """The headers of the delivery, sent at `at`."""
        secret = secret or self.endpoint.secrets[0].secret.get_secret_value()
        return {**self.headers, **signature(self.endpoint.schemes[0], secret, self.body, at=at, delivery=self.headers)}

    def read(self) -> dict[str, Any]:
        """What its adapter says now."""
        return self.read_as(json.loads(self.body))

    def read_as(self, payload: Any) -> dict[str, Any]:
        """What its adapter would say of another payload."""
        delivery = Delivery(self.endpoint, self.headers, Payload(payload), NOW)
        try:
            said = ADAPTERS[self.endpoint.sender](delivery)
        except Unmappable as error:
            return {"refused": {error.name: error.reason}}
        except ValidationError as error:
            return {"refused": {".".join(str(part) for part in fault["loc"]): fault["type"] for fault in error.errors()}}
        if isinstance(said, Ignored):
            return {"ignored": said.why}
        parts = {"key": said.key, "contact": _spelt(said.contact), "outcome": _spelt(said.outcome)}
        return {name: part for name, part in parts.items() if part is not None}


def signature(scheme: Scheme, secret: str, body: bytes, *, at: datetime, delivery: dict[str, str]) -> dict[str, str]:
    """What a sender that signs by `scheme` puts into its headers."""
    timestamp = at.isoformat() if scheme.timestamp == "iso" else str(int(at.timestamp()))
    name = delivery.get(scheme.id_header or "", "msg_1")
    key = base64.b64decode(secret.removeprefix("whsec_")) if scheme.key == "whsec" else secret.encode()
    parts = {"id": name.encode(), "timestamp": timestamp.encode(), "body": body}
    signed = scheme.joined_by.encode().join(parts[part] for part in scheme.signed)
    match scheme.algorithm:
        case Algorithm.PLAIN:
            written = secret
        case Algorithm.BASIC:
            written = base64.b64encode(b"failbetter:" + key).decode()
        case algorithm:
            digest = hmac.new(key, signed, algorithm.removeprefix("hmac-"))
            written = digest.hexdigest() if scheme.encoding == "hex" else base64.b64encode(digest.digest()).decode()
    headers = {scheme.header: scheme.prefix + written}
    if scheme.timestamp_header:
        headers[scheme.timestamp_header] = timestamp
    if scheme.id_header:
        headers[scheme.id_header] = name
    return headers


def examples() -> list[Example]:
    """All of them."""
    endpoints = {(each.sender, each.endpoint): each for each in read_endpoints(ENDPOINTS).endpoints}
    found = []
    for golden in sorted((HERE / "examples").rglob("*.golden.json")):
        said = json.loads(golden.read_text())
        file = golden.with_name(golden.name.replace(".golden.json", ".json"))
        endpoint = next(
            each for (sender, name), each in endpoints.items() if (sender, name) == (file.parent.name, said["endpoint"])
        )
        found.append(Example(file, endpoint, said["headers"], said["says"]))
    return found


def _spelt(said: BaseModel | None) -> dict[str, Any] | None:
    return None if said is None else said.model_dump(mode="json", exclude_defaults=True)


def _write() -> None:
    for example in examples():
        now = replace(example, says=example.read())
        golden = {"endpoint": now.endpoint.endpoint, "headers": now.headers, "says": now.says}
        file = now.file.with_name(f"{now.file.stem}.golden.json")
        file.write_text(json.dumps(golden, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    _write()
