"""What a server says to a device of a benchmark, checked field by field (docs/protocol.md, "BENCH")."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Union

from .control import Fields, Notice, is_stream_name, notice_from, one_of, text_of, to_printable, utf16_length, whole

_MAX_NUMBER = 2**53 - 1
#: The other notices are for coordinators.
DEVICE_KINDS = ("joined", "refused", "announced", "run", "over")


@dataclass(frozen=True)
class Joined:
    """The server keeps us under this id and name."""

    device_id: int
    name: str


@dataclass(frozen=True)
class Refused:
    """What we asked for cannot be."""

    notice: Notice


@dataclass(frozen=True)
class Announced:
    """A benchmark is open; its window will be set later."""

    bench_id: int
    stream: str


@dataclass(frozen=True)
class Run:
    """The window to measure, in the server's clock."""

    bench_id: int
    stream: str
    start_time_us: int
    stop_time_us: int


@dataclass(frozen=True)
class Over:
    """The benchmark is over."""

    bench_id: int
    reason: str


DeviceNotice = Union[Joined, Refused, Announced, Run, Over]


def device_notice_from(fields: Fields) -> DeviceNotice:
    """Body of a BENCH message to a device. Raises StreamerError BAD_MESSAGE."""
    kind = one_of(fields, "kind", DEVICE_KINDS)
    if kind == "joined":
        return Joined(_id(fields, "deviceId"), text_of(fields, "name", _is_device_name))
    if kind == "refused":
        return Refused(notice_from(fields))
    bench_id = _id(fields, "benchId")
    if kind == "over":
        return Over(bench_id, to_printable(text_of(fields, "reason", lambda text: utf16_length(text) <= 1024)))
    stream = text_of(fields, "stream", is_stream_name)
    if kind == "announced":
        return Announced(bench_id, stream)
    start_time_us = whole(fields, "startTimeUs", 0, _MAX_NUMBER)
    return Run(bench_id, stream, start_time_us, whole(fields, "stopTimeUs", 0, _MAX_NUMBER))


def _id(fields: Fields, key: str) -> int:
    return whole(fields, key, 1, _MAX_NUMBER)


def _is_device_name(text: str) -> bool:
    return 1 <= utf16_length(text) <= 64 and to_printable(text) == text
