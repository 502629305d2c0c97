"""Signed tokens with an end: nobody else can make one, and nobody can use one late or for another purpose."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, TypeVar

from itsdangerous import BadSignature, URLSafeSerializer
from pydantic import BaseModel, ConfigDict, ValidationError

from shared.clock import Clock

SHORTEST_SECRET: Final = 32
"""Bytes of the shortest secret accepted."""


class Token(BaseModel):
    """What a token says. `expires_at` is inside, so that a changed lifetime does not revive old ones."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    expires_at: datetime


T = TypeVar("T", bound=Token)


class Signer:
    """Signs tokens of one purpose; of several secrets the last signs and all are accepted, so that they can be rotated."""

    def __init__(self, secrets: Sequence[bytes], *, purpose: str, clock: Clock) -> None:
        if not secrets or any(len(secret) < SHORTEST_SECRET for secret in secrets):
            raise ValueError(f"a secret of at least {SHORTEST_SECRET} bytes is needed")
        self._serializer = URLSafeSerializer(list(secrets), salt=f"failbetter.insights.{purpose}")
        self._clock = clock

    def sign(self, token: Token) -> str:
        return str(self._serializer.dumps(token.model_dump(mode="json")))

    def read(self, signed: str, kind: type[T]) -> T | None:
        """The token; None for one that is forged, of another purpose, or past its end."""
        try:
            token = kind.model_validate(self._serializer.loads(signed))
        except (BadSignature, ValidationError):
            return None
        return token if self._clock() < token.expires_at else None
