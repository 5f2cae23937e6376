"""Connects to a server, over TCP or TLS."""

from __future__ import annotations

import re
import socket
import ssl
from dataclasses import dataclass

from .errors import StreamerError

CONNECT_TIMEOUT_S = 5.0
_MAX_PORT = 65_535
_SERVER = re.compile(r"(?:\[([0-9A-Fa-f:.%\w]+)\]|([^:/\[\]]+))(?::([0-9]{1,5}))?")


@dataclass(frozen=True)
class Address:
    """Where the server is; without a TLS context it is spoken to in the clear."""

    host: str
    port: int
    tls: ssl.SSLContext | None

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def host_and_port(server: str, port: int) -> tuple[str, int]:
    """What `host`, `host:port`, `[IPv6]:port` or an IPv6 address alone names; `port` is that of one that names none.

    Raises StreamerError BAD_USAGE.
    """
    if server.count(":") > 1 and "[" not in server and "/" not in server:
        return server, port
    parts = _SERVER.fullmatch(server)
    if parts is None or not 0 < int(parts[3] or port) <= _MAX_PORT:
        raise StreamerError("BAD_USAGE", f"{server!r} is no server: give host, host:port or [IPv6 address]:port.")
    return parts[1] or parts[2], int(parts[3] or port)


def tls_context(tls: bool | str | ssl.SSLContext) -> ssl.SSLContext | None:
    """What `tls` of a client stands for. Raises StreamerError BAD_CERTIFICATE."""
    if isinstance(tls, ssl.SSLContext):
        return tls
    if tls is False:
        return None
    try:
        return ssl.create_default_context(cafile=None if tls is True else tls)
    except (OSError, ValueError) as error:
        raise StreamerError("BAD_CERTIFICATE", f"Cannot read the certificate {tls}: {error}.") from error


def connect(address: Address) -> socket.socket:
    """Raises StreamerError CONNECT_FAILED, CONNECT_TIMEOUT or UNTRUSTED_CERTIFICATE."""
    try:
        sock = socket.create_connection((address.host, address.port), timeout=CONNECT_TIMEOUT_S)
    except (TimeoutError, socket.timeout) as error:
        raise connect_timeout(address) from error
    except (OSError, OverflowError, UnicodeError) as error:
        raise StreamerError("CONNECT_FAILED", f"Cannot connect to {address}: {_reason(error)}.") from error
    try:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        if address.tls is not None:
            sock = address.tls.wrap_socket(sock, server_hostname=address.host)
    except BaseException as error:
        sock.close()
        if not isinstance(error, (OSError, ValueError)):
            raise
        raise tls_failure(address, error) from error
    return sock


def connect_timeout(address: Address) -> StreamerError:
    """Nobody answered."""
    return StreamerError("CONNECT_TIMEOUT", f"{address} did not answer within 5 seconds; is the address right?")


def tls_failure(address: object, error: BaseException) -> StreamerError:
    """What went wrong with TLS, in words."""
    if isinstance(error, ssl.SSLCertVerificationError):
        message = f"{address} is not trusted: {error.verify_message}. Give its authority with tls='ca.pem'."
        return StreamerError("UNTRUSTED_CERTIFICATE", message)
    if isinstance(error, (TimeoutError, socket.timeout)):
        return StreamerError("CONNECT_TIMEOUT", f"{address} did not answer within 5 seconds; does it speak TLS?")
    return StreamerError("CONNECT_FAILED", f"{address} does not speak TLS: {error}.")


def _reason(error: Exception) -> str:
    if isinstance(error, ConnectionRefusedError):
        return "no server listens there; start streamer-server"
    if isinstance(error, (socket.gaierror, UnicodeError)):
        return "the name cannot be resolved"
    return getattr(error, "strerror", None) or str(error)
