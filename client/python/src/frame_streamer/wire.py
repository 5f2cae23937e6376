"""The messages of the protocol as bytes (docs/protocol.md, sections 2 to 5)."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from typing import Any

from .errors import StreamerError

Fields = dict[str, Any]

PROTOCOL_VERSION = 1
PREFIX = struct.Struct(">IB")
FRAME_HEADER = struct.Struct(">HBBQQIIIIIIHHH")
#: Bit of a frame's `flags`.
KEPT = 1

_MAX_NUMBER = 2**53 - 1
_TIME_SOURCES = {1: "schedule", 2: "arrival", 3: "source"}
_TYPES = {
    "HELLO": 1,
    "WELCOME": 2,
    "FRAME": 3,
    "ACK": 4,
    "PING": 5,
    "PONG": 6,
    "STATS": 7,
    "STREAM": 8,
    "ERROR": 9,
    "BYE": 10,
    "CREDIT": 11,
    "SKIPPED": 12,
    "BENCH": 13,
}
_NAMES = {number: name for name, number in _TYPES.items()}
_MAX_BODY_BYTES = {
    "HELLO": 16_384,
    "WELCOME": 1_048_576,
    "FRAME": FRAME_HEADER.size + 32 * 1024 * 1024,
    "ACK": 10,
    "PING": 8,
    "PONG": 24,
    "STATS": 65_536,
    "STREAM": 16_384,
    "ERROR": 4_096,
    "BYE": 4_096,
    "CREDIT": 4,
    "SKIPPED": 18,
    "BENCH": 65_536,
}
_MAX_UNKNOWN_BODY_BYTES = 65_536
#: Messages that a server may send, and a client.
FROM_SERVER = frozenset({"WELCOME", "FRAME", "PING", "PONG", "STREAM", "ERROR", "BYE", "CREDIT", "SKIPPED", "BENCH"})
FROM_CLIENT = frozenset({"HELLO", "ACK", "PING", "PONG", "STATS", "BYE", "BENCH"})

_FIXED = {
    "ACK": (struct.Struct(">HQ"), ("streamId", "sequence")),
    "PING": (struct.Struct(">Q"), ("t0Us",)),
    "PONG": (struct.Struct(">QQQ"), ("t0Us", "t1Us", "t2Us")),
    "CREDIT": (struct.Struct(">HH"), ("streamId", "ackEvery")),
    "SKIPPED": (struct.Struct(">HQQ"), ("streamId", "first", "last")),
}
_FRAME_FIELDS = (
    "streamId",
    "format",
    "timeSource",
    "sequence",
    "captureTimeUs",
    "decodedOffsetUs",
    "processedOffsetUs",
    "encodeStartOffsetUs",
    "encodedOffsetUs",
    "publishedOffsetUs",
    "clockErrorUs",
    "width",
    "height",
    "flags",
)


def encode(name: str, fields: Fields) -> bytes:
    """A whole message. Raises StreamerError MESSAGE_TOO_LONG."""
    body = _encode_body(name, fields)
    if len(body) > _MAX_BODY_BYTES[name]:
        raise StreamerError("MESSAGE_TOO_LONG", f"A {name} of {len(body)} bytes is longer than the protocol allows.")
    return PREFIX.pack(1 + len(body), _TYPES[name]) + body


def _encode_body(name: str, fields: Fields) -> bytes:
    if name in _FIXED:
        layout, keys = _FIXED[name]
        return layout.pack(*(fields[key] for key in keys))
    if name == "FRAME":
        source = next(number for number, known in _TIME_SOURCES.items() if known == fields["timeSource"])
        values = (source if key == "timeSource" else fields[key] for key in _FRAME_FIELDS)
        return FRAME_HEADER.pack(*values) + bytes(fields["jpeg"])
    return json.dumps(fields, separators=(",", ":"), ensure_ascii=False).encode()


def decode(name: str, body: bytes) -> Fields:
    """The fields of a body. Raises StreamerError BAD_MESSAGE."""
    if name == "FRAME":
        return _decode_frame(body)
    if name in _FIXED:
        return _decode_fixed(name, body)
    try:
        fields = json.loads(body.decode("utf-8"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise _bad_message(f"{name} is not JSON in UTF-8.") from None
    if not isinstance(fields, dict):
        raise _bad_message(f"{name} is not a JSON object.")
    return fields


def _refuse_constant(name: str) -> float:
    """Python reads NaN and Infinity, which are not JSON."""
    raise ValueError(name)


def _decode_fixed(name: str, body: bytes) -> Fields:
    layout, keys = _FIXED[name]
    if len(body) != layout.size:
        raise _bad_message(f"{name} has {len(body)} bytes.")
    fields = dict(zip(keys, layout.unpack(body)))
    if max(fields.values()) > _MAX_NUMBER:
        raise _bad_message(f"{name} has a number above 2^53 - 1.")
    if fields.get("ackEvery") == 0:
        raise _bad_message("CREDIT has ackEvery 0.")
    if name == "SKIPPED" and fields["last"] < fields["first"]:
        raise _bad_message("SKIPPED ends before it begins.")
    return fields


def _decode_frame(body: bytes) -> Fields:
    if len(body) <= FRAME_HEADER.size:
        raise _bad_message("FRAME has no JPEG.")
    fields: Fields = dict(zip(_FRAME_FIELDS, FRAME_HEADER.unpack_from(body)))
    if fields["format"] != 1 or fields["timeSource"] not in _TIME_SOURCES:
        raise _bad_message("FRAME has an unknown format or time source.")
    if max(fields["sequence"], fields["captureTimeUs"]) > _MAX_NUMBER or 0 in (fields["width"], fields["height"]):
        raise _bad_message("FRAME has a number out of its bounds.")
    return dict(fields, timeSource=_TIME_SOURCES[fields["timeSource"]], jpeg=body[FRAME_HEADER.size :])


class Parser:
    """Cuts a stream of bytes into messages; holds at most one unfinished one, within the limits of its type."""

    def __init__(self, accepts: frozenset[str] = FROM_SERVER) -> None:
        self._accepts = accepts
        self._data = bytearray()

    def feed(self, data: bytes) -> Iterator[tuple[str, Fields]]:
        """Yields (name, fields) of each message that is complete now; unknown types are skipped.

        Raises StreamerError BAD_MESSAGE, MESSAGE_TOO_LONG or UNEXPECTED_MESSAGE; the parser must not be used after
        that.
        """
        self._data += data
        start = 0
        try:
            while len(self._data) - start >= 4:
                length = int.from_bytes(self._data[start : start + 4], "big")
                if length == 0:
                    raise _bad_message("A message has no type.")
                if len(self._data) - start < PREFIX.size:
                    break
                name = self._check(self._data[start + 4], length - 1)
                end = start + 4 + length
                if len(self._data) < end:
                    break
                body = bytes(self._data[start + PREFIX.size : end])
                start = end
                if name is not None:
                    yield name, decode(name, body)
        finally:
            # Once for all messages of a chunk: what follows would be moved for each of them.
            del self._data[:start]

    def _check(self, type_byte: int, body_bytes: int) -> str | None:
        name = _NAMES.get(type_byte)
        if name is not None and name not in self._accepts:
            raise StreamerError("UNEXPECTED_MESSAGE", f"{name} came, which is not for this side.")
        limit = _MAX_UNKNOWN_BODY_BYTES if name is None else _MAX_BODY_BYTES[name]
        if body_bytes > limit:
            raise StreamerError("MESSAGE_TOO_LONG", f"{name or type_byte} has {body_bytes} bytes, more than {limit}.")
        return name


def _bad_message(text: str) -> StreamerError:
    return StreamerError("BAD_MESSAGE", text)
