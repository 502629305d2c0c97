"""
`python -m bench.trend`: how soon a surge is `escalating`, and how often nothing is. Five minutes or so.

Seeded streams of 200 signals over eight weeks, each looked at every five minutes. A threefold surge lasts a day; it begins in the fourth
to eighth week. A false alarm is a turn to escalating where there was no surge, every one of them counted.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bench.streams import HOURS, OVERDISPERSED, POISSON, STEPS, WEEK, Floats, Noise, Streams, Surge, quiet, surging
from services.insights.rules.baseline import baseline_of, rhythm_of, usual_straying, weeks_of
from services.insights.rules.trend import WINDOWS, Windows, escalating

Bools = NDArray[np.bool_]

SEEDS: Final = (7, 11, 12, 21, 22)
SIGNALS: Final = 200
VOLUMES: Final = (0.05, 64.0)
"""Contacts an hour of signals without a surge: as many around 0.1 as around 10."""

FIRST_DAY: Final = 14
DAY: Final = 24 * STEPS
SURGE_HOURS: Final = 24
CASES: Final = ((2.0, 8), (12.0, 1), (16.0, 1), (24.0, 1))
"""Contacts an hour, and within how many hours a surge should be noticed."""


@dataclass(frozen=True, slots=True)
class Detector:
    """Says for every signal and step whether it is escalating."""

    name: str
    looks: Callable[[Streams], Bools]


def looked_at(streams: Streams) -> Bools:
    """The service's own rule, its baselines renewed every day."""
    hourly = streams.counts.reshape(len(streams.counts), HOURS, STEPS).sum(2)
    total = _running(streams.counts)
    found = np.zeros(streams.counts.shape, dtype=np.bool_)
    for day in range(FIRST_DAY, HOURS // 24):
        steps = np.arange(day * DAY + 1, (day + 1) * DAY + 1)
        found[:, steps - 1] = escalating(_windows(total, weeks_of(hourly[:, : day * 24 - WEEK], day * 24 - WEEK), steps))
    return found


def weekly_z_score(streams: Streams) -> Bools:
    """What is often used: the last hour is three standard deviations above the same hour of the four weeks before."""
    hour = _running(streams.counts)[:, STEPS:] - _running(streams.counts)[:, :-STEPS]
    week = WEEK * STEPS
    found = np.zeros(streams.counts.shape, dtype=np.bool_)
    for end in range(4 * week, len(hour[0])):
        before = hour[:, end - 4 * week : end : week]
        found[:, end + STEPS - 1] = hour[:, end] > before.mean(1) + 3 * np.maximum(before.std(1, ddof=1), 1)
    return found


def oracle(streams: Streams) -> Floats:
    """Page's CUSUM for a threefold rate, by one who knows the true mean of every step. No service can know it."""
    steps = streams.counts * np.log(3) - 2 * streams.means
    score = np.zeros_like(streams.means)
    for step in range(1, len(steps[0])):
        score[:, step] = np.maximum(0, score[:, step - 1] + steps[:, step])
    return score


def fitting(scores: Floats, alarms: float) -> float:
    """The threshold at which the oracle has so many false alarms in 100 weeks of a signal."""
    low, high = 0.0, 100.0
    while high - low > 0.01:
        middle = (low + high) / 2
        low, high = (middle, high) if false_alarms(scores >= middle) > alarms else (low, middle)
    return high


def false_alarms(found: Bools) -> float:
    """Turns to escalating in 100 weeks of a signal, of the weeks that were looked at."""
    looked = found[:, FIRST_DAY * DAY :]
    turns = (looked[:, 1:] & ~looked[:, :-1]).sum()
    return float(turns / (len(looked) * looked.shape[1] / STEPS / WEEK) * 100)


def noticed(found: Bools, surges: list[Surge]) -> float:
    """The share of surges that were escalating in time."""
    return float(np.mean([found[row, one.start : one.start + one.notice * STEPS].any() for row, one in enumerate(surges)]))


def hours_back(found: Bools, surges: list[Surge]) -> float:
    """Hours after the end of a surge until it is not escalating any more: the median."""
    ends = [one.start + one.hours * STEPS for one in surges]
    return float(np.median([np.argmin(found[row, end : end + 2 * DAY]) / STEPS for row, end in enumerate(ends)]))


def _running(counts: Floats) -> Floats:
    return np.concatenate((np.zeros((len(counts), 1)), np.cumsum(counts, 1)), 1)


def _windows(total: Floats, seen: Floats, steps: NDArray[np.int64]) -> Windows:
    since = steps[:, None] - (WINDOWS * STEPS).astype(np.int64)
    rhythm = rhythm_of(seen.sum((0, 1)))
    usual = usual_straying(list(seen), rhythm)
    baselines = [baseline_of(counts, rhythm=rhythm, usual=usual) for counts in seen]
    expected = np.stack([each.expected(since / STEPS, steps[:, None] / STEPS) for each in baselines])
    variances = np.stack([np.broadcast_to(each.variance(WINDOWS), since.shape) for each in baselines])
    return Windows(total[:, steps][:, :, None] - total[:, since], expected, variances)


def measured(noise: Noise, seed: int) -> dict[str, list[float]]:
    """By detector: false alarms, and for each case the share that was noticed and the hours back."""
    random = np.random.default_rng(seed)
    nothing = quiet(random, np.exp(random.uniform(np.log(VOLUMES[0]), np.log(VOLUMES[1]), SIGNALS)), noise)
    threshold = fitting(oracle(nothing), 1.0)
    detectors = (
        Detector("Failbetter", looked_at),
        Detector("weekly z-score", weekly_z_score),
        Detector("oracle CUSUM", lambda streams: oracle(streams) >= threshold),
    )
    found = {detector.name: [false_alarms(detector.looks(nothing))] for detector in detectors}
    for hourly, notice in CASES:
        surges = [
            Surge(int(start), SURGE_HOURS, notice) for start in random.integers(3 * WEEK * STEPS, 7 * WEEK * STEPS, SIGNALS)
        ]
        streams = surging(random, hourly, noise, surges)
        for detector in detectors:
            looks = detector.looks(streams)
            found[detector.name] += [noticed(looks, surges), hours_back(looks, surges)]
    return found


def main() -> None:
    print(
        f"Seeds {SEEDS}, {SIGNALS} signals each, {HOURS // WEEK} weeks: means over the seeds. False alarms in 100 weeks of a signal;"
    )
    print("then the share of threefold surges noticed in time, and the median of hours until they are over.\n")
    cases = " | ".join(f"{hourly:g} an hour, within {notice} h | back" for hourly, notice in CASES)
    print(f"| streams | detector | false alarms | {cases} |")
    print("|---|---|" + "---:|" * (1 + 2 * len(CASES)))
    for noise in (POISSON, OVERDISPERSED):
        rounds = [measured(noise, seed) for seed in SEEDS]
        for name in rounds[0]:
            alarms, *rest = np.mean([each[name] for each in rounds], axis=0)
            told = " | ".join(f"{share:.1%} | {hours:.1f} h" for share, hours in zip(rest[::2], rest[1::2], strict=True))
            print(f"| {noise.name} | {name} | {alarms:.2f} | {told} |", flush=True)


if __name__ == "__main__":
    main()
