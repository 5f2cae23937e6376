"""A connected socket that one thread works on and any thread may send to."""

from __future__ import annotations

import contextlib
import os
import selectors
import socket
import ssl
import threading
import time

_RECEIVE_BYTES = 1 << 18
#: A server that reads takes our few small messages at once.
_MAX_OUTGOING_BYTES = 1 << 18
#: How long the last message may take to leave.
_LINGER_S = 1.0

# Not epoll: its state is shared with the children of a fork, who must not touch the connection of their parent.
_Selector: type[selectors.PollSelector] | type[selectors.SelectSelector] = getattr(
    selectors, "PollSelector", selectors.SelectSelector
)


class Channel:
    """Bytes in both directions. The socket is never touched by two threads, which TLS does not allow, and never blocks.

    `send` may be called by any thread; `exchange` and `close` belong to the one that works.
    """

    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        self._socket = sock
        self._lock = threading.Lock()
        self._outgoing = bytearray()
        self._is_open = True
        self._is_overfull = False
        self._pid = os.getpid()
        self._wake_reader, self._wake_writer = socket.socketpair()
        self._wake_reader.setblocking(False)
        self._wake_writer.setblocking(False)
        self._selector = _Selector()
        self._selector.register(self._wake_reader, selectors.EVENT_READ)
        self._selector.register(sock, selectors.EVENT_READ)

    def send(self, message: bytes) -> None:
        """Sends a message soon; nothing once the channel is closed."""
        with self._lock:
            if not self._is_open or self._is_overfull:
                return
            must_wake = not self._outgoing
            self._outgoing += message
            # Told to the thread that works, since whoever sends is not interested.
            self._is_overfull = len(self._outgoing) > _MAX_OUTGOING_BYTES
        if must_wake:
            self.wake()

    def wake(self) -> None:
        """Makes a running `exchange` return."""
        # A full pipe wakes as well, and a closed one has nobody to wake.
        with contextlib.suppress(OSError):
            self._wake_writer.send(b"\0")

    def exchange(self, timeout_s: float) -> bytes | None:
        """Sends what waits and returns what came: None when nothing did in that time, empty when the server is done.

        Raises OSError when the connection is broken.
        """
        self._flush()
        data = self._receive()
        if data is not None:
            return data
        self._wait(timeout_s)
        self._flush()
        return self._receive()

    def close(self, last_message: bytes = b"") -> None:
        """Sends what waits and a last message, as far as that is possible within a second, and closes."""
        with self._lock:
            self._is_open = False
            self._outgoing += last_message
        if last_message:
            with contextlib.suppress(OSError, ValueError):
                self._linger()
        self.forget()

    def forget(self) -> None:
        """Closes without a word: what a fork has to do with the connection of its parent."""
        for sock in (self._socket, self._wake_reader, self._wake_writer):
            with contextlib.suppress(OSError):
                sock.close()
        self._selector.close()

    def _linger(self) -> None:
        deadline_s = time.monotonic() + _LINGER_S
        while self._outgoing and time.monotonic() < deadline_s:
            self._flush()
            if self._outgoing:
                self._wait(deadline_s - time.monotonic())
        self._socket.shutdown(socket.SHUT_WR)
        # Closed with bytes unread, a socket is reset, and the server might never see what was sent last.
        while self._receive() != b"" and time.monotonic() < deadline_s:
            self._wait(deadline_s - time.monotonic())

    def _wait(self, timeout_s: float) -> None:
        interest = selectors.EVENT_READ | (selectors.EVENT_WRITE if self._outgoing else 0)
        self._selector.modify(self._socket, interest)
        self._selector.select(max(0.0, timeout_s))
        with contextlib.suppress(BlockingIOError):
            self._wake_reader.recv(4096)

    def _flush(self) -> None:
        if self._is_overfull:
            raise OSError("the server does not read")
        with self._lock, contextlib.suppress(BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            while self._outgoing:
                del self._outgoing[: self._socket.send(self._outgoing)]

    def _receive(self) -> bytes | None:
        try:
            return self._socket.recv(_RECEIVE_BYTES)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return None
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            return b""
