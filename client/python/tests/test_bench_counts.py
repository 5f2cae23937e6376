"""What a device counts in a window, and the histograms it tells."""

from __future__ import annotations

import random

import pytest

from frame_streamer.age_cadence import AgeCadence
from frame_streamer.bench_counts import BenchCounts, CountedFrame
from frame_streamer.histogram_bytes import HIGHEST_US
from frame_streamer.signed_counts import SignedCounts
from histograms import decoded

SECOND_US = 1_000_000


def counted(capture_us: int, previous_us: int | None = None, lost: int = 0, skipped: int = 0) -> CountedFrame:
    return CountedFrame(capture_us, previous_us, lost, skipped, 59, True)


def window(start_us: int = SECOND_US, stop_us: int = 2 * SECOND_US, *, late: bool = False) -> BenchCounts:
    return BenchCounts(7, start_us, stop_us, None if late else start_us)


def test_values_of_both_signs_are_kept() -> None:
    counts = SignedCounts()
    assert (counts.count, counts.quantile(0.5)) == (0, None)
    counts.record(-3)
    counts.record(10.5, 2)
    counts.record(2 * HIGHEST_US)
    assert [counts.quantile(q) for q in (0, 0.25, 0.5, 0.75, 1)] == [-3, -3, 11, 11, HIGHEST_US]
    positive, negative = counts.encode()
    assert decoded(positive) == {11: 2, HIGHEST_US // 2**21 * 2**21: 1}
    assert negative is not None
    assert decoded(negative) == {3: 1}


def test_no_value_is_an_empty_histogram() -> None:
    positive, negative = SignedCounts().encode()
    assert (decoded(positive), negative) == ({}, None)


def test_a_histogram_holds_no_more_than_its_readers_take() -> None:
    counts = SignedCounts()
    counts.record(1, 2**32)
    counts.record(2)
    assert (counts.count, counts.quantile(1)) == (2**32 - 1, 1)


def test_quantiles_are_those_of_the_values_within_a_thousandth() -> None:
    rng = random.Random(3)
    values = sorted(rng.choice((1, -1)) * int(10 ** rng.uniform(0, 9)) for _ in range(2000))
    counts = SignedCounts()
    for value in values:
        counts.record(value)
    for q in (0.0, 0.001, 0.3, 0.5, 0.9, 0.99, 1.0):
        exact = values[max(1, -int(-q * len(values) // 1)) - 1]
        shown = counts.quantile(q)
        assert shown is not None
        assert abs(shown - exact) <= abs(exact) / 1000


def test_a_coarse_histogram_is_short_and_close() -> None:
    rng = random.Random(5)
    counts = SignedCounts()
    for _ in range(60_000):
        value = int(10 ** rng.uniform(0, 9.5))
        counts.record(value, rng.randrange(1, 40_000))
        counts.record(-value, rng.randrange(1, 40_000))
    fine = sum(len(text or "") for text in counts.encode())
    positive, negative = counts.encode(coarse=True)
    assert negative is not None
    assert len(positive) + len(negative) <= 48 * 1024 < fine
    assert sum(decoded(positive).values()) + sum(decoded(negative).values()) == counts.count


def test_a_result_gives_up_ages_before_it_is_too_long() -> None:
    rng = random.Random(6)
    counts = window()
    for _ in range(60_000):
        for measured in (counts.latency, counts.age):
            measured.record(rng.choice((1, -1)) * 10 ** rng.uniform(3, 9.5), rng.randrange(1, 130_000))
    result = counts.result()
    assert len(result["latency"]) + len(result["latencyNegative"]) <= 48 * 1024
    assert (result["age"], result["ageNegative"]) == (None, None)


def test_only_frames_of_the_window_count() -> None:
    counts = window()
    for capture_us in (SECOND_US - 1, SECOND_US, 2 * SECOND_US - 1, 2 * SECOND_US):
        counts.on_frame(counted(capture_us))
        counts.on_latency(capture_us, 5, 3)
        counts.on_age(9, 2, capture_us)
    assert (counts.received, counts.size, counts.latency.count, counts.age.count) == (2, 118, 2, 4)
    assert counts.progress() == {"frames": 2, "latencyP50Us": 5, "latencyP99Us": 5, "clockErrorUs": 3}


@pytest.mark.parametrize(
    ("previous_us", "capture_us", "lost", "skipped", "inside"),
    [
        (1_000_000, 1_500_000, 4, 0, (4, 0)),
        # The first of them was due at 0.9 s, the last at 1.4 s.
        (800_000, 1_500_000, 6, 0, (5, 0)),
        (1_500_000, 2_500_000, 0, 9, (0, 4)),
        (0, 3_000_000, 20, 9, (7, 3)),
        (100_000, 900_000, 7, 0, (0, 0)),
        # A clock that runs backwards tells nothing.
        (1_500_000, 1_400_000, 5, 5, (0, 0)),
    ],
)
def test_what_is_missing_counts_where_it_is_missing(
    previous_us: int, capture_us: int, lost: int, skipped: int, inside: tuple[int, int]
) -> None:
    counts = window()
    counts.on_frame(counted(capture_us, previous_us, lost, skipped))
    assert (counts.lost, counts.skipped) == inside


def test_who_came_late_measures_from_the_first_frame_on() -> None:
    counts = window(late=True)
    assert counts.result()["fromTimeUs"] == 2 * SECOND_US
    counts.on_frame(counted(1_400_000, 1_000_000, lost=9))
    assert (counts.from_us, counts.lost) == (1_400_000, 0)
    counts.on_frame(counted(1_600_000, 1_400_000, lost=1))
    assert (counts.result()["fromTimeUs"], counts.lost) == (1_400_000, 1)


def test_who_came_late_has_no_latency_of_a_frame_from_before_it_knew_of_the_window() -> None:
    counts = window(late=True)
    counts.on_latency(SECOND_US + 300_000, 5000, 100)
    counts.on_frame(counted(SECOND_US + 400_000))
    counts.on_latency(SECOND_US + 350_000, 5000, 100)
    counts.on_latency(SECOND_US + 400_000, 5000, 100)
    assert (counts.received, counts.latency.count) == (1, 1)


def test_the_timeline_has_whole_seconds_and_at_most_240_buckets() -> None:
    counts = window(0, 3_500_000)
    for capture_us, latency_us in ((0, 10), (999_999, 30), (3_000_000, -5)):
        counts.on_frame(counted(capture_us))
        counts.on_latency(capture_us, latency_us, 1)
    assert counts.result()["timeline"] == {
        "bucketMs": 1000,
        "frames": [2, 0, 0, 1],
        "latencyP50Us": [10, None, None, -5],
        "latencyP99Us": [30, None, None, -5],
    }
    day = window(0, 86_400 * SECOND_US).result()["timeline"]
    assert (day["bucketMs"], len(day["frames"])) == (360_000, 240)


def test_a_window_that_is_none_or_has_no_end_costs_nothing() -> None:
    for start_us, stop_us in ((5, 5), (9, 2), (0, 2**53 - 1)):
        counts = window(start_us, stop_us)
        counts.on_frame(counted(2**52, 0, lost=2**50))
        counts.on_latency(2**52, 1, 1)
        assert len(counts.result()["timeline"]["frames"]) <= 240


def test_ages_are_sampled_where_no_frame_came() -> None:
    ages: list[tuple[float, int, float]] = []
    cadence = AgeCadence(lambda *age: ages.append(age))
    cadence.on_frame(0, -5)
    cadence.set_rate(1000)
    for received_us in (100, 1100, 4300, 4350):
        cadence.on_frame(received_us, received_us - 70)
    cadence.advance(6000)
    assert ages == [(70, 1, 100), (70, 1, 1100), (1070, 1, 2100), (2070, 1, 3100), (70, 1, 4300), (1020, 1, 5300)]
    cadence.stop(6000)
    cadence.advance(1e12)
    assert len(ages) == 6


def test_a_long_stall_is_sampled_in_steps() -> None:
    samples: list[int] = []
    cadence = AgeCadence(lambda _age, count, _at: samples.append(count))
    cadence.set_rate(1000)
    cadence.on_frame(0, 0)
    cadence.advance(86_400 * SECOND_US)
    assert len(samples) == 10_001
    assert sum(samples) == 86_400_000
