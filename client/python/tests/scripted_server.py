"""A server of the protocol that does what a test tells it, over a real socket of loopback."""

from __future__ import annotations

import contextlib
import socket
import struct
from typing import Any

from frame_streamer.wire import FROM_CLIENT, Fields, Parser, encode

#: The least that a client takes for a whole JPEG.
JPEG = b"\xff\xd8\xff\xd9"
#: A test that waits longer for the client has found a defect.
_PATIENCE_S = 20.0


def stream(stream_id: int = 1, name: str = "cam", start_time_us: int = 1000, state: str = "live") -> Fields:
    return {
        "id": stream_id,
        "name": name,
        "width": 4,
        "height": 2,
        "fps": 30,
        "timeSource": "arrival",
        "startTimeUs": start_time_us,
        "encoding": {"mode": "encoded", "reason": "it is a test"},
        "state": state,
    }


def welcome(*streams: Fields, stats_interval_ms: int = 3_600_000) -> Fields:
    known = list(streams) or [stream()]
    return {
        "version": 1,
        "sessionId": "s-1",
        "statsIntervalMs": stats_interval_ms,
        "streams": known,
        "subscribed": [known[0]["id"]],
    }


def frame(sequence: int, stream_id: int = 1, flags: int = 0, jpeg: bytes = JPEG, **fields: Any) -> Fields:
    offsets = ("decoded", "processed", "encodeStart", "encoded", "published")
    return {
        "streamId": stream_id,
        "format": 1,
        "timeSource": "arrival",
        "sequence": sequence,
        "captureTimeUs": 5000,
        **{f"{name}OffsetUs": 0 for name in offsets},
        "clockErrorUs": 0,
        "width": 4,
        "height": 2,
        "flags": flags,
        "jpeg": jpeg,
        **fields,
    }


class ScriptedServer:
    """Listens on a free port, or on one given."""

    def __init__(self, port: int = 0) -> None:
        self._listener = socket.create_server(("127.0.0.1", port))
        self._listener.settimeout(_PATIENCE_S)
        self.port: int = self._listener.getsockname()[1]

    def accept(self) -> Peer:
        """The next client, whatever it says."""
        sock, _ = self._listener.accept()
        return Peer(sock)

    def welcome(self, fields: Fields | None = None) -> Peer:
        """The next client, answered with WELCOME."""
        peer = self.accept()
        peer.hello = peer.expect("HELLO")
        peer.send("WELCOME", fields or welcome())
        return peer

    def close(self) -> None:
        self._listener.close()


class Peer:
    """A client as the server sees it. Pings are answered only where a test does so, with `answer_ping`."""

    def __init__(self, sock: socket.socket) -> None:
        sock.settimeout(_PATIENCE_S)
        self._socket = sock
        self._parser = Parser(FROM_CLIENT)
        self._messages: list[tuple[str, Fields]] = []
        #: What it said first.
        self.hello: Fields = {}

    def send(self, name: str, fields: Fields) -> None:
        self.send_bytes(encode(name, fields))

    def send_bytes(self, data: bytes) -> None:
        self._socket.sendall(data)

    def send_frames(self, *sequences: int, stream_id: int = 1) -> None:
        """In one piece."""
        self.send_bytes(b"".join(encode("FRAME", frame(sequence, stream_id=stream_id)) for sequence in sequences))

    def expect(self, name: str) -> Fields:
        """The next message of that name; others before it are passed over."""
        while True:
            said, fields = self.receive()
            if said == name:
                return fields

    def receive(self) -> tuple[str, Fields]:
        """The next message. Raises EOFError at the end."""
        while not self._messages:
            data = self._socket.recv(65_536)
            if not data:
                raise EOFError
            self._messages.extend(self._parser.feed(data))
        return self._messages.pop(0)

    def answer_ping(self, offset_us: int = 0) -> None:
        """Answers the next PING, `offset_us` ahead of the client's clock."""
        t0_us = self.expect("PING")["t0Us"]
        self.send("PONG", {"t0Us": t0_us, "t1Us": t0_us + offset_us, "t2Us": t0_us + offset_us})

    def settle(self) -> list[Fields]:
        """Waits until the client has taken in all that was sent to it; returns the ACKs that it sent before that."""
        self.send("PING", {"t0Us": 1})
        acks = []
        while True:
            name, fields = self.receive()
            if name == "ACK":
                acks.append(fields)
            if name == "PONG":
                return acks

    def until_end(self) -> list[str]:
        """Names of what the client says until it closes."""
        names = []
        with contextlib.suppress(EOFError, ConnectionResetError):
            while True:
                names.append(self.receive()[0])
        return names

    def cut(self) -> None:
        """Ends the connection as a server that is killed does."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()

    def close(self) -> None:
        self._socket.close()
