"""The client that programs use."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Iterator
from types import TracebackType
from typing import Any

from .backoff import Backoff
from .clock import now_us
from .connection import Address, Connection
from .counters import Counters
from .errors import StreamerError
from .frame import Frame
from .rest import RestApi, stream_path

#: A connection that held this long is taken as healthy: the next outage starts the backoff afresh.
_STABLE_S = 10.0
#: A frame that waited longer for the loop is old, and the server has a newer one by then.
_STALE_US = 100_000
_FRESH_WAIT_S = 0.1
_POLL_S = 0.5


class StreamClient:
    """Frames of one stream, with their age; and the requests to add it, look at it and take it away.

    ::

        with StreamClient("machine-a", "door") as client:
            for frame in client:
                show(frame.image, frame.latency_us, frame.error_us)

    The loop sets the pace: a frame is acknowledged when the loop takes it, so a slow loop gets fewer frames, never old
    ones. A connection that worked and broke is made again, with growing, jittered waits.

    :param host: name or address of the server
    :param stream: name of the stream; the server's first one by default
    :param port: port of the protocol
    :param http_port: port of the API, for `start_stream`, `get_frame` and the like
    :param token: what the server wants to know to let somebody in; the admin token where something is to be changed
    :param tls: True, or the path of the authority's certificate, to speak TLS on both ports
    :param policy: what the server does with frames this program cannot take: `latest`, `queue:N` or `every`
    :param max_fps: ask for at most so many frames a second
    :param name: how the server calls this client
    :param reconnect: whether to connect again when a connection that worked breaks
    """

    def __init__(
        self,
        host: str,
        stream: str | None = None,
        *,
        port: int = 8000,
        http_port: int = 8080,
        token: str | None = None,
        tls: bool | str = False,
        policy: str = "latest",
        max_fps: float | None = None,
        name: str = "python",
        reconnect: bool = True,
    ) -> None:
        context = None
        if tls is not False:
            context = ssl.create_default_context(cafile=tls if isinstance(tls, str) else None)
        self._address = Address(host, port, token, context)
        shown_host = f"[{host}]" if ":" in host else host
        base_url = f"{'http' if context is None else 'https'}://{shown_host}:{http_port}"
        self._rest = RestApi(base_url, token, context)
        self._stream = stream
        self._subscription: dict[str, Any] = {"policy": policy}
        if max_fps is not None:
            self._subscription["maxFps"] = max_fps
        self._is_latest = policy == "latest"
        self._name = name
        self._reconnect = reconnect
        self._closed = threading.Event()
        self._connection: Connection | None = None
        #: Frames received, lost and skipped, and bytes, over all connections.
        self.counters = Counters()
        #: Times that the connection was made again.
        self.reconnects = 0

    def __enter__(self) -> StreamClient:
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _value: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __iter__(self) -> Iterator[Frame]:
        """Frames as they come, until `close`.

        Raises StreamerError when the first connection cannot be made, and for what connecting again would not change.
        """
        backoff = Backoff()
        while not self._closed.is_set():
            started_s = time.monotonic()
            try:
                yield from self._frames()
                return
            except StreamerError as error:
                if self._closed.is_set():
                    return
                has_worked = self._connection is not None or self.reconnects > 0
                self._drop_connection()
                if error.is_final or not self._reconnect or not has_worked:
                    raise
            if time.monotonic() - started_s > _STABLE_S:
                backoff.reset()
            self.reconnects += 1
            self._closed.wait(backoff.next_delay_s())

    def connect(self) -> None:
        """Connects now rather than with the first frame. Raises StreamerError."""
        if self._connection is None:
            subscription = (
                self._subscription if self._stream is None else {**self._subscription, "stream": self._stream}
            )
            self._connection = Connection.open(self._address, subscription, self._name, self.counters)

    def close(self) -> None:
        """Says goodbye; a running loop ends. May be called from another thread, and more than once."""
        self._closed.set()
        self._drop_connection()

    def clock(self) -> tuple[int, int] | None:
        """(offset, error) of the server's clock against ours, in microseconds; None while it is not known."""
        return self._connection.clock() if self._connection else None

    def start_stream(
        self, url: str, width: int | None = None, height: int | None = None, **settings: Any
    ) -> dict[str, Any]:
        """Has the server add this client's stream from `url`; settings are those of the API, such as `fps` or `quality`.

        A stream of that name that is there already is left as it is. Needs the admin token where the server has one.
        Returns the stream as the API shows it. Raises StreamerError.
        """
        if self._stream is None:
            raise StreamerError("BAD_USAGE", "Name the stream: StreamClient(host, 'cam1').")
        body: dict[str, Any] = {"stream_id": self._stream, "rtsp_url": url, **settings}
        if width is not None:
            body["width"] = width
        if height is not None:
            body["height"] = height
        try:
            started = self._rest.json("POST", "/api/streams", body)
        except StreamerError as error:
            if error.code != "STREAM_EXISTS":
                raise
            started = self._rest.json("GET", stream_path(self._stream))
        return dict(started)

    def stop_stream(self) -> None:
        """Has the server take this client's stream away. Raises StreamerError."""
        self._rest.request("DELETE", stream_path(self._stream_name()))

    def stats(self) -> dict[str, Any]:
        """What the server measured of this client's stream (docs/api.md). Raises StreamerError."""
        return dict(self._rest.json("GET", f"{stream_path(self._stream_name())}/stats"))

    def get_frame(self, timeout: float = 5.0) -> Frame | None:
        """The stream's newest frame, over HTTP; waits up to `timeout` seconds for a source that has to be woken.

        None when there is none by then. Raises StreamerError for everything else. `latency_us` is None: one answer
        says nothing of the clocks; `for frame in client` does.
        """
        name = self._stream_name()
        path = f"{stream_path(name)}/frame?timeout={min(60.0, max(0.0, timeout)):g}"
        try:
            headers, jpeg = self._rest.request("GET", path, timeout_s=timeout + 10)
        except StreamerError as error:
            if error.code == "NO_FRAME":
                return None
            raise
        return Frame(
            stream=name,
            sequence=int(headers["X-Sequence"]),
            width=int(headers["X-Width"]),
            height=int(headers["X-Height"]),
            jpeg=jpeg,
            capture_time_us=int(headers["X-Capture-Time-Us"]),
            time_source=headers["X-Time-Source"],
            received_time_us=now_us(),
            latency_us=None,
            error_us=None,
        )

    def _stream_name(self) -> str:
        """The stream's name; asks the server for its first one where none was given."""
        if self._stream is not None:
            return self._stream
        streams = self._rest.json("GET", "/api/streams")["streams"]
        if not streams:
            raise StreamerError("UNKNOWN_STREAM", "There is no stream at all.")
        return str(streams[0]["name"])

    def _frames(self) -> Iterator[Frame]:
        self.connect()
        while not self._closed.is_set() and self._connection is not None:
            frame = self._connection.take(_POLL_S, newest=self._is_latest)
            if frame is None:
                continue
            if self._is_latest and now_us() - frame.received_time_us > _STALE_US:
                # It waited because the loop was busy; its credit brings a newer one.
                frame = self._connection.take(_FRESH_WAIT_S, newest=True) or frame
            yield frame

    def _drop_connection(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
