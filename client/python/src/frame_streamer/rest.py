"""The server's REST API (docs/api.md)."""

from __future__ import annotations

import json
import ssl
import urllib.error
import urllib.parse
import urllib.request
from email.message import Message
from typing import Any

from .errors import StreamerError

_MAX_ANSWER_BYTES = 64 * 1024 * 1024


class RestApi:
    """Requests to one server; `token` is the admin token where something is to be changed."""

    def __init__(self, base_url: str, token: str | None, tls: ssl.SSLContext | None) -> None:
        self._base_url = base_url
        self._token = token
        # Proxies of the environment are for the internet, not for a server that was named by its address.
        handlers: list[urllib.request.BaseHandler] = [urllib.request.ProxyHandler({})]
        if tls is not None:
            handlers.append(urllib.request.HTTPSHandler(context=tls))
        self._opener = urllib.request.build_opener(*handlers)

    def json(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """What the server answers; None where that is nothing. Raises StreamerError with the code of the problem."""
        _, content = self.request(method, path, body)
        return json.loads(content) if content else None

    def request(
        self, method: str, path: str, body: dict[str, Any] | None = None, timeout_s: float = 15.0
    ) -> tuple[Message, bytes]:
        """Headers and body of an answer. Raises StreamerError."""
        request = urllib.request.Request(self._base_url + path, method=method)
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        if self._token is not None:
            request.add_header("Authorization", f"Bearer {self._token}")
        try:
            with self._opener.open(request, timeout=timeout_s) as answer:
                return answer.headers, answer.read(_MAX_ANSWER_BYTES)
        except urllib.error.HTTPError as error:
            with error:
                raise _problem(error) from None
        except (TimeoutError, OSError) as error:
            reason = getattr(error, "reason", error)
            raise StreamerError("CONNECT_FAILED", f"Cannot reach {self._base_url}: {reason}.") from error


def stream_path(name: str) -> str:
    """Path of a stream in the API."""
    return f"/api/streams/{urllib.parse.quote(name, safe='')}"


def _problem(error: urllib.error.HTTPError) -> StreamerError:
    """A problem document (RFC 9457) as an error; what answers otherwise is no frame-streamer."""
    try:
        problem = json.loads(error.read(65_536))
        return StreamerError(str(problem["code"]), str(problem["detail"]))
    except (ValueError, KeyError, TypeError):
        return StreamerError("CONNECT_FAILED", f"HTTP {error.code} without a problem document; is the port right?")
