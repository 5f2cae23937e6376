"""HdrHistogram as the protocol carries it: version 2, compressed, base64, of microseconds up to an hour."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Iterable

#: Greatest value that is told apart from greater ones.
HIGHEST_US = 3_600_000_000
_SIGNIFICANT_DIGITS = 3
# Three significant digits: the first 2048 values have a bucket each, every doubling from there on has 1024.
_BUCKET_BITS = 10
# Both for version 2 with counts as ZigZag LEB128.
_PLAIN_COOKIE = 0x1C849313
_COMPRESSED_COOKIE = 0x1C849314


def bucket_of(value_us: int) -> int:
    """The bucket of a value from 0 to HIGHEST_US."""
    shift = max(0, value_us.bit_length() - 1 - _BUCKET_BITS)
    return (shift << _BUCKET_BITS) + (value_us >> shift)


def bounds_of(bucket: int) -> tuple[int, int]:
    """The least and the greatest value that a bucket holds."""
    shift = max(0, (bucket >> _BUCKET_BITS) - 1)
    least = (bucket - (shift << _BUCKET_BITS)) << shift
    return least, least + (1 << shift) - 1


def encode_counts(counts: Iterable[tuple[int, int]]) -> str:
    """Buckets in order, each with its count, as a whole histogram."""
    deflated = zlib.compress(_plain_histogram(counts))
    return base64.b64encode(struct.pack(">II", _COMPRESSED_COOKIE, len(deflated)) + deflated).decode()


def _plain_histogram(counts: Iterable[tuple[int, int]]) -> bytes:
    """A header of 40 bytes, and for each bucket the number skipped before it, as a negative number, and its count."""
    payload = bytearray()
    following = 0
    for bucket, count in counts:
        if bucket > following:
            payload += _zigzag(following - bucket)
        payload += _zigzag(count)
        following = bucket + 1
    header = struct.pack(">IIIIQQd", _PLAIN_COOKIE, len(payload), 0, _SIGNIFICANT_DIGITS, 1, HIGHEST_US, 1.0)
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
