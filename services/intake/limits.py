"""
How much one caller may send: requests and bytes a second, and requests at once.

Counted in this process alone, so that nothing has to be asked: N replicas let through up to N times as much.
"""

import asyncio
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from shared.credentials import Limits
from shared.errors import Retryable

WINDOW_SECONDS: Final = 2
"""What may come at once, in seconds of the rate."""

Timer = Callable[[], float]
"""Seconds that only grow."""


class Limited(Retryable):
    """Over a limit: `code` says which, `wait` in how many seconds it may work."""

    def __init__(self, code: Literal["too_many_requests", "too_many_bytes", "too_many_at_once"], wait: float) -> None:
        super().__init__(code)
        self.code = code
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Allowance:
    """Limits with nothing left out."""

    requests_per_second: float
    bytes_per_second: float
    concurrency: int

    def but(self, limits: Limits) -> "Allowance":
        """These, except where `limits` say something else."""
        return Allowance(
            limits.requests_per_second or self.requests_per_second,
            limits.bytes_per_second or self.bytes_per_second,
            limits.concurrency or self.concurrency,
        )


class Bucket:
    """
    So much a second, and `window` seconds of it at once. What was taken beyond that is a debt, paid off by waiting.

    Source: the generic cell rate algorithm (ITU-T I.371) in its virtual scheduling form. Moments are in seconds.
    """

    __slots__ = ("_due", "_rate", "window")

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._due = 0.0
        self.window = max(WINDOW_SECONDS, math.ceil(1 / rate))

    @property
    def quota(self) -> int:
        """What may come within a window."""
        return int(self._rate * self.window)

    def take(self, amount: float, now: float) -> None:
        self._due = max(self._due, now) + amount / self._rate

    def wait(self, now: float) -> float:
        """Seconds until one more may be taken."""
        return max(0.0, self._due + 1 / self._rate - now - self.window - 1e-9)

    def left(self, now: float) -> int:
        """How much may be taken now."""
        return max(0, int((self.window - self.reset(now)) * self._rate + 1e-6))

    def reset(self, now: float) -> float:
        """Seconds until everything may be taken."""
        return max(0.0, self._due - now)


class Meter:
    """What one caller has taken of its allowance. Within `with meter:` is one of the caller's requests at once."""

    def __init__(self, allowance: Allowance, timer: Timer = time.monotonic) -> None:
        self.allowance = allowance
        self.requests = Bucket(allowance.requests_per_second)
        self.bytes = Bucket(allowance.bytes_per_second)
        self._timer = timer
        self._at_once = 0
        self._policy = (
            f'"requests";q={self.requests.quota};w={self.requests.window}, '
            f'"bytes";q={self.bytes.quota};w={self.bytes.window};qu="content-bytes", '
            f'"at-once";q={allowance.concurrency};qu="concurrent-requests"'
        ).encode()

    def admit(self) -> None:
        """Raises Limited where nothing more may come yet."""
        now = self._timer()
        if (wait := self.requests.wait(now)) > 0:
            raise Limited("too_many_requests", wait)
        if (wait := self.bytes.wait(now)) > 0:
            raise Limited("too_many_bytes", wait)
        if self._at_once >= self.allowance.concurrency:
            raise Limited("too_many_at_once", 1)

    def charge(self, *, requests: int = 0, size: int = 0) -> None:
        """Count what came, `size` in bytes, also where it is more than was left: the next one waits for it."""
        now = self._timer()
        self.requests.take(requests, now)
        self.bytes.take(size, now)

    async def pace(self) -> None:
        """Return when more may come: whoever streams is slowed down, not refused."""
        now = self._timer()
        await asyncio.sleep(max(self.requests.wait(now), self.bytes.wait(now)))

    def __enter__(self) -> None:
        self._at_once += 1

    def __exit__(self, *_: object) -> None:
        self._at_once -= 1

    def headers(self) -> list[tuple[bytes, bytes]]:
        """
        What the caller is told of its limits.

        Source: draft-ietf-httpapi-ratelimit-headers-09.
        """
        now, requests, size = self._timer(), self.requests, self.bytes
        left = (
            f'"requests";r={requests.left(now)};t={math.ceil(requests.reset(now))}, '
            f'"bytes";r={size.left(now)};t={math.ceil(size.reset(now))}'
        )
        return [(b"ratelimit-policy", self._policy), (b"ratelimit", left.encode())]


class Meters:
    """A meter for every caller, by name; one whose limits were changed begins anew."""

    def __init__(self, allowance: Allowance, timer: Timer = time.monotonic) -> None:
        self.allowance = allowance
        self._timer = timer
        self._meters: dict[str, tuple[Limits, Meter]] = {}

    def of(self, name: str, limits: Limits) -> Meter:
        known, meter = self._meters.get(name, (None, None))
        if meter is None or (known is not limits and meter.allowance != self.allowance.but(limits)):
            meter = Meter(self.allowance.but(limits), self._timer)
        if known is not limits:
            self._meters[name] = limits, meter
        return meter
