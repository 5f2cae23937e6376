"""A client's side of the protocol: connects, and connects again after an outage."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from .backoff import Backoff
from .bench_part import BenchPart
from .channel import Channel
from .clock import ClockEstimate, now_us
from .connection import Connection, ConnectionParts
from .connector import Address, connect
from .control import Notice, StreamInfo
from .counters import StreamFigures
from .errors import StreamerError
from .frame import Frame
from .waiting import WaitingFrames

_logger = logging.getLogger("frame_streamer")

#: A connection that held this long is taken as healthy: the next outage starts the backoff afresh.
_STABLE_US = 10_000_000
#: A frame that waited longer for the program is old, and the server has a newer one by then.
_STALE_US = 100_000
#: How long to wait for that newer one beyond the time it takes to ask for it.
_FRESH_WAIT_US = 100_000
_CLOSE_LIMIT_S = 3.0
_POLL_S = 0.5


@dataclass(frozen=True)
class SessionOptions:
    """What a session is for."""

    address: Address
    #: A whole message.
    hello: bytes
    #: Whether a newer frame takes the place of one that waits.
    newest_only: bool
    #: Whether to connect again when a connection that worked broke.
    reconnect: bool
    #: Whether the program has forgotten its client without closing it.
    is_abandoned: Callable[[], bool]
    #: For a device of benchmarks, which gives nobody frames.
    bench: BenchPart | None = None


class Session:
    """Frames of one stream over any number of connections, in a thread of its own.

    The first connection must succeed; every later one is tried until it does, unless the server said that it is of no
    use. client/session.ts is the same for Node.js.
    """

    def __init__(self, options: SessionOptions, figures: StreamFigures) -> None:
        self._options = options
        self._figures = figures
        self._waiting = WaitingFrames(newest_only=options.newest_only)
        self._condition = threading.Condition()
        self._closing = threading.Event()
        self._connection: Connection | None = None
        self._connections = 0
        self._end: tuple[StreamerError | None] | None = None
        self._stream: StreamInfo | None = None
        self._reason: Notice | None = None
        self._last_offset_us: int | None = None
        self._backoff = Backoff()
        self._thread = threading.Thread(target=self._run, name="frame-streamer", daemon=True)

    def start(self) -> None:
        """Connects, and waits until the server has answered. Raises StreamerError."""
        self._thread.start()
        with self._condition:
            while not self._connections and self._end is None:
                self._condition.wait(_POLL_S)
            error = self._end[0] if self._end else None
        if error is not None and not self._connections:
            raise error

    def take(self, timeout_s: float | None) -> Frame | None:
        """The next frame, for which the server gets credit; None when none came in time, and at the end.

        One that grew old here while the program was busy gives way to the one that the server sends for its credit.
        Raises the error that the session ended with.
        """
        waiting = self._waiting.take(timeout_s)
        if waiting is None:
            return None
        is_stale = self._is_stale(waiting.frame)
        waiting.acknowledge(at_once=is_stale)
        if not is_stale:
            return waiting.frame
        newer = self._waiting.take_newer((self._asking_time_us() + _FRESH_WAIT_US) / 1e6)
        if newer is None:
            return waiting.frame
        newer.acknowledge(at_once=False)
        return newer.frame

    def close(self) -> None:
        """Says goodbye and waits until that is done; what waits is dropped. May be called by any thread."""
        self._closing.set()
        self._waiting.drop()
        self._waiting.end(None)
        connection = self._connection
        if connection is not None:
            connection.wake()
        # An attempt to connect cannot be broken off; it ends by itself, and then the thread does.
        if self._thread.is_alive() and threading.current_thread() is not self._thread:
            self._thread.join(_CLOSE_LIMIT_S if connection is not None else 0)

    def forget(self) -> None:
        """In the child of a fork, where the thread is not: leaves the connection to the parent."""
        if self._connection is not None:
            self._connection.forget()

    @property
    def is_over(self) -> bool:
        """Whether no frame will come any more."""
        return self._waiting.is_over

    @property
    def reconnects(self) -> int:
        """Times that the connection was made again."""
        return max(0, self._connections - 1)

    @property
    def status(self) -> tuple[bool, StreamInfo | None, Notice | None]:
        """Whether it is connected, the stream as last described, and why it or the connection is as it is."""
        with self._condition:
            return self._connection is not None, self._stream, self._reason

    def clock(self) -> ClockEstimate | None:
        """What is known of the server's clock now."""
        connection = self._connection
        estimate = None if connection is None else connection.probe.estimate()
        if estimate is not None:
            self._last_offset_us = estimate.offset_us
        return estimate

    def age_us(self, capture_time_us: int) -> int | None:
        """How old a frame is now. During an outage by the clock as it was last known."""
        self.clock()
        return None if self._last_offset_us is None else now_us() + self._last_offset_us - capture_time_us

    def _is_stale(self, frame: Frame) -> bool:
        return self._options.newest_only and not frame.kept and now_us() - frame.received_time_us > _STALE_US

    def _asking_time_us(self) -> int:
        connection = self._connection
        return 0 if connection is None else connection.probe.rtt_us

    def _run(self) -> None:
        try:
            error = self._work()
        except Exception as defect:
            # Whoever waits for frames must not wait for ever.
            error = StreamerError("INTERNAL", f"The client met a defect: {defect!r}.")
            error.__cause__ = defect
        with self._condition:
            self._end = (None if self._closing.is_set() else error,)
            self._waiting.end(self._end[0])
            self._condition.notify_all()

    def _work(self) -> StreamerError | None:
        """Returns why the session is over; None when it ended as it should."""
        while not self._is_closing():
            try:
                self._serve()
            except StreamerError as error:
                if error.from_server and error.code == "STREAMS_ENDED":
                    return None
                if error.is_final or not self._options.reconnect or not self._connections:
                    return error
                self._wait_to_retry(error)
        return None

    def _is_closing(self) -> bool:
        return self._closing.is_set() or self._options.is_abandoned()

    def _serve(self) -> None:
        """One connection, from its beginning to its end."""
        sock = connect(self._options.address)
        if self._is_closing():
            return sock.close()
        channel = Channel(sock)
        parts = ConnectionParts(
            self._figures,
            self._waiting,
            self._is_closing,
            self._on_welcome,
            self._on_stream,
            self._options.bench,
        )
        connection = Connection(channel, self._options.address, self._options.hello, parts)
        with self._condition:
            self._connection = connection
        try:
            connection.run()
        finally:
            self.clock()
            if connection.welcomed_for_us > _STABLE_US:
                self._backoff.reset()
            with self._condition:
                self._connection = None

    def _wait_to_retry(self, error: StreamerError) -> None:
        delay_s = self._backoff.next_delay_s()
        _logger.warning("%s Next try in %.1f s.", error, delay_s)
        with self._condition:
            self._reason = Notice(error.code, error.message)
        self._closing.wait(delay_s)

    def _on_welcome(self) -> None:
        with self._condition:
            self._connections += 1
            self._condition.notify_all()

    def _on_stream(self, stream: StreamInfo | None, reason: Notice | None) -> None:
        with self._condition:
            self._stream, self._reason = stream, reason
