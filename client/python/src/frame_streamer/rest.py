"""Requests to the server's REST API (docs/api.md)."""

from __future__ import annotations

import http.client
import json
import ssl
import urllib.error
import urllib.request
from email.message import Message
from typing import IO, Any

from .connector import tls_failure
from .control import to_printable
from .errors import StreamerError

_MAX_ANSWER_BYTES = 64 * 1024 * 1024
_TIMEOUT_S = 15.0


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """The API redirects nowhere, and the token must not follow one who does."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Message, newurl: str
    ) -> None:
        return None


class RestApi:
    """Requests to one server; `token` is the admin token where something is to be changed. For any thread."""

    def __init__(self, base_url: str, token: str | None, tls: ssl.SSLContext | None) -> None:
        self._base_url = base_url
        self._token = token
        # Proxies of the environment are for the internet, not for a server that was named by its address.
        handlers: list[urllib.request.BaseHandler] = [urllib.request.ProxyHandler({}), _NoRedirects()]
        if tls is not None:
            handlers.append(urllib.request.HTTPSHandler(context=tls))
        self._opener = urllib.request.build_opener(*handlers)

    def json(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """The object that the server answers with. Raises StreamerError with the code of the problem."""
        _, content = self.request(method, path, body)
        try:
            answer = json.loads(content)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise StreamerError("CONNECT_FAILED", f"{self._base_url} does not answer in JSON; is http_port right?")
        return answer

    def request(
        self, method: str, path: str, body: dict[str, Any] | None = None, timeout_s: float = _TIMEOUT_S
    ) -> tuple[Message, bytes]:
        """Headers and body of an answer. Raises StreamerError."""
        try:
            with self._opener.open(self._request(method, path, body), timeout=timeout_s) as answer:
                content: bytes = answer.read(_MAX_ANSWER_BYTES + 1)
                if len(content) > _MAX_ANSWER_BYTES:
                    raise StreamerError("CONNECT_FAILED", f"{self._base_url} answers with more than 64 MiB.")
                return answer.headers, content
        except urllib.error.HTTPError as error:
            with error:
                raise self._problem(error) from None
        except (OSError, http.client.HTTPException) as error:
            raise self._failure(error) from error

    def _request(self, method: str, path: str, body: dict[str, Any] | None) -> urllib.request.Request:
        request = urllib.request.Request(self._base_url + path, method=method)
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        if self._token is not None:
            request.add_header("Authorization", f"Bearer {self._token}")
        return request

    def _problem(self, error: urllib.error.HTTPError) -> StreamerError:
        """A problem document (RFC 9457) as an error; who answers otherwise is no frame-streamer."""
        try:
            problem = json.loads(error.read(65_536))
            code, detail = str(problem["code"]), to_printable(str(problem["detail"]))
        except (ValueError, KeyError, TypeError, OSError, http.client.HTTPException):
            message = f"{self._base_url} answers HTTP {error.code}, not as frame-streamer does; is http_port right?"
            return StreamerError("CONNECT_FAILED", message)
        return StreamerError(code, detail, from_server=True)

    def _failure(self, error: Exception) -> StreamerError:
        reason = error.reason if isinstance(error, urllib.error.URLError) else error
        if isinstance(reason, ssl.SSLError):
            return tls_failure(self._base_url, reason)
        if isinstance(reason, TimeoutError):
            return StreamerError("CONNECT_TIMEOUT", f"{self._base_url} did not answer in time.")
        words = getattr(reason, "strerror", None) or reason
        return StreamerError("CONNECT_FAILED", f"Cannot reach {self._base_url}: {words}.")
