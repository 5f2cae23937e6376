"""How old the newest frame is, sampled at the rate of the stream."""

from __future__ import annotations

import math
from collections.abc import Callable

#: Ages sampled for one stall at most; a longer one is sampled in as many equal steps, each with a count.
_MAX_STEPS = 10_000


class AgeCadence:
    """Samples the age once a period of the stream's nominal rate: when a frame comes, or when it was expected.

    Stalls, drops and outages so count with their full length, and nothing is left out by a sender that stops when it is
    slow (Gil Tene's coordinated omission). The expectation follows the frames. All times are microseconds of our clock;
    `on_age` takes an age, how many samples it stands for, and when that was.
    """

    def __init__(self, on_age: Callable[[float, int, float], None]) -> None:
        self._on_age = on_age
        self._period_us: float | None = None
        #: When the last sample was due.
        self._sampled_us: float | None = None
        self._capture_us = 0.0

    def set_rate(self, fps: float) -> None:
        """The nominal rate; with 0 it is not known, and what comes next starts anew."""
        self._period_us = 1e6 / max(fps, 0.001) if fps > 0 else None
        if self._period_us is None:
            self._sampled_us = None

    def on_frame(self, received_us: float, capture_us: float) -> None:
        """A frame came. Of those that come in a burst after a stall only the first is sampled."""
        if self._period_us is None:
            return
        self.advance(received_us)
        self._capture_us = capture_us
        if self._sampled_us is not None and received_us - self._sampled_us < self._period_us / 2:
            return
        self._on_age(received_us - capture_us, 1, received_us)
        self._sampled_us = received_us

    def advance(self, now_us: float) -> None:
        """Samples the periods missed for good by now, half a period after their frame was expected."""
        if self._sampled_us is None or self._period_us is None:
            return
        missed = math.floor((now_us - self._sampled_us) / self._period_us - 0.5)
        if missed < 1:
            return
        steps = min(missed, _MAX_STEPS)
        for step in range(steps):
            first, last = step * missed // steps + 1, (step + 1) * missed // steps
            at_us = self._sampled_us + (first + last) / 2 * self._period_us
            self._on_age(at_us - self._capture_us, last - first + 1, at_us)
        self._sampled_us += missed * self._period_us

    def stop(self, now_us: float) -> None:
        """No frame is due any more; the next one, if any, starts anew."""
        self.advance(now_us)
        self._sampled_us = None
