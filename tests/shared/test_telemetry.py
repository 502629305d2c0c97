"""Logs say what happened and where, and never what a customer wrote."""

import json
import logging
import subprocess
import sys

import pytest

from shared.errors import Unavailable
from shared.telemetry import describe, next_traceparent

WORDS = "my cat is called Whiskers"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


def raised(error: Exception) -> Exception:
    try:
        raise error
    except type(error) as caught:
        return caught


def test_a_bug_is_described_without_its_message() -> None:
    described = describe(raised(ValueError(WORDS)))

    assert described["error"] == "ValueError"
    assert "test_telemetry.py" in str(described["at"])
    assert WORDS not in str(described)


def test_our_own_errors_say_why() -> None:
    assert describe(raised(Unavailable("the brokers are away")))["reason"] == "the brokers are away"


def test_a_group_is_described_by_what_is_in_it() -> None:
    assert describe(ExceptionGroup(WORDS, [raised(KeyError(WORDS))]))["error"] == "KeyError"
    assert WORDS not in str(describe(ExceptionGroup(WORDS, [raised(KeyError(WORDS)), raised(ValueError(WORDS))])))


def test_every_line_is_json_with_the_service_libraries_included_and_exceptions_without_words() -> None:
    script = f"""
import logging, structlog
from shared.telemetry import configure_logging
configure_logging("intake", "info")
log = structlog.get_logger("here")
log.info("contact.accepted", count=1)
logging.getLogger("library").warning("something odd")
try:
    raise ValueError({WORDS!r})
except ValueError:
    log.exception("it.broke")
    logging.getLogger("library").exception("theirs")
"""
    printed = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)

    lines = [json.loads(line) for line in printed.stdout.splitlines()]
    assert [line["event"] for line in lines] == ["contact.accepted", "something odd", "it.broke", "theirs"]
    assert {line["service"] for line in lines} == {"intake"}
    assert lines[0]["count"] == 1
    assert lines[2]["error"] == lines[3]["error"] == "ValueError"
    assert WORDS not in printed.stdout + printed.stderr


def test_a_trace_goes_on_under_a_span_of_our_own() -> None:
    version, trace, span, flags = next_traceparent(f"00-{TRACE}-00f067aa0ba902b7-01").split("-")

    assert (version, trace, flags) == ("00", TRACE, "01")
    assert span != "00f067aa0ba902b7"


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "00",
        f"00-{TRACE}-00f067aa0ba902b7-01-x",
        f"ff-{TRACE}-00f067aa0ba902b7-01",
        f"00-{'0' * 32}-00f067aa0ba902b7-01",
        f"00-{TRACE.upper()}-00f067aa0ba902b7-01",
    ],
)
def test_a_header_that_is_no_trace_begins_a_new_one(header: str | None) -> None:
    _, trace, _, flags = next_traceparent(header).split("-")

    assert trace != TRACE
    assert len(trace) == 32
    assert flags == "00"


def test_logging_of_the_test_run_is_not_touched() -> None:
    assert logging.getLogger().handlers
