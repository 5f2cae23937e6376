"""One connection to a server, from HELLO to its end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .bench_notices import device_notice_from
from .bench_part import BenchPart
from .channel import Channel
from .clock import now_us
from .connector import Address, connect_timeout
from .control import Notice, StreamInfo, Welcome, notice_from, stream_change_from, welcome_from
from .counters import StreamFigures, is_whole_jpeg
from .errors import StreamerError
from .frame import Frame
from .probe import ClockProbe
from .waiting import Acknowledger, WaitingFrame, WaitingFrames
from .wire import KEPT, PROTOCOL_VERSION, Fields, Parser, encode

#: How long a server may take to answer HELLO.
_WELCOME_LIMIT_US = 5_000_000
#: A server that says nothing for so long is gone: it answers our pings.
_SILENCE_LIMIT_US = 10_000_000
#: Type alert and version of a record of TLS (RFC 8446, section 5.1): what a TLS server answers to a HELLO in the clear.
_TLS_ALERT = b"\x15\x03"


@dataclass(frozen=True)
class ConnectionParts:
    """What a connection works with, and leaves behind when it ends."""

    figures: StreamFigures
    waiting: WaitingFrames
    #: Whether the connection is to end.
    is_closing: Callable[[], bool]
    on_welcome: Callable[[], None]
    on_stream: Callable[[StreamInfo | None, Notice | None], None]
    #: For a device of benchmarks, which gives nobody frames.
    bench: BenchPart | None = None


class Connection:
    """Takes in the frames of one stream. `run` is the work of one thread; everything else may be called by any."""

    def __init__(self, channel: Channel, address: Address, hello: bytes, parts: ConnectionParts) -> None:
        self.probe = ClockProbe()
        self._channel = channel
        self._address = address
        self._hello = hello
        self._parts = parts
        self._parser = Parser()
        self._stream: StreamInfo | None = None
        self._acknowledger: Acknowledger | None = None
        self._started_us = self._heard_us = now_us()
        self._has_heard = False
        self._stats_interval_us = 0
        self._next_stats_us: int | None = None
        self._seen_sleeps = 0
        self._handlers: Mapping[str, Callable[[Fields, int], None]] = {
            "WELCOME": self._on_welcome,
            "STREAM": self._on_stream,
            "FRAME": self._on_frame,
            "SKIPPED": self._on_skipped,
            "CREDIT": self._on_credit,
            "PING": self._on_ping,
            "PONG": self._on_pong,
            "BENCH": self._on_bench,
            "ERROR": self._on_farewell,
            "BYE": self._on_farewell,
        }

    def run(self) -> None:
        """Works until the connection is to end; says goodbye then. Raises StreamerError when it ends otherwise."""
        goodbye = b""
        try:
            self._channel.send(self._hello)
            while not self._parts.is_closing():
                self._step()
            goodbye = encode("BYE", {"code": "CLIENT_CLOSING", "message": "The client is done."})
        except OSError as error:
            raise StreamerError("CONNECTION_LOST", f"The connection to {self._address} broke: {error}.") from error
        finally:
            self._parts.figures.settle(self.probe.estimate)
            self._parts.figures.forget_waiting()
            if self._parts.bench is not None:
                self._parts.bench.on_disconnect(self.probe.estimate)
            self._channel.close(goodbye)

    def wake(self) -> None:
        """Has `run` look whether the connection is to end."""
        self._channel.wake()

    def forget(self) -> None:
        """In the child of a fork: leaves the connection to the parent."""
        self._channel.forget()

    @property
    def welcomed_for_us(self) -> int:
        """How long the server has been serving us; 0 before WELCOME."""
        return 0 if self._next_stats_us is None else now_us() - self._started_us

    def _step(self) -> None:
        t0_us = self.probe.ping()
        if t0_us is not None:
            self._channel.send(encode("PING", {"t0Us": t0_us}))
        self._report_when_due()
        if self._parts.bench is not None:
            self._parts.bench.tick(self.probe.estimate, self.probe.round_trips_us())
        data = self._channel.exchange((self._next_due_us() - now_us()) / 1e6)
        at_us = now_us()
        if data is None:
            self._check_silence(at_us)
        elif data == b"":
            raise StreamerError("CONNECTION_LOST", f"{self._address} closed the connection.")
        else:
            self._take_in(data, at_us)

    def _next_due_us(self) -> int:
        """When there is something to do although nothing comes."""
        limit_us = self._heard_us + _SILENCE_LIMIT_US
        if self._parts.bench is not None:
            limit_us = min(limit_us, self._parts.bench.due_us)
        if self._next_stats_us is None:
            return min(self.probe.due_us, limit_us, self._started_us + _WELCOME_LIMIT_US)
        return min(self.probe.due_us, limit_us, self._next_stats_us)

    def _check_silence(self, at_us: int) -> None:
        if self._next_stats_us is None and at_us - self._started_us >= _WELCOME_LIMIT_US:
            raise connect_timeout(self._address)
        if at_us - self._heard_us >= _SILENCE_LIMIT_US:
            raise StreamerError("CONNECTION_LOST", f"{self._address} said nothing for 10 seconds.")

    def _take_in(self, data: bytes, at_us: int) -> None:
        is_first, self._has_heard, self._heard_us = not self._has_heard, True, at_us
        if is_first and data.startswith(_TLS_ALERT):
            raise StreamerError("CONNECT_FAILED", f"{self._address} speaks only TLS; connect with tls=True.")
        for name, fields in self._parser.feed(data):
            self._handlers[name](fields, at_us)

    def _report_when_due(self) -> None:
        """Tells the server what was measured since the last report, for its statistics."""
        figures = self._parts.figures
        if self.probe.sleeps != self._seen_sleeps:
            self._seen_sleeps = self.probe.sleeps
            figures.forget_waiting()
            if self._parts.bench is not None:
                self._parts.bench.on_sleep()
        if self._next_stats_us is None or now_us() < self._next_stats_us:
            return
        self._next_stats_us = now_us() + self._stats_interval_us
        stats = figures.report(self._stream.id if self._stream else None, self.probe.estimate)
        self._channel.send(encode("STATS", stats))

    def _on_welcome(self, fields: Fields, at_us: int) -> None:
        welcome = welcome_from(fields)
        if welcome.version != PROTOCOL_VERSION:
            message = (
                f"{self._address} speaks version {welcome.version} of the protocol, this client {PROTOCOL_VERSION}."
            )
            raise StreamerError("BAD_VERSION", message, from_server=True)
        is_first = self._next_stats_us is None
        self._stats_interval_us = welcome.stats_interval_ms * 1000
        self._next_stats_us = at_us + self._stats_interval_us
        self._set_stream(_subscribed_stream(welcome), None)
        # A server may say WELCOME again and again; it is one connection.
        if is_first:
            self._parts.on_welcome()
            if self._parts.bench is not None:
                self._parts.bench.on_welcome(welcome.features, lambda said: self._channel.send(encode("BENCH", said)))

    def _on_stream(self, fields: Fields, _at_us: int) -> None:
        """A stream of our stream's name is ours, too: one that was removed may come back under it with another id."""
        change = stream_change_from(fields)
        if self._stream is not None and change.stream.name == self._stream.name:
            self._set_stream(change.stream, change.reason)

    def _set_stream(self, stream: StreamInfo | None, reason: Notice | None) -> None:
        if stream is not None:
            if self._stream is None or stream.id != self._stream.id:
                self._acknowledger = Acknowledger(self._ack_of(stream.id))
            self._parts.figures.on_start_time(stream.start_time_us)
            if self._parts.bench is not None:
                self._parts.bench.on_stream(stream)
        self._stream = stream
        self._parts.on_stream(stream, reason)

    def _ack_of(self, stream_id: int) -> Callable[[int], None]:
        return lambda sequence: self._channel.send(encode("ACK", {"streamId": stream_id, "sequence": sequence}))

    def _on_ping(self, fields: Fields, at_us: int) -> None:
        self._channel.send(encode("PONG", {"t0Us": fields["t0Us"], "t1Us": at_us, "t2Us": now_us()}))

    def _on_pong(self, fields: Fields, at_us: int) -> None:
        self.probe.on_pong(fields["t0Us"], fields["t1Us"], fields["t2Us"], at_us)

    def _on_credit(self, fields: Fields, _at_us: int) -> None:
        if self._is_ours(fields) and self._acknowledger is not None:
            self._acknowledger.on_credit(fields["ackEvery"])

    def _on_skipped(self, fields: Fields, _at_us: int) -> None:
        if self._is_ours(fields):
            self._parts.figures.on_skipped(fields["first"], fields["last"])
            if self._parts.bench is not None:
                self._parts.bench.on_skipped(fields["first"], fields["last"])

    def _on_bench(self, fields: Fields, _at_us: int) -> None:
        notice = device_notice_from(fields)
        if self._parts.bench is not None:
            self._parts.bench.on_notice(notice, self.probe.estimate)

    def _on_frame(self, fields: Fields, at_us: int) -> None:
        if not self._is_ours(fields) or self._stream is None or self._acknowledger is None:
            return
        jpeg, sequence = fields["jpeg"], fields["sequence"]
        if fields["flags"] & KEPT:
            self._parts.figures.on_kept(len(jpeg))
        elif not self._parts.figures.on_frame(sequence, jpeg, at_us, fields["captureTimeUs"]):
            return
        elif self._parts.bench is not None:
            self._parts.bench.on_frame(fields, at_us, self.probe.estimate)
        if is_whole_jpeg(jpeg) and self._parts.bench is None:
            frame = self._frame(self._stream.name, fields, at_us)
            self._parts.waiting.put(WaitingFrame(frame, self._acknowledger))
        else:
            self._acknowledger.on_frames(sequence, 1)

    def _frame(self, name: str, fields: Fields, at_us: int) -> Frame:
        kept = bool(fields["flags"] & KEPT)
        # A frame of the past was not on its way all that time.
        estimate = None if kept else self.probe.estimate(at_us)
        times: dict[str, Any] = {"latency_us": None, "error_us": None}
        if estimate is not None:
            times["latency_us"] = at_us + estimate.offset_us - fields["captureTimeUs"]
            times["error_us"] = estimate.error_us + fields["clockErrorUs"]
        return Frame(
            stream=name,
            sequence=fields["sequence"],
            width=fields["width"],
            height=fields["height"],
            jpeg=fields["jpeg"],
            capture_time_us=fields["captureTimeUs"],
            time_source=fields["timeSource"],
            received_time_us=at_us,
            kept=kept,
            **times,
        )

    def _is_ours(self, fields: Fields) -> bool:
        return self._stream is not None and fields["streamId"] == self._stream.id

    def _on_farewell(self, fields: Fields, _at_us: int) -> None:
        notice = notice_from(fields)
        raise StreamerError(notice.code, notice.message, from_server=True)


def _subscribed_stream(welcome: Welcome) -> StreamInfo | None:
    """None while the server has no stream at all."""
    return next((stream for stream in welcome.streams if stream.id in welcome.subscribed[:1]), None)
