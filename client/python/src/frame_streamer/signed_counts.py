"""Distributions of values that may be below zero."""

from __future__ import annotations

import math
from collections import Counter

from .histogram_bytes import HIGHEST_US, bounds_of, bucket_of, encode_counts

#: Most values that a histogram holds, for whoever reads it.
_MAX_COUNT = 2**32 - 1
_COARSE_BUCKETS = 8


class SignedCounts:
    """Signed microseconds, in the buckets of HdrHistogram with three significant digits.

    Negative values are kept, so that a clock that is off shows; those beyond an hour count as one. Only buckets in use
    take memory.
    """

    def __init__(self) -> None:
        self._positives: Counter[int] = Counter()
        self._negatives: Counter[int] = Counter()
        self._least = self._greatest = 0
        self.count = 0

    def record(self, value_us: float, count: int = 1) -> None:
        """Counts a value `count` times, rounded to a whole microsecond."""
        added = min(count, _MAX_COUNT - self.count)
        if added <= 0:
            return
        # Half of a microsecond goes up, as in the other clients; round() would take the even one.
        value = max(-HIGHEST_US, min(HIGHEST_US, math.floor(value_us + 0.5)))
        counts = self._negatives if value < 0 else self._positives
        counts[bucket_of(abs(value))] += added
        self._least = value if self.count == 0 else min(self._least, value)
        self._greatest = value if self.count == 0 else max(self._greatest, value)
        self.count += added

    def quantile(self, q: float) -> int | None:
        """The value that a share of `q` does not exceed: the greatest of the bucket with rank ceil(q * count).

        None while there is none.
        """
        if self.count == 0:
            return None
        # The product may come out one rounding error too large, which must not lift the rank.
        rank = max(1, math.ceil(q * self.count * (1 - 2**-52)))
        return min(self._greatest, max(self._least, self._value_at(rank)))

    def encode(self, *, coarse: bool = False) -> tuple[str, str | None]:
        """Two histograms: the values from 0 on, and the magnitudes of those below, None where there are none.

        `coarse` gives two significant digits, in not more than 23 KiB each.
        """
        positives, negatives = self._positives, self._negatives
        if coarse:
            positives, negatives = _coarse(positives), _coarse(negatives)
        below = encode_counts(sorted(negatives.items())) if negatives else None
        return encode_counts(sorted(positives.items())), below

    def _value_at(self, rank: int) -> int:
        seen = 0
        for bucket, count in sorted(self._negatives.items(), reverse=True):
            seen += count
            if seen >= rank:
                return -bounds_of(bucket)[0]
        for bucket, count in sorted(self._positives.items()):
            seen += count
            if seen >= rank:
                return bounds_of(bucket)[1]
        return self._greatest


def _coarse(counts: Counter[int]) -> Counter[int]:
    """Eight neighbours in one bucket, the middle one."""
    joined: Counter[int] = Counter()
    for bucket, count in counts.items():
        joined[bucket - bucket % _COARSE_BUCKETS + _COARSE_BUCKETS // 2] += count
    return joined
