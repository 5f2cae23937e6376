"""The client that programs use."""

from __future__ import annotations

import os
import re
import ssl
import threading
import weakref
from types import TracebackType
from typing import Any

from .clock import ClockEstimate
from .connector import Address, host_and_port, tls_context
from .control import is_stream_name
from .counters import Counters, StreamFigures
from .errors import StreamerError
from .frame import Frame
from .rest import RestApi
from .session import Session, SessionOptions
from .stream_api import StreamApi
from .wire import PROTOCOL_VERSION, encode

_POLICY = re.compile(r"latest|every|queue:([1-9]\d{0,2}|1000)")


class StreamClient:
    """Frames of one stream, with their age; and the requests to add it, look at it and take it away.

    ::

        with StreamClient("machine-a", "door") as client:
            for frame in client:
                show(frame.image, frame.latency_us, frame.error_us)

    The loop sets the pace: a frame is acknowledged when the loop takes it, so a slow loop gets fewer frames, never old
    ones. A connection that worked and broke is made again, with growing, jittered waits. Leaving the loop leaves the
    connection as it is, and the next loop goes on; `close`, or the end of `with`, ends it. The client may be used by
    several threads; each frame goes to one of them. In the child of a fork it connects anew.

    :param host: name or address of the server, also `host:port` and `[IPv6]:port`
    :param stream: name of the stream; the server's first one by default
    :param port: port of the protocol, where `host` has none
    :param http_port: port of the API, for `start_stream`, `get_frame` and the like
    :param token: what the server wants to know to let somebody in; the admin token where something is to be changed
    :param tls: True, the path of the authority's certificate, or a context, to speak TLS on both ports
    :param policy: what the server does with frames this program cannot take: `latest`, `queue:N` or `every`
    :param max_fps: ask for at most so many frames a second
    :param name: how the server calls this client
    :param reconnect: whether to connect again when a connection that worked breaks
    :raises StreamerError: BAD_USAGE, BAD_CERTIFICATE
    """

    def __init__(
        self,
        host: str,
        stream: str | None = None,
        *,
        port: int = 8000,
        http_port: int = 8080,
        token: str | None = None,
        tls: bool | str | ssl.SSLContext = False,
        policy: str = "latest",
        max_fps: float | None = None,
        name: str = "python",
        reconnect: bool = True,
    ) -> None:
        if stream is not None and not is_stream_name(stream):
            raise StreamerError(
                "BAD_USAGE", f"{stream!r} cannot be a stream: 1 to 64 letters, digits, '_', '.' and '-'."
            )
        if _POLICY.fullmatch(policy) is None:
            raise StreamerError("BAD_USAGE", f"{policy!r} is no policy: take latest, every or queue:N, N up to 1000.")
        host, port = host_and_port(host, port)
        context = tls_context(tls)
        subscription: dict[str, Any] = {"policy": policy}
        if stream is not None:
            subscription["stream"] = stream
        if max_fps is not None:
            subscription["maxFps"] = max_fps
        hello: dict[str, Any] = {"version": PROTOCOL_VERSION, "name": name, "subscriptions": [subscription]}
        if token is not None:
            hello["token"] = token
        this = weakref.ref(self)
        self._options = SessionOptions(
            address=Address(host, port, context),
            hello=encode("HELLO", hello),
            newest_only=policy == "latest",
            reconnect=reconnect,
            is_abandoned=lambda: this() is None,
        )
        scheme = "http" if context is None else "https"
        rest = RestApi(f"{scheme}://{Address(host, http_port, context)}", token, context)
        self._api = StreamApi(rest, stream)
        self._lock = threading.Lock()
        self._connecting = threading.Lock()
        self._figures = StreamFigures()
        self._session: Session | None = None
        self._is_closed = False
        self._past_reconnects = 0
        _CLIENTS.add(self)

    def __enter__(self) -> StreamClient:
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _value: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __iter__(self) -> StreamClient:
        return self

    def __next__(self) -> Frame:
        """The next frame. The iteration ends with `close`, and when every stream of the server has come to its end.

        Raises StreamerError when the first connection cannot be made, and for what connecting again would not change.
        """
        frame = self.take()
        if frame is None:
            raise StopIteration
        return frame

    def take(self, timeout: float | None = None) -> Frame | None:
        """The next frame as it comes; None when none came within `timeout` seconds, and at the end (`is_over`).

        For programs that have other things to do while nothing comes. Raises StreamerError as the iteration does.
        """
        session = self._open_session()
        if session is None:
            return None
        try:
            return session.take(timeout)
        except StreamerError:
            self._forget(session)
            raise

    def connect(self) -> None:
        """Connects now rather than with the first frame. Raises StreamerError."""
        if self._open_session() is None:
            raise StreamerError("CLIENT_CLOSING", "The client was closed; make a new one.")

    def close(self) -> None:
        """Says goodbye; a running loop ends. May be called from another thread, and more than once."""
        with self._lock:
            self._is_closed = True
            session = self._session
        if session is not None:
            session.close()

    @property
    def is_over(self) -> bool:
        """Whether no frame will come any more: the client was closed, or every stream has come to its end."""
        with self._lock:
            return self._is_closed or (self._session is not None and self._session.is_over)

    @property
    def counters(self) -> Counters:
        """Frames received, lost, skipped and corrupt, and bytes, over all connections, as they are now."""
        return self._figures.counters

    @property
    def reconnects(self) -> int:
        """Times that the connection was made again."""
        with self._lock:
            return self._past_reconnects + (self._session.reconnects if self._session else 0)

    @property
    def state(self) -> str:
        """What the stream is doing (`live`, `offline`, …, docs/protocol.md), or `disconnected`."""
        with self._lock:
            is_connected, stream, _ = self._session.status if self._session else (False, None, None)
        return stream.state if is_connected and stream else "disconnected"

    @property
    def reason(self) -> str | None:
        """Why the stream is in its state, or not connected, in words; None where there is nothing to say."""
        with self._lock:
            reason = self._session.status[2] if self._session else None
        return None if reason is None else f"{reason.message} ({reason.code})"

    def clock(self) -> ClockEstimate | None:
        """(offset, error) of the server's clock against ours, in microseconds; None while it is not known."""
        with self._lock:
            return self._session.clock() if self._session else None

    def age_us(self, frame: Frame) -> int | None:
        """How old a frame is at this moment, in microseconds; None while the server's clock was never known."""
        with self._lock:
            return self._session.age_us(frame.capture_time_us) if self._session else None

    def start_stream(
        self, url: str, width: int | None = None, height: int | None = None, **settings: Any
    ) -> dict[str, Any]:
        """Has the server add this client's stream from `url`; settings are those of the API, such as `fps`.

        A stream of that name that is there already is left as it is. Needs the admin token where the server has one.
        Returns the stream as the API shows it. Raises StreamerError.
        """
        return self._api.start(url, {"width": width, "height": height, **settings})

    def stop_stream(self) -> None:
        """Has the server take this client's stream away. Raises StreamerError."""
        self._api.stop()

    def stats(self) -> dict[str, Any]:
        """What the server measured of this client's stream (docs/api.md). Raises StreamerError."""
        return self._api.stats()

    def get_frame(self, timeout: float = 5.0) -> Frame | None:
        """The stream's newest frame, over HTTP; waits up to `timeout` seconds for a source that has to be woken.

        None when there is none by then. Raises StreamerError for everything else. `latency_us` is None: one answer
        says nothing of the clocks; `for frame in client` does.
        """
        return self._api.frame(timeout)

    def _open_session(self) -> Session | None:
        """The session, which is connected first where there is none; None once the client is closed."""
        with self._connecting:
            with self._lock:
                if self._is_closed or self._session is not None:
                    return None if self._is_closed else self._session
                session = self._session = Session(self._options, self._figures)
            try:
                session.start()
            except BaseException:
                # Ctrl+C too: nothing may go on connecting.
                self._forget(session)
                raise
            return session

    def _forget(self, session: Session) -> None:
        """After an error: the next one who wants frames connects anew."""
        with self._lock:
            if self._session is session:
                self._session = None
                self._past_reconnects += session.reconnects
        session.close()

    def _start_over_after_fork(self) -> None:
        """The child has neither the thread nor, for sure, the locks; the connection is the parent's."""
        if self._session is not None:
            self._session.forget()
        self._session = None
        self._lock = threading.Lock()
        self._connecting = threading.Lock()
        self._figures = StreamFigures()


_CLIENTS: weakref.WeakSet[StreamClient] = weakref.WeakSet()


def _after_fork_in_child() -> None:
    for client in list(_CLIENTS):
        client._start_over_after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
