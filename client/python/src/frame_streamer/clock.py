"""Time: this process's clock, and what is known of the server's."""

from __future__ import annotations

import time
from collections import deque
from typing import NamedTuple

_EPOCH_NS = time.time_ns() - time.monotonic_ns()

#: The rates of two clocks never differ by more: crystals are within 100 ppm each, and NTP steers them a little.
MAX_DRIFT = 300e-6
#: Pings kept. Old ones bind less and less, since a drift is added for their age.
MAX_SAMPLES = 64
#: Both clocks are read in whole microseconds.
RESOLUTION_US = 2
#: Stamps beyond this (142 years from 1970) are refused.
MAX_STAMP_US = 2**52


def now_us() -> int:
    """Microseconds since the epoch; read from the wall clock once, then from the monotonic one: it never steps."""
    return (_EPOCH_NS + time.monotonic_ns()) // 1000


class ClockEstimate(NamedTuple):
    """The server's clock minus ours, and how far the truth can be from that; microseconds."""

    offset_us: int
    error_us: int


class _Bounds(NamedTuple):
    """At `upper_at_us` (ours) the offset was at most `upper_us`, at `lower_at_us` at least `lower_us`."""

    upper_at_us: int
    upper_us: int
    lower_at_us: int
    lower_us: int


class ServerClock:
    """Bounds the offset of the server's clock from pings.

    No delay is negative, so a ping gives two facts: when it was sent the offset was at most t1 - t0, and when the
    answer came it was at least t2 - t3 (Marzullo and Owicki, "Maintaining the Time in a Distributed System", 1983).
    Each loosens by the greatest drift with its age, and the truth lies where all of them overlap; the error is half of
    that.
    """

    def __init__(self) -> None:
        self._samples: deque[_Bounds] = deque(maxlen=MAX_SAMPLES)

    def add(self, t0_us: int, t1_us: int, t2_us: int, t3_us: int) -> bool:
        """Takes in a ping: sent at t0, its answer here at t3 by our clock; received at t1, answered at t2 by theirs.

        False, and ignored, when it cannot be true. When it contradicts those before it a clock stepped, and they are
        forgotten.
        """
        stamps = (t0_us, t1_us, t2_us, t3_us)
        if any(abs(stamp) > MAX_STAMP_US for stamp in stamps) or t3_us < t0_us or t2_us < t1_us:
            return False
        if (t3_us - t0_us) - (t2_us - t1_us) < -2 * RESOLUTION_US:
            return False
        self._samples.append(_Bounds(t0_us, t1_us - t0_us, t3_us, t2_us - t3_us))
        if self._interval(t3_us) is None:
            newest = self._samples[-1]
            self.reset()
            self._samples.append(newest)
        return True

    def reset(self) -> None:
        """Forgets everything: the connection is new, or the machine slept."""
        self._samples.clear()

    def at(self, at_us: int) -> ClockEstimate | None:
        """What is known for the moment `at_us` of our clock; None before the first answer."""
        interval = self._interval(at_us)
        if interval is None:
            return None
        low, high = interval
        middle = round((low + high) / 2)
        return ClockEstimate(middle, int(max(high - middle, middle - low)) + 1 + RESOLUTION_US)

    def _interval(self, at_us: int) -> tuple[float, float] | None:
        if not self._samples:
            return None
        high = min(s.upper_us + MAX_DRIFT * abs(at_us - s.upper_at_us) for s in self._samples)
        low = max(s.lower_us - MAX_DRIFT * abs(at_us - s.lower_at_us) for s in self._samples)
        # A reading may be off by its resolution, so two true bounds can miss each other by that.
        if low > high + 2 * RESOLUTION_US:
            return None
        return min(low, high), max(low, high)
