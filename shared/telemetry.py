"""
Logs and traces: one JSON object a line, a constant event name and fields; never a customer's words.

An exception is logged by its type and the places it passed. Its message is logged only where it is one of ours
(`FailbetterError`), because the message of any other may quote what a customer wrote.
"""

import logging
import os
import sys
import traceback
from typing import Any

import structlog
from structlog.typing import EventDict, WrappedLogger

from shared.errors import FailbetterError

TRACEPARENT_LENGTH = 55


def configure_logging(service: str, level: str) -> None:
    """Every log line of the process, libraries included, goes to standard output as JSON."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        lambda _logger, _method, event: {"service": service, **event},
        _without_words,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, structlog.processors.JSONRenderer()],
        )
    )
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    # It repeats every failed connection many times a second; what matters of it is said by ours.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    logging.getLogger("uvicorn").setLevel(logging.WARNING)


def next_traceparent(traceparent: str | None) -> str:
    """
    The W3C `traceparent` to send on: the caller's trace with a span of our own, or a new trace.

    Source: W3C Trace Context, section 3.2; an invalid header counts as none.
    """
    if traceparent is not None and _is_valid(traceparent):
        return f"00-{traceparent[3:35]}-{os.urandom(8).hex()}-{traceparent[53:55]}"
    new = os.urandom(24).hex()
    return f"00-{new[:32]}-{new[32:]}-00"


def _is_valid(traceparent: str) -> bool:
    parts = traceparent.split("-")
    return (
        len(traceparent) == TRACEPARENT_LENGTH
        and [len(part) for part in parts] == [2, 32, 16, 2]
        and all(character in "0123456789abcdef" for part in parts for character in part)
        and parts[0] != "ff"
        and set(parts[1]) != {"0"}
        and set(parts[2]) != {"0"}
    )


def _without_words(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    error = event.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()[1]
    elif isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        event.update(describe(error))
    return event


def describe(error: BaseException) -> dict[str, object]:
    """An exception as log fields: what it is and the way it came, without its message unless it is one of ours."""
    if isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        return describe(error.exceptions[0])
    frames = traceback.extract_tb(error.__traceback__)[-12:]
    described: dict[str, object] = {
        "error": type(error).__qualname__,
        "at": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }
    if isinstance(error, FailbetterError | OSError):
        described["reason"] = str(error)
    if isinstance(error, BaseExceptionGroup):
        described["errors"] = [describe(inner) for inner in error.exceptions]
    return described
