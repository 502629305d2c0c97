"""The arithmetic, and that every part of the bench runs. How much something costs is measured by the bench itself, not here."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator
from xml.etree import ElementTree as ET

import pytest

from bench import insights, intake, outage, overload, publish, scaling, triage
from bench.ground import Ground, ground
from bench.load import Refused, post, send
from bench.measure import Clock, Rounds, Spread
from bench.openloop import Answers
from bench.picture import Curve, picture
from bench.report import Report, microseconds, ratio


def test_a_spread_is_the_median_with_the_least_and_the_most() -> None:
    assert Spread.of([3.0, 1.0, 8.0]) == Spread(3.0, 1.0, 8.0)


def test_a_cost_is_microseconds_an_item() -> None:
    rounds = Rounds()
    rounds.add("echo", 0.5, 1_000)

    assert rounds.cost("echo") == Spread(500.0, 500.0, 500.0)


def test_a_ratio_is_of_the_same_round_so_a_slow_round_cancels_out() -> None:
    rounds = Rounds()
    for slowness in (1, 10, 2):
        rounds.add("echo", slowness * 1.0, 100)
        rounds.add("intake", slowness * 3.0, 100)

    assert rounds.ratio("intake", "echo") == Spread(3.0, 3.0, 3.0)
    assert rounds.cost("echo").most == 10 * rounds.cost("echo").least


def test_what_is_left_without_its_parts_is_taken_round_by_round() -> None:
    rounds = Rounds()
    for whole, part in ((10.0, 4.0), (20.0, 5.0), (30.0, 6.0)):
        rounds.add("triage", whole, 1_000_000)
        rounds.add("kafka", part, 1_000_000)

    assert rounds.rest("triage", "kafka") == Spread(15.0, 6.0, 24.0)


def test_a_clock_counts_work_and_not_waiting() -> None:
    busy = "x = sum(range(3_000_000)); print(flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", busy], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        clock, ours = Clock(process.pid), Clock(os.getpid(), family=True)
        before = clock.seconds()

        assert before > 0
        assert clock.seconds() == before
        assert ours.seconds() > before
        process.communicate(b"\n")


def test_a_report_names_its_ratios_first_and_its_costs_second() -> None:
    rounds = Rounds()
    rounds.add("echo", 0.001, 100)
    rounds.add("intake", 0.1234, 100)

    report = Report.of(
        rounds, "Intake", measured="CPU", subjects=("echo", "intake"), baselines=("echo",), notes=("Read it like this.",)
    )

    assert report.printed().splitlines()[-4:] == [
        "| echo   |       1.00 (1.00 to 1.00) |          10 (10 to 10) |",
        "| intake | 123.40 (123.40 to 123.40) | 1,234 (1,234 to 1,234) |",
        "",
        "* Read it like this.",
    ]
    assert ratio(Spread(1.234, 1.0, 2.0)) == "1.23 (1.00 to 2.00)"
    assert microseconds(Spread(1234.5, 9.0, 20_000.0)) == "1,234 (9 to 20,000)"


@pytest.fixture(scope="module")
async def here() -> AsyncIterator[Ground]:
    async with ground() as ground_:
        yield ground_


@pytest.mark.broker
async def test_intake_is_measured(here: Ground) -> None:
    size = intake.Size(contacts=20, connections=2, batch=10, stream=10, warm_up=4)

    (report,) = await intake.measure(here, size, rounds=1)

    assert report.lines[0].subject == "ASGI echo"
    assert all(line.cost.least > 0 for line in report.lines)


@pytest.mark.broker
async def test_publishing_is_measured(here: Ground) -> None:
    reports = await publish.measure(here, publish.Size(records=100), rounds=1)

    assert all(line.cost.least > 0 for report in reports for line in report.lines)


@pytest.mark.broker
async def test_overload_is_measured_and_ends(here: Ground) -> None:
    size = overload.Size(seconds=1.0, step_seconds=0.5, steps=(0.2,), closed=50)

    (found,) = await overload.measure(here, size, rounds=1)

    assert [row.what for row in found.rows] == ["1 x the knee", "1.2 x the knee", "5 x the knee"]
    assert found.knee > 0
    assert "accepted beside a tenant at 10 x its limit" in found.printed()


@pytest.mark.broker
async def test_an_outage_is_measured_and_nothing_is_accepted_in_it() -> None:
    size = outage.Size(before=1.0, away=2.0, after=4.0, rate=20.0, deadline=1.0)

    async with ground() as own:
        (found,) = await outage.measure(own, size, rounds=1)

    assert (found.accepted, found.refused) == (0, found.asked)


def test_what_is_counted_of_an_open_loop() -> None:
    answers = Answers(2.0, due=[0.1, 0.5, 1.0, 1.5], status=[202, 202, 503, 202], latency=[0.01, 0.5, 0.001, 0.02])

    assert (answers.rate(202), answers.rate(503)) == (1.5, 0.5)
    assert (answers.quantile(0.5), answers.quantile(0.99)) == (0.02, 0.5)


def test_service_is_full_again_from_the_first_two_half_seconds_that_were_good() -> None:
    answers = Answers(
        3.0, due=[0.1, 0.6, 1.1, 1.6, 2.1, 2.6], status=[503, 202, 202, 202, 202, 202], latency=[0.0, 0.05, 0.5, 0.05, 0.05, 0.05]
    )

    assert overload.settled_after(answers) == 1.5


def test_a_curve_is_drawn_over_its_axis_and_what_is_infinite_is_left_out() -> None:
    curves = (Curve("rate", [10.0, 19.0, 12.0]), Curve("p99", [1.0, 30.0, float("inf")], is_logarithmic=True))

    drawn = ET.fromstring(picture("offered", [10.0, 20.0, 30.0], curves, mark=20.0))

    lines = [line.attrib["points"].split() for line in drawn.iter("{http://www.w3.org/2000/svg}polyline")]
    assert [len(points) for points in lines] == [3, 2]


@pytest.mark.broker
async def test_triage_is_measured(here: Ground) -> None:
    (report,) = await triage.measure(here, triage.Size(contacts=20, read=2), rounds=1)

    assert len(report.lines) == 4
    assert all(line.cost.least > 0 for line in report.lines)


@pytest.mark.broker
async def test_two_processes_of_triage_are_measured(here: Ground) -> None:
    (found,) = await scaling.measure(here, scaling.Size(contacts=24, warm_up=48), rounds=1)

    assert set(found.speeds) == {1, 2}
    assert found.ratio.least == found.speeds[2].median / found.speeds[1].median


@pytest.mark.broker
async def test_insights_is_measured(here: Ground) -> None:
    service, database = await insights.measure(here, insights.Size(contacts=20, warm_up=100), rounds=1)

    assert all(line.cost.least > 0 for report in (service, database) for line in report.lines)


@pytest.mark.broker
async def test_an_answer_that_was_not_wanted_ends_the_measurement(here: Ground) -> None:
    async with here.server("asgi-echo", "bench.baselines.asgi_echo", port_in="ECHO_PORT") as echo:
        port = int(echo.url.rpartition(":")[2])
        await send([post("/", b"{}")] * 3, port=port, connections=2, status=200)

        with pytest.raises(ExceptionGroup) as found:
            await send([post("/", b"{}")], port=port, connections=1, status=202)

    assert found.group_contains(Refused)
