"""How a device of benchmarks stands, and what it measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class BenchStatus:
    """How a device is doing. Times are microseconds."""

    #: `connecting`, `waiting`, `starting`, `running` or `done`.
    phase: str
    #: What the server calls the device.
    name: str | None
    stream: str | None
    #: Until the window begins and ends; None where there is none, or the server's clock is not known.
    starts_in_us: int | None = None
    ends_in_us: int | None = None
    received: int = 0
    lost: int = 0
    skipped: int = 0
    latency_p50_us: int | None = None
    latency_p99_us: int | None = None
    error_us: int | None = None
    #: Why a benchmark came to no end, or what the server refused.
    reason: str | None = None


@dataclass(frozen=True)
class BenchResult:
    """What was measured of one benchmark. Times are microseconds."""

    bench_id: int
    #: What the server calls the device.
    name: str | None
    received: int
    lost: int
    skipped: int
    latency_p50_us: int | None
    latency_p99_us: int | None
    #: How far the latencies can be from the truth.
    error_us: int | None
    #: All that the server was told (docs/protocol.md, "BENCH").
    fields: dict[str, Any]
