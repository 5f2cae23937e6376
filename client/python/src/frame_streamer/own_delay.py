"""How late a device gets to its work in a window: what it is late by is in every latency."""

from __future__ import annotations

from .signed_counts import SignedCounts

_PERIOD_US = 20_000
#: After a longer stop, such as a sleep of the machine, what was missed is not made up for.
_MAX_STOP_US = 600_000_000


class OwnDelay:
    """Timers that are due on a fixed grid. After a stop each one that was due in it counts with its own lateness.

    It has no clock: every time is passed in, in microseconds of our clock.
    """

    def __init__(self) -> None:
        #: When the next timer is due; None while nobody looks.
        self.due_us: int | None = None
        self._delays = SignedCounts()

    def begin(self, now_us: int) -> None:
        """Another window: what was counted is forgotten."""
        self._delays = SignedCounts()
        self.resume(now_us)

    def resume(self, now_us: int) -> None:
        """There is a connection to wait at."""
        self.due_us = now_us + _PERIOD_US

    def pause(self) -> None:
        """Who connects, or has nothing to measure, is not late."""
        self.due_us = None

    def tick(self, now_us: int, from_us: int | None, to_us: int | None) -> None:
        """Counts what is due by now inside a window, as far as that is known."""
        if self.due_us is None:
            return
        if now_us - self.due_us > _MAX_STOP_US:
            self.due_us = now_us
        while self.due_us <= now_us:
            if from_us is not None and to_us is not None and from_us <= self.due_us < to_us:
                self._delays.record(now_us - self.due_us)
            self.due_us += _PERIOD_US

    def p99_us(self) -> int | None:
        """None where no timer was due in the window."""
        return self._delays.quantile(0.99)
