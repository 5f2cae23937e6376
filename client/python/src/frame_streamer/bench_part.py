"""What a device of benchmarks does on its connections."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from .bench_counts import BenchCounts
from .bench_notices import Announced, DeviceNotice, Joined, Over, Refused, Run
from .bench_recorder import BenchRecorder
from .bench_status import BenchResult, BenchStatus
from .clock import now_us
from .control import StreamInfo
from .counters import ClockAt
from .errors import StreamerError
from .own_delay import OwnDelay
from .wire import Fields

#: What a server lists in WELCOME that knows of benchmarks.
FEATURE = "bench"
_TICK_US = 1_000_000

Send = Callable[[Fields], None]


class BenchPart:
    """Joins on each connection, measures when it is told to, and tells the result. Its methods are the connection's.

    Other threads may read what is public. `on_status` is called in the thread of the connection.
    """

    def __init__(
        self, join: Fields, about: str, home_stream: str | None, on_status: Callable[[BenchStatus], None]
    ) -> None:
        #: Results that nobody took yet.
        self.results: deque[BenchResult] = deque()
        #: Why it cannot take part.
        self.failure: StreamerError | None = None
        #: The stream to receive, over another connection where it is another one.
        self.wanted_stream = home_stream
        self._home_stream = home_stream
        self._join = join
        self._about = about
        self._on_status = on_status
        self._recorder = BenchRecorder()
        self._own_delay = OwnDelay()
        self._is_measuring = False
        self._is_joined = False
        self._name: str | None = None
        self._stream: StreamInfo | None = None
        self._reason: str | None = None
        #: A result that could not be told yet.
        self._pending: Fields | None = None
        self._send: Send = _nowhere
        #: As it was last told.
        self.status = BenchStatus("connecting", None, None)
        self._next_us = now_us() + _TICK_US

    @property
    def due_us(self) -> int:
        """When to call `tick` next."""
        own_us = self._own_delay.due_us
        return self._next_us if own_us is None else min(self._next_us, own_us)

    def on_welcome(self, features: tuple[str, ...], send: Send) -> None:
        if FEATURE not in features:
            self.failure = StreamerError("BENCH_UNKNOWN", "The server is of a version without such benchmarks.")
            return
        self._send = send
        self._recorder.on_connect(now_us())
        if self._is_measuring:
            self._own_delay.resume(now_us())
        send(self._join)

    def on_stream(self, stream: StreamInfo) -> None:
        self._stream = stream
        self._recorder.on_stream(stream, now_us())

    def on_frame(self, fields: Fields, at_us: int, clock_at: ClockAt) -> None:
        self._recorder.on_frame(fields, at_us, clock_at)
        if self._is_measuring and self._recorder.is_over(at_us):
            # The next tick works it out, when all that came with this frame was taken in.
            self._next_us = at_us

    def on_skipped(self, first: int, last: int) -> None:
        self._recorder.on_skipped(first, last)

    def on_sleep(self) -> None:
        self._recorder.forget_waiting()

    def on_disconnect(self, clock_at: ClockAt) -> None:
        self._is_joined, self._send = False, _nowhere
        self._own_delay.pause()
        self._recorder.on_disconnect(now_us(), clock_at)
        self._tell()

    def on_notice(self, notice: DeviceNotice, clock_at: ClockAt) -> None:
        """Does what the server says."""
        if isinstance(notice, Joined):
            self._is_joined, self._name = True, notice.name
            if self._pending is not None:
                self._tell_result(self._pending)
        elif isinstance(notice, Refused):
            self._on_refused(notice)
        elif isinstance(notice, Announced):
            self._follow(notice.stream)
        elif isinstance(notice, Run):
            self._on_run(notice, clock_at)
        else:
            self._on_over(notice)
        self._tell()

    def tick(self, clock_at: ClockAt, round_trips_us: tuple[int, int] | None) -> None:
        """Once a second: says how it is doing, and the result when the window is over."""
        at_us = now_us()
        self._own_delay.tick(at_us, *self._recorder.span_us())
        if at_us < self._next_us:
            return
        self._next_us = at_us + _TICK_US
        self._recorder.advance(at_us, clock_at)
        counts = self._recorder.counts
        if self._is_measuring and counts is not None:
            if self._recorder.is_over(at_us):
                self._finish(counts, self._recorder.finish(at_us, clock_at, round_trips_us))
            elif self._is_joined and (self._recorder.server_us(at_us) or 0) >= counts.start_us:
                self._send({"kind": "progress", "benchId": counts.bench_id, **counts.progress()})
        self._tell()

    def leave(self) -> None:
        """Takes part no more."""
        if self._is_joined:
            self._send({"kind": "leave"})

    def _status(self) -> BenchStatus:
        counts, at_us = self._recorder.counts, now_us()
        server_us = self._recorder.server_us(at_us)
        stream = self._stream.name if self._stream is not None else None
        if counts is None:
            return BenchStatus(self._phase(None), self._name, stream, reason=self._reason)
        starts_in_us = ends_in_us = None
        if self._is_measuring and server_us is not None:
            starts_in_us, ends_in_us = counts.start_us - server_us, counts.stop_us - server_us
        return BenchStatus(
            phase=self._phase(starts_in_us),
            name=self._name,
            stream=stream,
            starts_in_us=starts_in_us,
            ends_in_us=ends_in_us,
            received=counts.received,
            lost=counts.lost,
            skipped=counts.skipped,
            latency_p50_us=counts.latency.quantile(0.5),
            latency_p99_us=counts.latency.quantile(0.99),
            error_us=counts.error_us,
            reason=self._reason,
        )

    def _phase(self, starts_in_us: int | None) -> str:
        if not self._is_joined:
            return "connecting"
        if self._is_measuring:
            return "running" if starts_in_us is not None and starts_in_us <= 0 else "starting"
        return "waiting" if self._recorder.counts is None else "done"

    def _on_run(self, run: Run, clock_at: ClockAt) -> None:
        if self._follow(run.stream) and self._recorder.begin(run, now_us(), clock_at):
            self._is_measuring = True
            self._own_delay.begin(now_us())

    def _on_over(self, over: Over) -> None:
        self._pending = None
        counts = self._recorder.counts
        if self._is_measuring and counts is not None and counts.bench_id == over.bench_id:
            self._is_measuring, self._recorder.counts, self._reason = False, None, over.reason
            self._own_delay.pause()
        self.wanted_stream = self._home_stream

    def _on_refused(self, refused: Refused) -> None:
        """Whoever was not taken has nothing to stay for."""
        code, message = refused.notice.code, refused.notice.message
        if self._is_joined:
            self._reason = message
        else:
            self.failure = StreamerError(code, message, from_server=True)

    def _follow(self, stream: str) -> bool:
        """Whether the stream of the benchmark is ours; another one takes another connection."""
        self._reason = None
        if self._stream is not None and self._stream.name == stream:
            return True
        self.wanted_stream = stream
        return False

    def _finish(self, counts: BenchCounts, measured: Fields) -> None:
        self._is_measuring = False
        self._own_delay.pause()
        own_us = self._own_delay.p99_us()
        fields = {**measured, **({} if own_us is None else {"ownDelayP99Us": own_us}), "about": self._about}
        self._tell_result({"kind": "result", "benchId": counts.bench_id, **fields})
        result = BenchResult(
            bench_id=counts.bench_id,
            name=self._name,
            received=counts.received,
            lost=counts.lost,
            skipped=counts.skipped,
            latency_p50_us=counts.latency.quantile(0.5),
            latency_p99_us=counts.latency.quantile(0.99),
            error_us=fields["clock"]["errorUs"],
            fields=fields,
        )
        self.results.append(result)

    def _tell_result(self, result: Fields) -> None:
        self._pending = None if self._is_joined else result
        if self._is_joined:
            self._send(result)

    def _tell(self) -> None:
        self.status = self._status()
        self._on_status(self.status)


def _nowhere(_fields: Fields) -> None:
    """Where there is no connection, nobody is told."""
