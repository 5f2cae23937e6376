"""Pings of one connection, and what they say of the server's clock."""

from __future__ import annotations

import statistics
import threading
import time
from collections import deque
from collections.abc import Callable

from .clock import ClockEstimate, ServerClock, now_us

#: When to ping after an answer: a burst for a first estimate, then enough to keep it.
_BURST_PINGS, _BURST_DELAY_US = 8, 20_000
_PING_DELAY_US = 500_000
#: An answer that takes longer is not waited for.
_PATIENCE_US = 10_000_000
#: Round trips kept for their median.
_ROUND_TRIPS = 64
#: Far more than reading two clocks one after the other can make, far less than any sleep.
_SLEEP_US = 50_000


class ClockProbe:
    """Decides when to ping, with one ping under way at a time, and keeps the estimate. For any thread.

    The monotonic clock of Linux stands still while a machine sleeps, and then all that was known is wrong; the wall
    clock tells. `wall_us` and `now` are other than the machine's in tests.
    """

    def __init__(
        self,
        now: Callable[[], int] = now_us,
        wall_us: Callable[[], int] = lambda: time.time_ns() // 1000,
    ) -> None:
        self._now = now
        self._wall_us = wall_us
        self._lock = threading.RLock()
        self._clock = ServerClock()
        self._apart_us = wall_us() - now()
        self._pings = 0
        self._due_us = now()
        self._t0_us: int | None = None
        self._round_trips_us: deque[int] = deque(maxlen=_ROUND_TRIPS)
        self._sleeps = 0

    @property
    def due_us(self) -> int:
        """When to call `ping` next."""
        return self._due_us

    @property
    def rtt_us(self) -> int:
        """Time from the last ping to its answer; 0 before the first."""
        return self._round_trips_us[-1] if self._round_trips_us else 0

    def round_trips_us(self) -> tuple[int, int] | None:
        """Least and median time of the last pings to their answers; None before the first."""
        with self._lock:
            if not self._round_trips_us:
                return None
            return min(self._round_trips_us), round(statistics.median(self._round_trips_us))

    @property
    def sleeps(self) -> int:
        """How often the machine slept: what was measured before has nothing to do with the clock after that."""
        return self._sleeps

    def ping(self) -> int | None:
        """The time to send in a PING, where it is time for one."""
        with self._lock:
            self._start_over_after_sleep()
            now = self._now()
            if now < self._due_us:
                return None
            self._pings += 1
            self._t0_us = now
            self._due_us = now + _PATIENCE_US
            return now

    def on_pong(self, t0_us: int, t1_us: int, t2_us: int, t3_us: int) -> None:
        """The server's answer came at `t3_us`. One to no ping of ours is ignored: it could lie about the clock."""
        with self._lock:
            self._start_over_after_sleep()
            if t0_us != self._t0_us:
                return
            self._t0_us = None
            self._due_us = t3_us + (_BURST_DELAY_US if self._pings < _BURST_PINGS else _PING_DELAY_US)
            if self._clock.add(t0_us, t1_us, t2_us, t3_us):
                self._round_trips_us.append(t3_us - t0_us)

    def estimate(self, at_us: int | None = None) -> ClockEstimate | None:
        """What is known for a moment of our clock, now by default; None before the first answer, and after a sleep."""
        with self._lock:
            self._start_over_after_sleep()
            return self._clock.at(self._now() if at_us is None else at_us)

    def _start_over_after_sleep(self) -> None:
        apart_us = self._wall_us() - self._now()
        if abs(apart_us - self._apart_us) > _SLEEP_US:
            self._sleeps += 1
            self._clock.reset()
            # A ping that was under way would show a delay that is not true.
            self._t0_us, self._pings, self._due_us = None, 0, self._now()
        self._apart_us = apart_us
