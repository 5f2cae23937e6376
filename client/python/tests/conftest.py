"""What several tests need."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from frame_streamer import StreamClient
from scripted_server import ScriptedServer


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    it = ScriptedServer()
    yield it
    it.close()


@pytest.fixture
def make_client(server: ScriptedServer) -> Iterator[Callable[..., StreamClient]]:
    """Makes clients of the server, which end with the test."""
    clients = []

    def make(stream: str | None = "cam", **options: Any) -> StreamClient:
        clients.append(StreamClient("127.0.0.1", stream, **{"port": server.port, **options}))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


@pytest.fixture(autouse=True)
def short_goodbyes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The servers of these tests do not close when a client says goodbye, and it would wait for that."""
    monkeypatch.setattr("frame_streamer.channel._LINGER_S", 0.05)


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Attempts to connect follow each other at once; holds the waits there would have been."""
    waits: list[float] = []

    def next_delay_s(_backoff: object) -> float:
        waits.append(0.0)
        return 0.0

    monkeypatch.setattr("frame_streamer.backoff.Backoff.next_delay_s", next_delay_s)
    return waits
