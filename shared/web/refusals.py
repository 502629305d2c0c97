"""The audit log of refusals: who was turned away, where and why. A flood of one kind is told once a second, with how many it was."""

import time
from collections.abc import Callable
from typing import Final

import structlog
from starlette.types import Scope

log = structlog.get_logger(__name__)

FLOODS: Final = frozenset({429, 503})
"""What callers do again and again. Anything else is told one by one."""
KINDS: Final = 1_000


class Refusals:
    """Tells the log. `times` counts what was left out since the last line of the same kind, this one included."""

    def __init__(self, timer: Callable[[], float] = time.monotonic) -> None:
        self._timer = timer
        self._untold: dict[tuple[object, ...], tuple[float, int]] = {}

    def note(self, scope: Scope, *, method: str, route: str, status: int) -> None:
        caller, code = scope.get("caller"), scope.get("refused_as")
        times = self._times((caller, route, code)) if status in FLOODS else 1
        if times:
            log.info(
                "http.refused",
                request_id=scope["request_id"],
                method=method,
                route=route,
                status=status,
                code=code,
                caller=caller,
                times=times,
            )

    def _times(self, kind: tuple[object, ...]) -> int:
        if len(self._untold) > KINDS:
            self._untold.clear()
        now = self._timer()
        told_at, times = self._untold.get(kind, (float("-inf"), 0))
        if now - told_at < 1:
            self._untold[kind] = (told_at, times + 1)
            return 0
        self._untold[kind] = (now, 0)
        return times + 1
