"""How much a caller may send: so much a second, a burst at once, and what is over is paid off by waiting."""

import pytest

from services.intake.limits import Allowance, Bucket, Limited, Meter, Meters
from services.intake.shares import Full, Shares
from shared.credentials import Limits


class Timer:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def admitted(meter: Meter) -> bool:
    try:
        meter.admit()
    except Limited:
        return False
    meter.charge(requests=1)
    return True


def test_a_burst_of_two_seconds_comes_at_once_and_then_the_rate() -> None:
    timer = Timer()
    meter = Meter(Allowance(10, 1e9, 100), timer)

    assert [admitted(meter) for _ in range(21)] == [True] * 20 + [False]
    timer.now += 0.1
    assert [admitted(meter) for _ in range(2)] == [True, False]


@pytest.mark.parametrize("rate", [0.01, 0.3, 1, 7, 1000, 123456.7])
def test_over_a_long_time_the_rate_is_what_was_said(rate: float) -> None:
    timer = Timer()
    meter = Meter(Allowance(rate, 1e12, 100), timer)
    while admitted(meter):
        pass

    count, seconds = 0, 500 / rate
    for _ in range(2000):
        timer.now += seconds / 2000
        count += admitted(meter)

    assert count == pytest.approx(500, abs=1)


def test_a_body_that_is_more_than_the_rate_is_taken_and_the_next_one_waits() -> None:
    timer = Timer()
    meter = Meter(Allowance(1000, 100, 100), timer)
    meter.admit()
    meter.charge(size=1200)

    with pytest.raises(Limited) as refused:
        meter.admit()

    assert refused.value.code == "too_many_bytes"
    assert refused.value.wait == pytest.approx(10.01)
    timer.now += 10.02
    meter.admit()


def test_requests_at_once_are_bounded() -> None:
    meter = Meter(Allowance(1000, 1e9, 2), Timer())
    with meter:
        meter.admit()
        with meter, pytest.raises(Limited) as refused:
            meter.admit()

    assert refused.value.code == "too_many_at_once"
    meter.admit()


def test_the_headers_say_what_is_left_and_when_all_of_it_is_back() -> None:
    timer = Timer()
    meter = Meter(Allowance(10, 1000, 4), timer)
    meter.charge(requests=15, size=500)

    assert dict(meter.headers()) == {
        b"ratelimit-policy": b'"requests";q=20;w=2, "bytes";q=2000;w=2;qu="content-bytes", "at-once";q=4;qu="concurrent-requests"',
        b"ratelimit": b'"requests";r=5;t=2, "bytes";r=1500;t=1',
    }


def test_what_is_left_never_promises_too_much() -> None:
    bucket = Bucket(10)
    for taken in range(20):
        assert bucket.left(0.0) == 20 - taken
        assert bucket.wait(0.0) == 0
        bucket.take(1, 0.0)
    assert bucket.left(0.0) == 0
    assert bucket.wait(0.0) > 0


def test_a_caller_has_its_own_limits_where_it_has_some_and_keeps_what_it_took() -> None:
    meters = Meters(Allowance(10, 1000, 4), Timer())
    own = Limits(requests_per_second=1)

    assert meters.of("a", own).allowance == Allowance(1, 1000, 4)
    assert meters.of("b", Limits()).allowance == Allowance(10, 1000, 4)
    assert meters.of("a", Limits(requests_per_second=1)) is meters.of("a", own)
    assert meters.of("a", Limits()) is not meters.of("b", Limits())


def test_alone_a_tenant_holds_half_and_there_is_always_room_for_another() -> None:
    shares = Shares(1200)
    held = dict.fromkeys("abc", 0)
    for name in held:
        while True:
            try:
                shares.take(name, 1)
            except Full:
                break
            held[name] += 1

    assert held == {"a": 600, "b": 300, "c": 150}


def test_what_is_given_back_is_free_again() -> None:
    shares = Shares(100)
    shares.take("a", 50)
    with pytest.raises(Full):
        shares.take("a", 1)
    shares.give_back("a", 50)

    shares.take("a", 50)
    assert shares.held == 50
