"""Latencies counted for the server's statistics."""

from __future__ import annotations

import base64
import struct
import zlib
from collections import Counter

_HIGHEST_US = 3_600_000_000
_SIGNIFICANT_DIGITS = 3
# Three significant digits: the first 2048 values have a bucket each, every doubling from there on has 1024.
_BUCKET_BITS = 10
# Both for version 2 with counts as ZigZag LEB128.
_PLAIN_COOKIE = 0x1C849313
_COMPRESSED_COOKIE = 0x1C849314
#: Longest text that a STATS takes for the latencies of a stream.
_MAX_TEXT_CHARS = 32 * 1024


class LatencyCounts:
    """Counts latencies in the buckets of HdrHistogram. Negative ones, which that format does not have, are left out."""

    def __init__(self) -> None:
        self._counts: Counter[int] = Counter()

    def record(self, latency_us: int) -> None:
        """Counts a latency in microseconds; one beyond an hour counts as an hour."""
        if latency_us >= 0:
            self._counts[_bucket_of(min(_HIGHEST_US, latency_us))] += 1

    def take(self) -> str | None:
        """What was counted since the last call, as an HdrHistogram (V2, compressed, base64); None for nothing."""
        counts, self._counts = sorted(self._counts.items()), Counter()
        if not counts:
            return None
        deflated = zlib.compress(_plain_histogram(counts))
        text = base64.b64encode(struct.pack(">II", _COMPRESSED_COOKIE, len(deflated)) + deflated).decode()
        return text if len(text) <= _MAX_TEXT_CHARS else None


def _bucket_of(value_us: int) -> int:
    shift = max(0, value_us.bit_length() - 1 - _BUCKET_BITS)
    return (shift << _BUCKET_BITS) + (value_us >> shift)


def _plain_histogram(counts: list[tuple[int, int]]) -> bytes:
    """A header of 40 bytes, and for each bucket the number skipped before it, as a negative number, and its count."""
    payload = bytearray()
    following = 0
    for bucket, count in counts:
        if bucket > following:
            payload += _zigzag(following - bucket)
        payload += _zigzag(count)
        following = bucket + 1
    header = struct.pack(">IIIIQQd", _PLAIN_COOKIE, len(payload), 0, _SIGNIFICANT_DIGITS, 1, _HIGHEST_US, 1.0)
    return header + bytes(payload)


def _zigzag(number: int) -> bytes:
    """LEB128, seven bits a byte and lowest first; ZigZag has the sign in the lowest bit."""
    rest = -2 * number - 1 if number < 0 else 2 * number
    encoded = bytearray()
    while rest >= 0x80:
        encoded.append((rest & 0x7F) | 0x80)
        rest >>= 7
    encoded.append(rest)
    return bytes(encoded)
