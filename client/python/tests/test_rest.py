"""Requests of the client, with an HTTP server that answers what a test tells it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from frame_streamer import StreamClient, StreamerError
from scripted_server import JPEG

FRAME_HEADERS = {
    "X-Sequence": "42",
    "X-Width": "4",
    "X-Height": "2",
    "X-Capture-Time-Us": "1700000000000000",
    "X-Time-Source": "arrival",
}


class Api(HTTPServer):
    """Gives `answers` out one after the other and notes the requests."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: list[tuple[int, dict[str, str], bytes]] = []
        self.requests: list[tuple[str, str, Any, str | None]] = []

    def will_answer(self, status: int, content: Any, headers: dict[str, str] | None = None) -> None:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.answers.append((status, headers or {}, body))

    def client(self, stream: str | None = "cam", **options: Any) -> StreamClient:
        return StreamClient("127.0.0.1", stream, http_port=self.server_port, **options)


class _Handler(BaseHTTPRequestHandler):
    server: Api

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.requests.append(
            (self.command, self.path, json.loads(body) if body else None, self.headers.get("Authorization"))
        )
        status, headers, content = self.server.answers.pop(0)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_DELETE = _answer

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def api() -> Iterator[Api]:
    it = Api()
    thread = threading.Thread(target=it.serve_forever, args=(0.01,))
    thread.start()
    yield it
    it.shutdown()
    thread.join()
    it.server_close()


def problem(code: str, detail: str = "It is so.") -> dict[str, str]:
    return {"type": f"urn:frame-streamer:error:{code}", "title": "A problem.", "code": code, "detail": detail}


def test_start_stream_adds_it(api: Api) -> None:
    api.will_answer(201, {"name": "cam"})
    started = api.client(token="s3cret").start_stream("rtsp://192.0.2.1/a", 640, 480, fps=10)
    assert started == {"name": "cam"}
    body = {"stream_id": "cam", "rtsp_url": "rtsp://192.0.2.1/a", "width": 640, "height": 480, "fps": 10}
    assert api.requests == [("POST", "/api/streams", body, "Bearer s3cret")]


def test_start_stream_takes_one_that_is_there(api: Api) -> None:
    api.will_answer(409, problem("STREAM_EXISTS"))
    api.will_answer(200, {"name": "cam", "state": "live"})
    assert api.client().start_stream("rtsp://192.0.2.1/a")["state"] == "live"
    assert [request[:3] for request in api.requests][1] == ("GET", "/api/streams/cam", None)


def test_start_stream_needs_a_name(api: Api) -> None:
    with pytest.raises(StreamerError, match="BAD_USAGE"):
        api.client(stream=None).start_stream("rtsp://192.0.2.1/a")


def test_problems_are_raised_with_their_code(api: Api) -> None:
    api.will_answer(403, problem("FORBIDDEN", "That needs the admin\x1b token."))
    with pytest.raises(StreamerError) as caught:
        api.client().start_stream("rtsp://192.0.2.1/a")
    assert str(caught.value) == "That needs the admin\ufffd token. (FORBIDDEN)"
    assert caught.value.from_server


def test_stop_stream(api: Api) -> None:
    api.will_answer(204, b"")
    api.client().stop_stream()
    assert api.requests == [("DELETE", "/api/streams/cam", None, None)]


def test_stats_of_the_first_stream(api: Api) -> None:
    api.will_answer(200, {"streams": [{"name": "door"}, {"name": "yard"}]})
    api.will_answer(200, {"fps": 30})
    assert api.client(stream=None).stats() == {"fps": 30}
    assert [path for _, path, _, _ in api.requests] == ["/api/streams", "/api/streams/door/stats"]


def test_without_any_stream_there_is_no_first(api: Api) -> None:
    api.will_answer(200, {"streams": []})
    with pytest.raises(StreamerError, match="UNKNOWN_STREAM"):
        api.client(stream=None).get_frame()


def test_get_frame(api: Api) -> None:
    api.will_answer(200, JPEG, FRAME_HEADERS)
    frame = api.client().get_frame(timeout=2)
    assert frame is not None
    assert (frame.stream, frame.sequence, frame.width, frame.height) == ("cam", 42, 4, 2)
    assert (frame.jpeg, frame.capture_time_us, frame.time_source) == (JPEG, 1700000000000000, "arrival")
    assert (frame.latency_us, frame.error_us) == (None, None)
    assert api.requests[0][1] == "/api/streams/cam/frame?timeout=2.000"


def test_get_frame_is_none_where_there_is_none(api: Api) -> None:
    api.will_answer(503, problem("NO_FRAME"), {"Retry-After": "1"})
    assert api.client().get_frame(timeout=1e9) is None
    assert api.requests[0][1] == "/api/streams/cam/frame?timeout=60.000"


@pytest.mark.parametrize(
    ("status", "content"),
    [(200, b"<html>"), (200, b"[]"), (500, b"oops"), (500, b'"x"'), (502, b"{}")],
)
def test_who_answers_otherwise_is_no_frame_streamer(api: Api, status: int, content: bytes) -> None:
    for request in (StreamClient.stats, StreamClient.get_frame):
        api.will_answer(status, content)
        with pytest.raises(StreamerError, match=r"is http_port right\?.*CONNECT_FAILED"):
            request(api.client())


def test_a_redirect_does_not_get_the_token(api: Api) -> None:
    api.will_answer(302, b"", {"Location": f"http://localhost:{api.server_port}/elsewhere"})
    with pytest.raises(StreamerError, match="HTTP 302"):
        api.client(token="s3cret").stats()
    assert len(api.requests) == 1


def test_a_server_that_is_away(api: Api) -> None:
    client = api.client()
    api.server_close()
    with pytest.raises(StreamerError, match="CONNECT_FAILED"):
        client.stats()


def test_a_proxy_of_the_environment_is_not_asked(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://192.0.2.1:9")
    api.will_answer(200, {"fps": 1})
    assert api.client().stats() == {"fps": 1}


def test_a_picture_that_is_none(api: Api) -> None:
    api.will_answer(200, JPEG, FRAME_HEADERS)
    frame = api.client().get_frame()
    assert frame is not None
    with pytest.raises(StreamerError, match=r"Frame 42 of cam.*BAD_JPEG"):
        _ = frame.image
