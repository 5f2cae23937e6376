"""What the REST API does for one stream."""

from __future__ import annotations

from collections.abc import Mapping
from email.message import Message
from typing import Any
from urllib.parse import quote

from .clock import now_us
from .errors import StreamerError
from .frame import Frame
from .rest import RestApi

#: The longest wait that the server grants.
_MAX_TIMEOUT_S = 60.0
#: What an answer may take beyond the wait that was asked for.
_ANSWER_S = 10.0


class StreamApi:
    """Adds one stream, looks at it and takes it away. Without a name it is the server's first one."""

    def __init__(self, rest: RestApi, stream: str | None) -> None:
        self._rest = rest
        self._stream = stream

    def start(self, url: str, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Adds the stream, where it is not there already. Settings that are None are left out. Raises StreamerError."""
        if self._stream is None:
            raise StreamerError("BAD_USAGE", "Name the stream: StreamClient(host, 'cam1').")
        chosen = {key: value for key, value in settings.items() if value is not None}
        try:
            return self._rest.json("POST", "/api/streams", {"stream_id": self._stream, "rtsp_url": url, **chosen})
        except StreamerError as error:
            if error.code != "STREAM_EXISTS":
                raise
        return self._rest.json("GET", _path(self._stream))

    def stop(self) -> None:
        """Takes the stream away. Raises StreamerError."""
        self._rest.request("DELETE", _path(self._name()))

    def stats(self) -> dict[str, Any]:
        """What the server measured of the stream. Raises StreamerError."""
        return self._rest.json("GET", f"{_path(self._name())}/stats")

    def frame(self, timeout_s: float) -> Frame | None:
        """The newest frame; None when there was none in time. Raises StreamerError."""
        name = self._name()
        wait_s = min(_MAX_TIMEOUT_S, max(0.0, timeout_s))
        try:
            headers, jpeg = self._rest.request(
                "GET", f"{_path(name)}/frame?timeout={wait_s:.3f}", timeout_s=wait_s + _ANSWER_S
            )
        except StreamerError as error:
            if error.code == "NO_FRAME":
                return None
            raise
        return _frame_from(name, headers, jpeg)

    def _name(self) -> str:
        if self._stream is not None:
            return self._stream
        streams = self._rest.json("GET", "/api/streams").get("streams")
        if not isinstance(streams, list):
            raise StreamerError("CONNECT_FAILED", "The answer has no streams; is http_port right?")
        if not streams:
            raise StreamerError("UNKNOWN_STREAM", "The server has no stream.")
        return str(streams[0]["name"])


def _path(name: str) -> str:
    return f"/api/streams/{quote(name, safe='')}"


def _frame_from(name: str, headers: Message, jpeg: bytes) -> Frame:
    try:
        return Frame(
            stream=name,
            sequence=int(headers["X-Sequence"]),
            width=int(headers["X-Width"]),
            height=int(headers["X-Height"]),
            jpeg=jpeg,
            capture_time_us=int(headers["X-Capture-Time-Us"]),
            time_source=str(headers["X-Time-Source"]),
            received_time_us=now_us(),
            latency_us=None,
            error_us=None,
        )
    except (TypeError, ValueError) as error:
        raise StreamerError(
            "CONNECT_FAILED", "The answer is no frame of frame-streamer; is http_port right?"
        ) from error
