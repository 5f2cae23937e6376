"""One connection to a server: a thread that reads, measures the clocks and keeps the newest frames."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections import deque
from dataclasses import dataclass
from typing import Any, Callable

from .clock import SLEEP_US, ServerClock, now_us, slept_us
from .counters import Counters, SequenceTracker
from .errors import StreamerError
from .frame import Frame
from .latency_counts import LatencyCounts
from .wire import KEPT, PROTOCOL_VERSION, Fields, Parser, encode

CONNECT_TIMEOUT_S = 5.0
#: When to ping: a burst for a first estimate, then enough to keep it.
_BURST_PINGS, _BURST_DELAY_US = 8, 20_000
_PING_DELAY_US = 500_000
#: A server that says nothing for so long is gone: it answers our pings.
_SILENCE_LIMIT_US = 10_000_000
_RECEIVE_BYTES = 1 << 18
#: What a server that keeps to the protocol never has us hold.
_MAX_WAITING_BYTES = 96 * 1024 * 1024


@dataclass(frozen=True)
class Address:
    """Where the server is, and what it takes to get in."""

    host: str
    port: int
    token: str | None
    #: None speaks without TLS.
    tls: ssl.SSLContext | None

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


class Connection:
    """Frames of one stream over one connection, from `open` until `close` or the first error.

    The reader thread notes when frames arrive; `take` is called by whoever uses them and gives the server credit.
    """

    def __init__(self, sock: socket.socket, subscription: Fields, hello: Fields, counters: Counters) -> None:
        self._socket = sock
        self._subscription = subscription
        self._counters = counters
        self._clock = ServerClock()
        self._latencies = LatencyCounts()
        self._tracker = SequenceTracker()
        self._reported = Counters()
        self._condition = threading.Condition()
        self._send_lock = threading.Lock()
        self._waiting: deque[tuple[Frame, int]] = deque()
        self._waiting_bytes = 0
        self._names: dict[int, str] = {}
        self._error: StreamerError | None = None
        self._is_welcome = False
        self._ack_every, self._unacknowledged = 1, 0
        self._newest_taken: tuple[int, int] | None = None
        self._ping_t0_us: int | None = None
        self._pings = 0
        self._slept_us = slept_us()
        self._thread = threading.Thread(target=self._run, args=(hello,), name="frame-streamer", daemon=True)

    @classmethod
    def open(cls, address: Address, subscription: Fields, name: str, counters: Counters) -> Connection:
        """Connects and waits for WELCOME. Raises StreamerError."""
        sock = _connect(address)
        hello: Fields = {"version": PROTOCOL_VERSION, "name": name, "subscriptions": [subscription]}
        if address.token is not None:
            hello["token"] = address.token
        connection = cls(sock, subscription, hello, counters)
        connection._thread.start()
        try:
            connection._wait_for_welcome(address)
        except StreamerError:
            connection.close()
            raise
        return connection

    def clock(self) -> tuple[int, int] | None:
        """(offset, error) of the server's clock against ours, in microseconds; None before the first answer."""
        with self._condition:
            return self._clock.at(now_us())

    def take(self, timeout_s: float | None, *, newest: bool) -> Frame | None:
        """The next frame, or the newest of those that are here; None at the time-out. Gives credit for what it took.

        Raises StreamerError once all frames that came before the connection ended were taken.
        """
        with self._condition:
            self._condition.wait_for(lambda: self._waiting or self._error, timeout_s)
            if not self._waiting:
                if self._error:
                    raise self._error
                return None
            frame, stream_id = self._pop()
            self._unacknowledged += 1
            while newest and self._waiting:
                frame, stream_id = self._pop()
                self._unacknowledged += 1
            self._newest_taken = (stream_id, frame.sequence)
            is_due = self._unacknowledged >= self._ack_every
            if is_due:
                self._unacknowledged = 0
        if is_due:
            self._acknowledge()
        return frame

    def close(self) -> None:
        """Says goodbye, ends the thread and the socket."""
        self._fail(StreamerError("CLIENT_CLOSING", "The connection was closed."))
        with contextlib.suppress(OSError, StreamerError):
            self._send("BYE", {"code": "CLIENT_CLOSING", "message": "The client is done."})
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        if threading.current_thread() is not self._thread:
            self._thread.join()
        self._socket.close()

    def _pop(self) -> tuple[Frame, int]:
        frame, stream_id = self._waiting.popleft()
        self._waiting_bytes -= len(frame.jpeg)
        return frame, stream_id

    def _wait_for_welcome(self, address: Address) -> None:
        with self._condition:
            self._condition.wait_for(lambda: self._is_welcome or self._error, CONNECT_TIMEOUT_S)
            if self._error:
                raise self._error
            if not self._is_welcome:
                raise StreamerError("CONNECT_TIMEOUT", f"{address} did not answer within 5 seconds.")

    def _run(self, hello: Fields) -> None:
        parser = Parser()
        try:
            self._send("HELLO", hello)
            heard_us = next_ping_us = now_us()
            next_stats_us = heard_us + 1_000_000
            while self._error is None:
                if now_us() >= next_ping_us:
                    next_ping_us = self._ping()
                if now_us() >= next_stats_us:
                    next_stats_us += 1_000_000
                    self._report()
                data = self._receive(min(next_ping_us, next_stats_us))
                at_us = now_us()
                if data is None:
                    if at_us - heard_us > _SILENCE_LIMIT_US:
                        raise StreamerError("CONNECTION_LOST", "The server said nothing for 10 seconds.")
                    continue
                if data == b"":
                    raise StreamerError("CONNECTION_LOST", "The server closed the connection.")
                heard_us = at_us
                for name, fields in parser.feed(data):
                    self._on_message(name, fields, at_us)
        except StreamerError as error:
            self._fail(error)
        except (OSError, ValueError) as error:
            # ValueError: the socket was closed by another thread meanwhile.
            failure = StreamerError("CONNECTION_LOST", f"The connection broke: {error}.")
            failure.__cause__ = error
            self._fail(failure)

    def _receive(self, until_us: int) -> bytes | None:
        """What came; None when nothing did until that moment."""
        self._socket.settimeout(max(0.001, (until_us - now_us()) / 1e6))
        try:
            return self._socket.recv(_RECEIVE_BYTES)
        except (TimeoutError, socket.timeout, ssl.SSLWantReadError):
            return None

    def _ping(self) -> int:
        """Pings the server and returns when to do so next. One ping is under way at a time."""
        self._start_over_after_sleep()
        self._pings += 1
        self._ping_t0_us = now_us()
        self._send("PING", {"t0Us": self._ping_t0_us})
        return self._ping_t0_us + (_BURST_DELAY_US if self._pings < _BURST_PINGS else _PING_DELAY_US)

    def _start_over_after_sleep(self) -> None:
        """The monotonic clock stands still while a machine sleeps, so what was known of the server's is wrong then."""
        slept = slept_us()
        if abs(slept - self._slept_us) > SLEEP_US:
            self._pings, self._ping_t0_us = 0, None
            with self._condition:
                self._clock.reset()
        self._slept_us = slept

    def _on_message(self, name: str, fields: Fields, at_us: int) -> None:
        handler: Callable[[Fields, int], None] | None = getattr(self, f"_on_{name.lower()}", None)
        if handler is not None:
            handler(fields, at_us)

    def _on_welcome(self, fields: Fields, _at_us: int) -> None:
        if fields.get("version") != PROTOCOL_VERSION:
            raise StreamerError("BAD_VERSION", f"The server speaks version {fields.get('version')} of the protocol.")
        for stream in _maps(fields.get("streams")):
            self._learn(stream)
        with self._condition:
            self._is_welcome = True
            self._condition.notify_all()

    def _on_stream(self, fields: Fields, _at_us: int) -> None:
        for stream in _maps([fields.get("stream")]):
            self._learn(stream)

    def _learn(self, stream: Fields) -> None:
        stream_id, name = stream.get("id"), stream.get("name")
        if isinstance(stream_id, int) and isinstance(name, str):
            self._names[stream_id] = name

    def _on_ping(self, fields: Fields, at_us: int) -> None:
        self._send("PONG", {"t0Us": fields["t0Us"], "t1Us": at_us, "t2Us": now_us()})

    def _on_pong(self, fields: Fields, at_us: int) -> None:
        # An answer to no ping of ours would be a way to lie about the clock.
        if fields["t0Us"] != self._ping_t0_us:
            return
        self._ping_t0_us = None
        with self._condition:
            self._clock.add(fields["t0Us"], fields["t1Us"], fields["t2Us"], at_us)

    def _on_credit(self, fields: Fields, _at_us: int) -> None:
        with self._condition:
            self._ack_every, self._unacknowledged = fields["ackEvery"], 0
        self._acknowledge()

    def _on_skipped(self, fields: Fields, _at_us: int) -> None:
        self._tracker.announce(fields["first"], fields["last"])

    def _on_frame(self, fields: Fields, at_us: int) -> None:
        kept = bool(fields["flags"] & KEPT)
        with self._condition:
            estimate = None if kept else self._clock.at(at_us)
        latency_us = error_us = None
        if estimate is not None:
            latency_us = at_us + estimate.offset_us - fields["captureTimeUs"]
            error_us = estimate.error_us + fields["clockErrorUs"]
            self._latencies.record(latency_us)
        frame = Frame(
            stream=self._names.get(fields["streamId"], str(fields["streamId"])),
            sequence=fields["sequence"],
            width=fields["width"],
            height=fields["height"],
            jpeg=fields["jpeg"],
            capture_time_us=fields["captureTimeUs"],
            time_source=fields["timeSource"],
            received_time_us=at_us,
            latency_us=latency_us,
            error_us=error_us,
            kept=kept,
        )
        if not kept:
            self._count(frame)
        self._keep(frame, fields["streamId"])

    def _count(self, frame: Frame) -> None:
        lost, skipped = self._tracker.receive(frame.sequence)
        counters = self._counters
        counters.received += 1
        counters.bytes += len(frame.jpeg)
        counters.lost += lost
        counters.skipped += skipped
        self._reported.received += 1
        self._reported.bytes += len(frame.jpeg)
        self._reported.lost += lost
        self._reported.skipped += skipped

    def _keep(self, frame: Frame, stream_id: int) -> None:
        with self._condition:
            self._waiting.append((frame, stream_id))
            self._waiting_bytes += len(frame.jpeg)
            self._stream_id = stream_id
            if self._waiting_bytes > _MAX_WAITING_BYTES:
                raise StreamerError("TOO_FAR_BEHIND", "The server sends more than it was given credit for.")
            self._condition.notify_all()

    def _on_error(self, fields: Fields, _at_us: int) -> None:
        code, message = fields.get("code"), fields.get("message")
        raise StreamerError(str(code)[:64], str(message)[:1024])

    _on_bye = _on_error

    def _report(self) -> None:
        """Tells the server what was measured since the last report, for its statistics."""
        stream_id = getattr(self, "_stream_id", None)
        figures, self._reported = self._reported, Counters()
        stats: dict[str, Any] = {"intervalMs": 1000, "streams": []}
        estimate = self.clock()
        if estimate is not None:
            stats["clock"] = {"offsetUs": estimate[0], "errorUs": estimate[1]}
        if stream_id is not None:
            counts = {"received": figures.received, "lost": figures.lost, "skipped": figures.skipped}
            stream = {"streamId": stream_id, **counts, "corrupt": 0, "bytes": figures.bytes}
            latency = self._latencies.take()
            stats["streams"] = [stream if latency is None else {**stream, "latency": latency}]
        self._send("STATS", stats)

    def _acknowledge(self) -> None:
        with self._condition:
            taken = self._newest_taken
        if taken is not None:
            with contextlib.suppress(OSError):
                self._send("ACK", {"streamId": taken[0], "sequence": taken[1]})

    def _send(self, name: str, fields: Fields) -> None:
        with self._send_lock:
            self._socket.sendall(encode(name, fields))

    def _fail(self, error: StreamerError) -> None:
        with self._condition:
            if self._error is None:
                self._error = error
            self._condition.notify_all()


def _connect(address: Address) -> socket.socket:
    try:
        sock = socket.create_connection((address.host, address.port), timeout=CONNECT_TIMEOUT_S)
    except (TimeoutError, socket.timeout) as error:
        raise StreamerError("CONNECT_TIMEOUT", f"{address} did not answer within 5 seconds.") from error
    except OSError as error:
        raise StreamerError("CONNECT_FAILED", f"Cannot connect to {address}: {error.strerror or error}.") from error
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if address.tls is None:
        return sock
    try:
        return address.tls.wrap_socket(sock, server_hostname=address.host)
    except ssl.SSLCertVerificationError as error:
        sock.close()
        raise StreamerError("UNTRUSTED_CERTIFICATE", f"{address}: {error.verify_message}; give its ca.") from error
    except OSError as error:
        sock.close()
        raise StreamerError("CONNECT_FAILED", f"{address} does not speak TLS as it must: {error}.") from error


def _maps(values: Any) -> list[Fields]:
    return [value for value in values if isinstance(value, dict)] if isinstance(values, list) else []
