"""Which server a text names."""

from __future__ import annotations

import pytest

from frame_streamer import StreamClient, StreamerError
from frame_streamer import join as command
from frame_streamer.connector import host_and_port
from in_thread import InThread
from scripted_server import ScriptedServer


@pytest.mark.parametrize(
    ("server", "expected"),
    [
        ("machine-a", ("machine-a", 8000)),
        ("machine-a:18400", ("machine-a", 18400)),
        ("127.0.0.1", ("127.0.0.1", 8000)),
        ("127.0.0.1:65535", ("127.0.0.1", 65535)),
        ("::1", ("::1", 8000)),
        ("fe80::1%eth0", ("fe80::1%eth0", 8000)),
        ("[::1]", ("::1", 8000)),
        ("[::1]:18400", ("::1", 18400)),
        ("[fe80::1%eth0]:1", ("fe80::1%eth0", 1)),
    ],
)
def test_a_server_is_a_host_with_or_without_a_port(server: str, expected: tuple[str, int]) -> None:
    assert host_and_port(server, 8000) == expected


@pytest.mark.parametrize(
    "server",
    ["", ":8000", "a:", "a:b", "a:0", "a:65536", "a:-1", "a:1٣", "[::1", "[]:1", "[::1]8000", "http://a:1", "a/b:1"],
)
def test_what_is_no_server_is_refused(server: str) -> None:
    with pytest.raises(StreamerError, match="give host, host:port or") as error:
        host_and_port(server, 8000)
    assert error.value.code == "BAD_USAGE"
    with pytest.raises(StreamerError):
        StreamClient(server)


def test_client_and_command_connect_to_the_port_that_the_host_names(server: ScriptedServer) -> None:
    with StreamClient(f"127.0.0.1:{server.port}", "cam") as client:
        taken = InThread(client.take)
        server.welcome().send_frames(7)
        frame = taken.result()
        assert frame is not None and frame.sequence == 7
    ended = InThread(command.main, [f"127.0.0.1:{server.port}", "--name", "pi-1", "--once"])
    # It knows no benchmarks.
    assert server.welcome().hello["name"] == "pi-1"
    assert ended.result() == 1


def test_the_command_refuses_what_is_no_server(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["http://127.0.0.1:8080"]) == 2
    assert "BAD_USAGE" in capsys.readouterr().err
