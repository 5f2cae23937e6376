"""Reads the histograms that the client sends."""

from __future__ import annotations

import base64
import struct
import zlib


def decoded(text: str) -> dict[int, int]:
    """Least value of each bucket, and its count, as the format's specification reads them."""
    raw = base64.b64decode(text)
    cookie, length = struct.unpack_from(">II", raw)
    assert (cookie, length) == (0x1C849314, len(raw) - 8)
    plain = zlib.decompress(raw[8:])
    cookie, payload, _, digits, lowest, highest, _ = struct.unpack_from(">IIIIQQd", plain)
    assert (cookie, payload, digits, lowest, highest) == (0x1C849313, len(plain) - 40, 3, 1, 3_600_000_000)
    counts, index, at = {}, 0, 40
    while at < len(plain):
        number, shift = 0, 0
        while True:
            byte, at = plain[at], at + 1
            number |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        signed = (number >> 1) ^ -(number & 1)
        if signed < 0:
            index -= signed
            continue
        counts[_value_at(index)] = signed
        index += 1
    return counts


def _value_at(index: int) -> int:
    bucket, sub_bucket = (index >> 10) - 1, (index & 1023) + 1024
    return sub_bucket - 1024 if bucket < 0 else sub_bucket << bucket
