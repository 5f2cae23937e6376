"""python -m frame_streamer.join HOST --name pi-1: this machine as a device of benchmarks."""

from __future__ import annotations

import argparse
import json
import os
import socket
import sys
import time
from collections.abc import Sequence
from typing import TextIO

from .bench_device import BenchDevice
from .bench_status import BenchResult, BenchStatus
from .errors import StreamerError

_EXIT_FAILED = 1
_EXIT_USAGE = 2
#: How often a line is written where nobody sees it change in place.
_LINE_INTERVAL_S = 10.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs until it is interrupted, or with --once until one benchmark is over. Returns the exit status."""
    options = _parser().parse_args(arguments)
    shown = _Shown(sys.stderr)
    tls: bool | str = options.tls_ca if options.tls_ca is not None else options.tls
    try:
        device = BenchDevice(
            options.host,
            options.name,
            port=options.port,
            stream=options.stream,
            token=options.token,
            tls=tls,
            on_status=shown.show,
        )
        with device:
            for result in device:
                print(json.dumps(_record(result)) if options.json else _sentence(result), flush=True)
                if options.once:
                    return 0
    except StreamerError as error:
        print(f"\n{error}" if shown.is_in_place else error, file=sys.stderr)
        return _EXIT_USAGE if error.code == "BAD_USAGE" else _EXIT_FAILED
    except KeyboardInterrupt:
        # With --once there is a result to wait for; without it this is the way to end.
        return _EXIT_FAILED if options.once else 0
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m frame_streamer.join",
        description="Takes part in the benchmarks of a server, which streamer-client bench coordinates.",
    )
    parser.add_argument("host", help="host, host:port or [IPv6]:port of the server")
    parser.add_argument("--name", default=socket.gethostname()[:64] or "python", help="what the device is called")
    parser.add_argument("--port", type=int, default=8000, help="where the host has none (default: 8000)")
    parser.add_argument("--stream", help="stream to receive before a benchmark names one")
    parser.add_argument("--token", default=os.environ.get("STREAMER_TOKEN"), help="STREAMER_TOKEN does it too")
    parser.add_argument("--tls", action="store_true", help="speak TLS")
    parser.add_argument("--tls-ca", metavar="FILE", help="speak TLS, and trust this authority")
    parser.add_argument("--once", action="store_true", help="end after one benchmark")
    parser.add_argument("--json", action="store_true", help="results as JSON, one a line")
    return parser


class _Shown:
    """One line that changes in place on a terminal, and lines now and then elsewhere."""

    def __init__(self, output: TextIO) -> None:
        self._output = output
        self._phase: str | None = None
        self._next_s = 0.0
        self.is_in_place = output.isatty()

    def show(self, status: BenchStatus) -> None:
        line = _status_line(status)
        if self.is_in_place:
            self._output.write(f"\r\033[K{line}")
            self._output.flush()
            return
        now_s = time.monotonic()
        if status.phase == self._phase and now_s < self._next_s:
            return
        # Of what does not change one line is enough.
        if status.phase != self._phase or status.phase == "running":
            print(line, file=self._output, flush=True)
        self._phase, self._next_s = status.phase, now_s + _LINE_INTERVAL_S


def _status_line(status: BenchStatus) -> str:
    who = status.name or "not joined"
    if status.stream is not None:
        who += f" on {status.stream}"
    if status.phase == "starting":
        return f"{who}: begins{_seconds(' in', status.starts_in_us)}"
    if status.phase == "running":
        figures = _figures(status.latency_p50_us, status.latency_p99_us, status.error_us)
        return f"{who}: {status.received} frames, {figures}, ends{_seconds(' in', status.ends_in_us)}"
    reason = f" ({status.reason})" if status.reason is not None else ""
    words = {"connecting": "connecting", "waiting": "waits for a benchmark", "done": "done, waits for the next"}
    return f"{who}: {words.get(status.phase, status.phase)}{reason}"


def _seconds(word: str, us: int | None) -> str:
    return " soon" if us is None else f"{word} {max(0, us) / 1e6:.0f} s"


def _figures(p50_us: int | None, p99_us: int | None, error_us: int | None) -> str:
    if p50_us is None or p99_us is None or error_us is None:
        return "no latency yet"
    return f"p50 {p50_us / 1000:.1f} ms, p99 {p99_us / 1000:.1f} ms ± {error_us / 1000:.1f} ms"


def _sentence(result: BenchResult) -> str:
    figures = _figures(result.latency_p50_us, result.latency_p99_us, result.error_us)
    counts = f"{result.received} frames, {result.lost} lost, {result.skipped} skipped"
    return f"benchmark {result.bench_id}: {counts}, {figures}"


def _record(result: BenchResult) -> dict[str, object]:
    quantiles = {"latencyP50Us": result.latency_p50_us, "latencyP99Us": result.latency_p99_us}
    return {"benchId": result.bench_id, "name": result.name, **quantiles, **result.fields}


if __name__ == "__main__":
    sys.exit(main())
