"""The true offset of the server's clock lies inside the error, whatever path and clocks do within their bounds."""

from __future__ import annotations

import random

import pytest

from frame_streamer.clock import MAX_DRIFT, ClockEstimate, ServerClock, now_us
from frame_streamer.probe import ClockProbe

START_US = 1_700_000_000_000_000


class Path:
    """A server whose clock drifts, behind a path whose delays vary; both ways differ."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.offset_us = self.random.uniform(-1e12, 1e12)
        self.drift = self.random.uniform(-MAX_DRIFT, MAX_DRIFT)
        self.least_us = [self.random.uniform(20, 50_000) for _ in range(2)]
        self.jitter_us = self.random.choice([10, 1000, 80_000])

    def truth_us(self, at_us: float) -> float:
        """The offset at a moment of our clock."""
        return self.offset_us + self.drift * (at_us - START_US)

    def ping(self, clock: ServerClock, at_us: float) -> float:
        """Pings at a moment of our clock, which every reading rounds down; returns when the answer came."""
        there, back = (least + self.random.expovariate(1 / self.jitter_us) for least in self.least_us)
        held = self.random.uniform(0, 200)
        reached, left = at_us + there, at_us + there + held
        came = left + back
        t1, t2 = (int(moment + self.truth_us(moment)) for moment in (reached, left))
        assert clock.add(int(at_us), t1, t2, int(came))
        return came


@pytest.mark.parametrize("seed", range(40))
def test_the_truth_is_inside_the_error(seed: int) -> None:
    path, clock = Path(seed), ServerClock()
    at_us = float(START_US)
    for _ in range(150):
        came_us = path.ping(clock, at_us)
        at_us = came_us + path.random.choice([20_000, 500_000, 3_000_000])
        for moment in (came_us - 1_000_000, came_us, path.random.uniform(came_us, at_us), at_us):
            estimate = clock.at(int(moment))
            assert estimate is not None
            assert abs(path.truth_us(moment) - estimate.offset_us) <= estimate.error_us


def test_the_error_is_close_to_half_of_the_best_round_trip() -> None:
    clock = ServerClock()
    for i, delay in enumerate([4000, 600, 9000]):
        t0 = START_US + i * 20_000
        assert clock.add(t0, t0 + delay // 2 + 77, t0 + delay // 2 + 77, t0 + delay)
    estimate = clock.at(START_US + 30_000)
    assert estimate is not None
    assert estimate.offset_us == pytest.approx(77, abs=10)
    # Half of 600, the drift of some 10 ms, and what reading the clocks costs.
    assert 300 <= estimate.error_us <= 310


@pytest.mark.parametrize("step_us", [-5_000_000, -2000, 2000, 10**12])
def test_a_step_is_found_by_the_next_ping(step_us: int) -> None:
    path, clock = Path(3), ServerClock()
    path.least_us, path.jitter_us = [100.0, 100.0], 10
    at_us = float(START_US)
    for _ in range(20):
        at_us = path.ping(clock, at_us) + 100_000
    path.offset_us += step_us
    came_us = path.ping(clock, at_us)
    estimate = clock.at(int(came_us))
    assert estimate is not None
    assert abs(path.truth_us(came_us) - estimate.offset_us) <= estimate.error_us < 1000


@pytest.mark.parametrize(
    "stamps",
    [
        (100, 0, 0, 99),
        (100, 10, 9, 200),
        (100, 0, 200, 210),
        (0, 2**53 - 1, 2**53 - 1, 10),
    ],
    ids=["answered before it was sent", "left before it came", "held longer than it took", "beyond all times"],
)
def test_what_cannot_be_true_is_ignored(stamps: tuple[int, int, int, int]) -> None:
    clock = ServerClock()
    assert not clock.add(*stamps)
    assert clock.at(0) is None


def test_our_clock_is_that_of_the_wall_and_never_runs_backwards() -> None:
    import time

    readings = [now_us() for _ in range(1000)]
    assert readings == sorted(readings)
    assert abs(readings[-1] - time.time_ns() // 1000) < 60_000_000


class Machine:
    """Clocks of a machine that can sleep: its monotonic one stands still meanwhile."""

    def __init__(self) -> None:
        self.now, self.wall = START_US, START_US

    def run(self, duration_us: int) -> None:
        self.now += duration_us
        self.wall += duration_us

    def probe(self) -> ClockProbe:
        return ClockProbe(lambda: self.now, lambda: self.wall)


def answer(probe: ClockProbe, machine: Machine, rtt_us: int = 1000) -> None:
    t0 = probe.ping()
    assert t0 is not None
    machine.run(rtt_us)
    probe.on_pong(t0, t0 + rtt_us // 2, t0 + rtt_us // 2, machine.now)


def test_pings_come_in_a_burst_then_twice_a_second_one_at_a_time() -> None:
    machine = Machine()
    probe = machine.probe()
    pauses = []
    for _ in range(10):
        answer(probe, machine)
        assert probe.ping() is None
        pauses.append(probe.due_us - machine.now)
        machine.run(probe.due_us - machine.now)
    assert pauses == [20_000] * 7 + [500_000] * 3


def test_a_path_of_seconds_is_measured_too() -> None:
    machine = Machine()
    probe = machine.probe()
    answer(probe, machine, rtt_us=4_000_000)
    # The drift of four seconds concerns the bound from when it was sent alone.
    assert probe.estimate() == ClockEstimate(600, 2_000_000 + 600 + 3)
    assert probe.rtt_us == 4_000_000


def test_an_answer_to_no_ping_of_ours_is_ignored() -> None:
    machine = Machine()
    probe = machine.probe()
    t0 = probe.ping()
    assert t0 is not None
    probe.on_pong(t0 + 1, 0, 0, machine.now)
    assert probe.estimate() is None
    probe.on_pong(t0, t0, t0, machine.now)
    known = probe.estimate()
    # A second answer to the same ping could say anything.
    probe.on_pong(t0, t0 + 10**9, t0 + 10**9, machine.now)
    assert known is not None
    assert probe.estimate() == known


def test_what_was_known_before_a_sleep_is_forgotten() -> None:
    machine = Machine()
    probe = machine.probe()
    answer(probe, machine)
    machine.run(20_000)
    under_way = probe.ping()
    assert under_way is not None
    machine.wall += 3_600_000_000
    assert probe.estimate() is None
    assert probe.sleeps == 1
    probe.on_pong(under_way, under_way, under_way, machine.now)
    assert probe.estimate() is None
    answer(probe, machine)
    assert probe.estimate() is not None
