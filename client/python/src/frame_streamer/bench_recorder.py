"""Measures the windows of benchmarks."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any

from .age_cadence import AgeCadence
from .bench_counts import BenchCounts, CountedFrame
from .bench_notices import Run
from .clock import ClockEstimate
from .control import StreamInfo
from .counters import FRAME_OVERHEAD_BYTES, ClockAt, is_whole_jpeg
from .sequence import SequenceTracker
from .wire import Fields

#: The first pings of a connection are coarse: a frame's latency waits so long for the next ones.
_SETTLE_US = 1_000_000
#: Frames that wait at most; more are settled at once.
_MAX_WAITING = 4096
#: Frames of the window may be on their way for so long after it; the server waits five seconds.
_GRACE_US = 3_000_000


@dataclass(frozen=True)
class _Waiting:
    received_us: int
    capture_us: int
    #: How far the capture time may be off.
    error_us: int


class BenchRecorder:
    """Watches one stream over reconnects, so that a window begins with what is known, and counts in windows.

    For one thread. It has no clock: every time is passed in, in microseconds of our clock, and must not run backwards.
    """

    def __init__(self) -> None:
        self.counts: BenchCounts | None = None
        self.reconnects = 0
        self._tracker = SequenceTracker()
        self._age = AgeCadence(self._on_age)
        self._stream: StreamInfo | None = None
        self._newest_us: int | None = None
        self._waiting: deque[_Waiting] = deque()
        self._estimate: ClockEstimate | None = None
        self._down_since_us: int | None = None
        self._outage_us = 0

    def server_us(self, now_us: int) -> int | None:
        """The server's clock as it is known, or was last; None before that."""
        return None if self._estimate is None else now_us + self._estimate.offset_us

    def span_us(self) -> tuple[int | None, int | None]:
        """The window in our clock, as far as it is known."""
        if self.counts is None or self._estimate is None:
            return None, None
        offset_us = self._estimate.offset_us
        return self.counts.start_us - offset_us, self.counts.stop_us - offset_us

    def begin(self, run: Run, now_us: int, clock_at: ClockAt) -> bool:
        """A window is known. The same one comes again after a reconnect, and when it is to end earlier: then False."""
        counts = self.counts
        if counts is not None and (counts.bench_id, counts.start_us) == (run.bench_id, run.start_time_us):
            counts.stop_us = run.stop_time_us
            return False
        self._read_clock(now_us, clock_at)
        server_us = self.server_us(now_us)
        was_here = (self._newest_us is not None and self._newest_us < run.start_time_us) or (
            server_us is not None and server_us <= run.start_time_us
        )
        from_us = run.start_time_us if was_here else None
        self.counts = BenchCounts(run.bench_id, run.start_time_us, run.stop_time_us, from_us)
        self.reconnects = self._outage_us = 0
        return True

    def on_frame(self, fields: Fields, at_us: int, clock_at: ClockAt) -> None:
        """A frame of the present; one that is not newer than the newest is counted already."""
        gap = self._tracker.receive(fields["sequence"])
        if gap is None:
            return
        jpeg, capture_us = fields["jpeg"], fields["captureTimeUs"]
        if self.counts is not None:
            size = FRAME_OVERHEAD_BYTES + len(jpeg)
            frame = CountedFrame(capture_us, self._newest_us, gap[0], gap[1], size, is_whole_jpeg(jpeg))
            self.counts.on_frame(frame)
        self._newest_us = capture_us
        self._waiting.append(_Waiting(at_us, capture_us, fields["clockErrorUs"]))
        if len(self._waiting) > _MAX_WAITING:
            self._settle(at_us, clock_at)

    def on_skipped(self, first: int, last: int) -> None:
        self._tracker.announce(first, last)

    def on_stream(self, stream: StreamInfo, now_us: int) -> None:
        """Another stream, and one with another start time, has a sequence of its own; nothing is lost by that."""
        before = self._stream
        if before is None or (stream.name, stream.start_time_us) != (before.name, before.start_time_us):
            self._tracker, self._newest_us = SequenceTracker(), None
        if stream.state == "ended":
            self._age.stop(now_us)
        self._age.set_rate(stream.fps)
        self._stream = stream

    def on_connect(self, now_us: int) -> None:
        self._outage_us += self._down_us(now_us)
        self._down_since_us = None

    def on_disconnect(self, now_us: int, clock_at: ClockAt) -> None:
        """The connection is gone, or an attempt to make it again came to nothing, which is no other loss.

        What waits for its clock is settled with the clock as it is.
        """
        self._read_clock(now_us, clock_at)
        if self._down_since_us is None:
            self._down_since_us = now_us
            server_us = self.server_us(now_us)
            if self.counts is not None and server_us is not None and self.counts.has(server_us):
                self.reconnects += 1
        self._settle(now_us, clock_at)
        self._waiting.clear()

    def forget_waiting(self) -> None:
        """The machine slept: what waits has nothing to do with the clock as it is known now."""
        self._waiting.clear()

    def advance(self, now_us: int, clock_at: ClockAt) -> None:
        """Counts the latencies that are settled by now; silence counts as age. To be called once a second."""
        self._read_clock(now_us, clock_at)
        self._settle(now_us - _SETTLE_US, clock_at)
        # Frames that wait came earlier than now, and would be sampled too late.
        self._age.advance(self._waiting[0].received_us if self._waiting else now_us)

    def is_over(self, now_us: int) -> bool:
        """Whether all frames of the window are here: frames come in order."""
        if self.counts is None:
            return False
        server_us = self.server_us(now_us)
        has_newer = self._newest_us is not None and self._newest_us >= self.counts.stop_us
        return has_newer or (server_us is not None and server_us >= self.counts.stop_us + _GRACE_US)

    def finish(self, now_us: int, clock_at: ClockAt, round_trips_us: tuple[int, int] | None) -> dict[str, Any]:
        """What to tell of the window that is over, as the protocol has it."""
        assert self.counts is not None
        self._settle(now_us, clock_at)
        self.advance(now_us, clock_at)
        estimate = self._estimate
        error_us = self.counts.error_us
        least_us, median_us = round_trips_us or (None, None)
        return {
            **self.counts.result(),
            "reconnects": self.reconnects,
            "outageMs": round((self._outage_us + self._down_us(now_us)) / 1000),
            "clock": {
                "offsetUs": None if estimate is None else estimate.offset_us,
                "errorUs": estimate.error_us if error_us is None and estimate is not None else error_us,
                "driftPpm": None,
                "rttMinUs": least_us,
                "rttP50Us": median_us,
            },
        }

    def _read_clock(self, now_us: int, clock_at: ClockAt) -> None:
        """The clock as it was last known serves where it is not known now."""
        self._estimate = clock_at(now_us) or self._estimate

    def _settle(self, until_us: int, clock_at: ClockAt) -> None:
        """Counts the latencies of what came up to then; without any knowledge of the clock they wait on."""
        while self._waiting and self._waiting[0].received_us <= until_us:
            frame = self._waiting[0]
            estimate = clock_at(frame.received_us)
            if estimate is None:
                return
            self._waiting.popleft()
            # Silence up to this frame is sampled by the clock as it was before.
            self._age.advance(frame.received_us)
            self._estimate = estimate
            offset_us, error_us = estimate
            if self.counts is not None:
                latency_us = frame.received_us + offset_us - frame.capture_us
                self.counts.on_latency(frame.capture_us, latency_us, error_us + frame.error_us)
            self._age.on_frame(frame.received_us, frame.capture_us - offset_us)

    def _on_age(self, age_us: float, count: int, at_us: float) -> None:
        if self.counts is not None and self._estimate is not None:
            self.counts.on_age(age_us, count, at_us + self._estimate.offset_us)

    def _down_us(self, now_us: int) -> int:
        """How much of the outage that goes on lies in the window."""
        if self._down_since_us is None or self.counts is None or self._estimate is None:
            return 0
        offset_us = self._estimate.offset_us
        until_us = min(now_us, self.counts.stop_us - offset_us)
        return max(0, until_us - max(self._down_since_us, self.counts.start_us - offset_us))
