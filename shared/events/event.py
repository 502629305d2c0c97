"""What every event has in common: a frozen fact with a type, a tenant and a key."""

from typing import Annotated, ClassVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

TENANT = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$"

Tenant = Annotated[str, Field(pattern=TENANT)]
"""One company's data. It comes from the credential, never from a body."""

Pseudonym = Annotated[str, Field(min_length=16, max_length=64)]
"""What stands for a customer outside intake: a keyed hash, never the id itself."""

Share = Annotated[float, Field(ge=0, le=1)]
"""A probability or a share, 0 to 1."""

Moment = AwareDatetime
"""A point in time, with zone."""


class Value(BaseModel):
    """A part of an event."""

    # Readers ignore fields they do not know, so producers may add some at any time.
    model_config = ConfigDict(frozen=True, extra="ignore", ser_json_bytes="base64", val_json_bytes="base64")


class Event(Value):
    """A fact that has happened: named in the past tense, never changed, never unsaid."""

    type: ClassVar[str]
    """CloudEvents `type`, version included: `failbetter.contact.received.v1`."""

    tenant: Tenant

    @property
    def key(self) -> str:
        """What has the same key stays in order: tenant and customer, else tenant and contact."""
        raise NotImplementedError
