"""What a device counts in the window of a benchmark."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from .signed_counts import SignedCounts

#: Buckets of a timeline, and characters of all histograms of a result, at most.
_MAX_BUCKETS = 240
_MAX_HISTOGRAM_CHARS = 48 * 1024
_SECOND_US = 1_000_000


@dataclass(frozen=True)
class CountedFrame:
    """A frame that came, and what is missing before it."""

    capture_us: int
    #: Capture time of the frame before; None where there is none it could be compared with.
    previous_us: int | None
    lost: int
    skipped: int
    #: Length of the FRAME message.
    size: int
    is_whole: bool


class BenchCounts:
    """Frames captured from `start_us` up to, without, `stop_us`; others are passed over. Times are the server's.

    `from_us` is since when frames count, None where we came late: then it is the capture time of the first one.
    """

    def __init__(self, bench_id: int, start_us: int, stop_us: int, from_us: int | None) -> None:
        self.bench_id = bench_id
        self.start_us = start_us
        self.stop_us = stop_us
        self.from_us = from_us
        self.latency = SignedCounts()
        self.age = SignedCounts()
        self.received = self.lost = self.skipped = self.corrupt = self.size = 0
        self.error_us: int | None = None
        self._timeline = _Timeline(start_us, stop_us)

    def has(self, time_us: float) -> bool:
        return self.start_us <= time_us < self.stop_us

    def on_frame(self, frame: CountedFrame) -> None:
        lost, skipped = self._part_inside(frame)
        self.lost += lost
        self.skipped += skipped
        if not self.has(frame.capture_us):
            return
        if self.from_us is None:
            self.from_us = frame.capture_us
        self.received += 1
        self.size += frame.size
        self.corrupt += not frame.is_whole
        self._timeline.on_frame(frame.capture_us)

    def on_latency(self, capture_us: int, latency_us: int, error_us: int) -> None:
        # One that came late may hold a frame from before it knew of the window, which is not among those counted.
        if not self.has(capture_us) or self.from_us is None or capture_us < self.from_us:
            return
        self.latency.record(latency_us)
        self._timeline.on_latency(capture_us, latency_us)
        self.error_us = max(self.error_us or 0, error_us)

    def on_age(self, age_us: float, count: int, at_us: float) -> None:
        if self.has(at_us):
            self.age.record(age_us, count)

    def progress(self) -> dict[str, Any]:
        """As the protocol has it."""
        return {
            "frames": self.received,
            "latencyP50Us": self.latency.quantile(0.5),
            "latencyP99Us": self.latency.quantile(0.99),
            "clockErrorUs": self.error_us,
        }

    def result(self) -> dict[str, Any]:
        """As the protocol has it; who came late and got no frame has measured nothing."""
        return {
            "fromTimeUs": self.stop_us if self.from_us is None else self.from_us,
            "toTimeUs": self.stop_us,
            "received": self.received,
            "lost": self.lost,
            "skipped": self.skipped,
            "corrupt": self.corrupt,
            "bytes": self.size,
            **self._histograms(),
            "timeline": self._timeline.fields(self.stop_us),
        }

    def _histograms(self) -> dict[str, str | None]:
        """As fine as a message takes them. Coarse ones of the latencies alone always fit."""
        for coarse in (False, True):
            latencies = self.latency.encode(coarse=coarse)
            ages = self.age.encode(coarse=coarse) if self.age.count else (None, None)
            texts = dict(zip(("latency", "latencyNegative", "age", "ageNegative"), (*latencies, *ages)))
            if sum(len(text) for text in texts.values() if text is not None) <= _MAX_HISTOGRAM_CHARS:
                return texts
        return {**texts, "age": None, "ageNegative": None}

    def _part_inside(self, frame: CountedFrame) -> tuple[int, int]:
        """What of a gap counts: frames come at a steady rate, so each missing one has its place in time."""
        missing = frame.lost + frame.skipped
        if missing == 0 or frame.previous_us is None or frame.capture_us <= frame.previous_us:
            return 0, 0
        from_us = max(self.start_us, frame.capture_us if self.from_us is None else self.from_us)
        step_us = (frame.capture_us - frame.previous_us) / (missing + 1)
        before = max(0, math.ceil((from_us - frame.previous_us) / step_us) - 1)
        until = min(missing, math.ceil((self.stop_us - frame.previous_us) / step_us) - 1)
        inside = max(0, until - before)
        lost = round(inside * frame.lost / missing)
        return lost, inside - lost


class _Timeline:
    """Frames and latencies by capture time, in buckets of whole seconds."""

    def __init__(self, start_us: int, stop_us: int) -> None:
        self._start_us = start_us
        self._bucket_us = max(1, math.ceil((stop_us - start_us) / _SECOND_US / _MAX_BUCKETS)) * _SECOND_US
        self._frames: dict[int, int] = {}
        self._quantiles: dict[int, tuple[int | None, int | None]] = {}
        self._newest = 0
        #: Of the newest bucket; of those before only the quantiles are kept.
        self._latencies = SignedCounts()

    def on_frame(self, capture_us: int) -> None:
        bucket = (capture_us - self._start_us) // self._bucket_us
        if bucket < _MAX_BUCKETS:
            self._frames[bucket] = self._frames.get(bucket, 0) + 1

    def on_latency(self, capture_us: int, latency_us: int) -> None:
        """Latencies come in the order of their frames; those of a bucket that is over are left out."""
        bucket = (capture_us - self._start_us) // self._bucket_us
        if not self._newest <= bucket < _MAX_BUCKETS:
            return
        if bucket > self._newest:
            self._close()
            self._newest, self._latencies = bucket, SignedCounts()
        self._latencies.record(latency_us)

    def fields(self, stop_us: int) -> dict[str, Any]:
        self._close()
        buckets = range(min(_MAX_BUCKETS, max(0, math.ceil((stop_us - self._start_us) / self._bucket_us))))
        quantiles = [self._quantiles.get(bucket, (None, None)) for bucket in buckets]
        return {
            "bucketMs": self._bucket_us // 1000,
            "frames": [self._frames.get(bucket, 0) for bucket in buckets],
            "latencyP50Us": [p50 for p50, _ in quantiles],
            "latencyP99Us": [p99 for _, p99 in quantiles],
        }

    def _close(self) -> None:
        self._quantiles[self._newest] = (self._latencies.quantile(0.5), self._latencies.quantile(0.99))
