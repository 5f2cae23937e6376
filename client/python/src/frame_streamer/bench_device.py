"""A program as a device of benchmarks."""

from __future__ import annotations

import platform
import secrets
import ssl
import threading
from collections.abc import Callable
from types import TracebackType

from .backoff import Backoff
from .bench_part import BenchPart
from .bench_status import BenchResult, BenchStatus
from .connector import Address, host_and_port, tls_context
from .control import is_stream_name, to_printable, utf16_length
from .counters import StreamFigures
from .errors import StreamerError
from .session import Session, SessionOptions
from .wire import PROTOCOL_VERSION, encode

_POLL_S = 0.25


class BenchDevice:
    """Takes part in the benchmarks that `streamer-client bench` coordinates, one after the other.

    ::

        with BenchDevice("machine-a", "pi-1") as device:
            for result in device:
                print(result.received, result.latency_p99_us, result.error_us)

    It receives frames over a connection of its own, acknowledges each at once and decodes none. A connection that
    worked and broke is made again, and the measurement goes on. For one thread; `close` may be called by any.

    :param host: name or address of the server, also `host:port` and `[IPv6]:port`
    :param name: what the device is called in the report, 1 to 64 characters; the server makes it unique
    :param port: port of the protocol, where `host` has none
    :param stream: stream to receive already before a benchmark names one; none by default
    :param token: what the server wants to know to let somebody in
    :param tls: True, the path of the authority's certificate, or a context, to speak TLS
    :param on_status: called in another thread when something changed, and once a second; must not raise
    :raises StreamerError: BAD_USAGE, BAD_CERTIFICATE
    """

    def __init__(
        self,
        host: str,
        name: str,
        *,
        port: int = 8000,
        stream: str | None = None,
        token: str | None = None,
        tls: bool | str | ssl.SSLContext = False,
        on_status: Callable[[BenchStatus], None] = lambda _status: None,
    ) -> None:
        if not 1 <= utf16_length(name) <= 64 or to_printable(name) != name:
            raise StreamerError("BAD_USAGE", "A device has a name of 1 to 64 printable characters.")
        if stream is not None and not is_stream_name(stream):
            raise StreamerError(
                "BAD_USAGE", f"{stream!r} cannot be a stream: 1 to 64 letters, digits, '_', '.' and '-'."
            )
        self._address = Address(*host_and_port(host, port), tls_context(tls))
        self._hello = {"version": PROTOCOL_VERSION, "name": name, **({} if token is None else {"token": token})}
        self._stream = stream
        self._hello_message()
        about = f"Python {platform.python_version()} on {platform.system()}"
        join = {"kind": "join", "name": name, "platform": "python", "key": secrets.token_hex(16)}
        self._part = BenchPart(join, about, stream, on_status)
        self._backoff = Backoff()
        self._session: Session | None = None
        self._closing = threading.Event()
        self._lock = threading.Lock()

    def __enter__(self) -> BenchDevice:
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _value: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __iter__(self) -> BenchDevice:
        return self

    def __next__(self) -> BenchResult:
        """The result of the next benchmark, told to the server; waits for it. The iteration ends with `close`.

        Raises StreamerError when the first connection cannot be made, when the server does not take us, and for what
        connecting again would not change.
        """
        while not self._closing.is_set():
            if self._part.results:
                self._backoff.reset()
                return self._part.results.popleft()
            session = self._session or self._connect()
            # It hands out no frames, but raises what the session ended with.
            session.take(_POLL_S)
            self._look_after(session)
        raise StopIteration

    def close(self) -> None:
        """Takes part no more. May be called from another thread, and more than once."""
        with self._lock:
            self._closing.set()
            session = self._session
        if session is not None:
            self._part.leave()
            session.close()

    @property
    def status(self) -> BenchStatus:
        """How the device is doing."""
        return self._part.status

    def _connect(self) -> Session:
        options = SessionOptions(
            address=self._address,
            hello=self._hello_message(),
            newest_only=True,
            reconnect=True,
            is_abandoned=lambda: False,
            bench=self._part,
        )
        session = Session(options, StreamFigures())
        with self._lock:
            # Whoever closes us meanwhile closes this, too.
            if self._closing.is_set():
                raise StopIteration
            self._session = session
        try:
            session.start()
        except BaseException:
            # Ctrl+C too: nothing may go on connecting.
            session.close()
            self._session = None
            raise
        return session

    def _hello_message(self) -> bytes:
        # Who waits for a benchmark, perhaps for days, needs no frames.
        subscriptions = [] if self._stream is None else [{"policy": "latest", "stream": self._stream}]
        return encode("HELLO", {**self._hello, "subscriptions": subscriptions})

    def _look_after(self, session: Session) -> None:
        if self._part.failure is not None:
            self.close()
            raise self._part.failure
        if session.is_over and not self._closing.is_set():
            self._closing.set()
            raise StreamerError("STREAMS_ENDED", "All streams of the server have come to their end.")
        wanted = self._part.wanted_stream
        if wanted == self._stream:
            return
        self._stream, self._session = wanted, None
        session.close()
        # With growing waits, since a server may name another stream each time.
        self._closing.wait(self._backoff.next_delay_s())
