"""Counters, gaps and the histogram that goes to the server."""

from __future__ import annotations

import random

import pytest

from frame_streamer.clock import ClockEstimate
from frame_streamer.counters import Counters, StreamFigures
from frame_streamer.latency_counts import LatencyCounts
from frame_streamer.sequence import SequenceTracker
from histograms import decoded
from scripted_server import JPEG


def no_clock(_at_us: int) -> ClockEstimate | None:
    return None


def test_the_first_frame_begins_the_count() -> None:
    tracker = SequenceTracker()
    tracker.announce(5, 9)
    assert tracker.receive(100) == (0, 0)
    assert tracker.receive(101) == (0, 0)


def test_what_was_announced_is_skipped_and_the_rest_is_lost() -> None:
    tracker = SequenceTracker()
    tracker.receive(10)
    tracker.announce(12, 13)
    tracker.announce(15, 15)
    assert tracker.receive(20) == (6, 3)
    assert tracker.receive(22) == (1, 0)


def test_ranges_that_overlap_or_lie_cost_nothing() -> None:
    tracker = SequenceTracker()
    tracker.receive(10)
    tracker.announce(0, 12)
    tracker.announce(11, 2**53 - 1)
    assert tracker.receive(14) == (0, 3)
    assert tracker.receive(2**50) == (0, 2**50 - 15)
    for first in range(2**51, 2**51 + 10_000, 2):
        tracker.announce(first, first)
    assert len(tracker._announced) <= 64


def test_a_frame_that_is_not_newer_is_none() -> None:
    tracker = SequenceTracker()
    tracker.receive(10)
    assert tracker.receive(10) is None
    assert tracker.receive(3) is None
    assert tracker.receive(11) == (0, 0)


def test_counters_go_on_over_outages_and_restarts() -> None:
    figures = StreamFigures()
    figures.on_start_time(1)
    assert figures.on_frame(10, JPEG, 0, 0)
    # The same server after an outage: what it sent meanwhile is missing.
    figures.on_start_time(1)
    assert figures.on_frame(15, JPEG, 0, 0)
    assert not figures.on_frame(15, JPEG, 0, 0)
    # Another one counts from its own beginning.
    figures.on_start_time(2)
    assert figures.on_frame(0, JPEG, 0, 0)
    figures.on_skipped(1, 2)
    assert figures.on_frame(3, b"\xff\xd8\xff", 0, 0)
    figures.on_kept(10)
    sizes = 3 * (55 + 4) + (55 + 3) + (55 + 10)
    assert figures.counters == Counters(received=4, lost=4, skipped=2, corrupt=1, bytes=sizes)


def test_a_report_holds_what_came_since_the_last() -> None:
    figures = StreamFigures()
    figures.on_frame(1, JPEG, 1_000_000, 900_000)
    report = figures.report(7, lambda _at: ClockEstimate(0, 30))
    [stream] = report["streams"]
    assert report["clock"] == {"offsetUs": 0, "errorUs": 30}
    assert {**stream, "latency": None} == {
        **{"streamId": 7, "received": 1, "lost": 0, "skipped": 0, "corrupt": 0, "bytes": 59},
        "latency": None,
    }
    assert decoded(stream["latency"]) == {100_000 // 64 * 64: 1}
    [empty] = figures.report(7, no_clock)["streams"]
    assert empty == {"streamId": 7, "received": 0, "lost": 0, "skipped": 0, "corrupt": 0, "bytes": 0}
    assert figures.report(None, no_clock)["streams"] == []


def test_the_error_of_a_report_holds_for_all_its_latencies() -> None:
    figures = StreamFigures()
    figures.on_frame(1, JPEG, 100, 0)
    figures.on_frame(2, JPEG, 200, 0)
    errors = {100: 900, 200: 50}
    report = figures.report(1, lambda at: ClockEstimate(0, errors.get(at, 20)))
    assert report["clock"]["errorUs"] == 900
    assert figures.report(1, lambda _at: ClockEstimate(0, 20))["clock"]["errorUs"] == 20


def test_latencies_wait_until_the_clock_is_known() -> None:
    figures = StreamFigures()
    figures.on_frame(1, JPEG, 1000, 0)
    assert "latency" not in figures.report(1, no_clock)["streams"][0]
    report = figures.report(1, lambda _at: ClockEstimate(500, 1))
    assert decoded(report["streams"][0]["latency"]) == {1500: 1}
    figures.on_frame(2, JPEG, 1000, 0)
    figures.forget_waiting()
    assert "latency" not in figures.report(1, lambda _at: ClockEstimate(0, 1))["streams"][0]


def test_a_latency_below_zero_is_left_out_and_one_beyond_an_hour_is_an_hour() -> None:
    counts = LatencyCounts()
    counts.record(-1)
    assert counts.take() is None
    counts.record(10**12)
    text = counts.take()
    assert text is not None
    [value] = decoded(text)
    assert value <= 3_600_000_000 < value * 1.001


@pytest.mark.parametrize("seed", range(10))
def test_the_histogram_has_every_latency_within_a_thousandth(seed: int) -> None:
    numbers = random.Random(seed)
    latencies = [int(10 ** numbers.uniform(0, 9)) for _ in range(500)]
    counts = LatencyCounts()
    for latency in latencies:
        counts.record(latency)
    text = counts.take()
    assert text is not None
    assert counts.take() is None
    values = [value for value, count in decoded(text).items() for _ in range(count)]
    for latency, value in zip(sorted(latencies), sorted(values)):
        assert value <= latency <= value * 1.001 + 1
