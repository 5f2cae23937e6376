"""Latencies counted for the server's statistics."""

from __future__ import annotations

from collections import Counter

from .histogram_bytes import HIGHEST_US, bucket_of, encode_counts

#: Longest text that a STATS takes for the latencies of a stream.
_MAX_TEXT_CHARS = 32 * 1024


class LatencyCounts:
    """Counts latencies in the buckets of HdrHistogram. Negative ones, which that format does not have, are left out."""

    def __init__(self) -> None:
        self._counts: Counter[int] = Counter()

    def record(self, latency_us: int) -> None:
        """Counts a latency in microseconds; one beyond an hour counts as an hour."""
        if latency_us >= 0:
            self._counts[bucket_of(min(HIGHEST_US, latency_us))] += 1

    def take(self) -> str | None:
        """What was counted since the last call, as an HdrHistogram (V2, compressed, base64); None for nothing."""
        counts, self._counts = sorted(self._counts.items()), Counter()
        if not counts:
            return None
        text = encode_counts(counts)
        return text if len(text) <= _MAX_TEXT_CHARS else None
