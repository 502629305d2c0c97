"""
Every expected failure, and what the caller should do about it.

* Retryable        trying again later may succeed; the offset stays where it is
  - Unavailable    PostgreSQL, Kafka or another dependency did not answer
* Rejected         trying again cannot succeed; the record goes to dead letters
  - Undecodable    the bytes are not a valid event of this topic

Anything else is a bug: it is never caught, and it stops the process.

Messages are safe to log and to publish: they never hold a customer's words.
"""


class FailbetterError(Exception):
    """Root of every expected failure; `code` is stable and machine-readable."""

    code = "failure"


class Retryable(FailbetterError):
    """Trying again later may succeed."""

    code = "retryable"


class Unavailable(Retryable):
    """A dependency did not answer in time."""

    code = "unavailable"


class Rejected(FailbetterError):
    """Trying again cannot succeed."""

    code = "rejected"


class Undecodable(Rejected):
    """The bytes are not a valid event of this topic."""

    code = "undecodable"
