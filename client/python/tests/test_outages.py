"""Connections that fail, break and come back; servers that lie."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from frame_streamer import StreamClient, StreamerError
from frame_streamer.backoff import Backoff
from in_thread import InThread
from scripted_server import Peer, ScriptedServer, stream, welcome

MakeClient = Callable[..., StreamClient]


def connect(server: ScriptedServer, client: StreamClient) -> Peer:
    peer = InThread(server.welcome)
    client.connect()
    return peer.result()


def error_of(client: StreamClient) -> StreamerError:
    with pytest.raises(StreamerError) as caught:
        next(client)
    return caught.value


def test_the_first_connection_must_succeed(no_waiting: list[float]) -> None:
    server = ScriptedServer()
    server.close()
    with StreamClient("127.0.0.1", port=server.port) as client:
        error = error_of(client)
        assert (error.code, error.is_final) == ("CONNECT_FAILED", False)
        assert "no server listens there" in str(error)
        # The next one who asks tries again.
        again = ScriptedServer(server.port)
        peer = connect(again, client)
        peer.send_frames(1)
        assert next(client).sequence == 1
        again.close()
    assert no_waiting == []


@pytest.mark.parametrize("code", ["BAD_TOKEN", "SERVER_FULL", "SOMETHING_OF_TOMORROW"])
def test_a_refusal_of_the_first_connection_is_raised(
    server: ScriptedServer, make_client: MakeClient, no_waiting: list[float], code: str
) -> None:
    client = make_client()
    InThread(lambda: server.accept().send("ERROR", {"code": code, "message": "Not you."}))
    error = error_of(client)
    assert (error.code, str(error), error.from_server) == (code, f"Not you. ({code})", True)
    assert no_waiting == []


def test_an_outage_is_survived_and_counted_on(
    server: ScriptedServer, make_client: MakeClient, no_waiting: list[float]
) -> None:
    client = make_client()
    peer = connect(server, client)
    peer.send_frames(10)
    assert next(client).sequence == 10
    peer.expect("ACK")
    peer.cut()
    again = server.welcome()
    again.send_frames(14)
    assert next(client).sequence == 14
    assert (client.counters.received, client.counters.lost, client.reconnects) == (2, 3, 1)
    assert again.expect("ACK")["sequence"] == 14
    assert len(no_waiting) == 1


def test_a_server_that_was_restarted_counts_from_its_beginning(
    server: ScriptedServer, make_client: MakeClient, no_waiting: list[float]
) -> None:
    client = make_client()
    peer = connect(server, client)
    peer.send_frames(1000)
    next(client)
    peer.close()
    again = server.welcome(welcome(stream(7, start_time_us=2000)))
    again.send("STREAM", {"event": "changed", "stream": stream(7, start_time_us=2000)})
    again.send_frames(0, 2, stream_id=7)
    # Both may have come before the first is asked for, and nothing is acknowledged that nobody took.
    next(client)
    while client.counters.received < 3:
        next(client)
    assert (client.counters.lost, client.reconnects) == (1, 1)
    assert again.expect("ACK")["streamId"] == 7


def test_frames_that_came_before_an_outage_can_still_be_taken(
    server: ScriptedServer, make_client: MakeClient, no_waiting: list[float]
) -> None:
    client = make_client(policy="queue:9")
    peer = connect(server, client)
    peer.send_frames(1, 2)
    peer.settle()
    peer.cut()
    again = server.welcome()
    again.send_frames(3)
    again.settle()
    assert [next(client).sequence for _ in range(3)] == [1, 2, 3]
    # Credit of another connection would be a lie here.
    assert [ack["sequence"] for ack in again.settle()] == [3]


@pytest.mark.parametrize("code", ["SERVER_CLOSING", "IDLE_TIMEOUT", "TOO_FAR_BEHIND", "SOMETHING_OF_TOMORROW"])
def test_it_comes_back_after_what_is_not_final(
    server: ScriptedServer, make_client: MakeClient, no_waiting: list[float], code: str
) -> None:
    client = make_client()
    connect(server, client).send("BYE", {"code": code, "message": "Later."})
    server.welcome().send_frames(1)
    assert next(client).sequence == 1
    assert client.reconnects == 1


@pytest.mark.parametrize("code", ["KICKED", "BAD_TOKEN", "UNKNOWN_STREAM", "BAD_MESSAGE"])
def test_what_is_final_is_raised(
    server: ScriptedServer, make_client: MakeClient, no_waiting: list[float], code: str
) -> None:
    client = make_client()
    peer = connect(server, client)
    peer.send_frames(1)
    peer.send("BYE", {"code": code, "message": "Go."})
    # What came before is not lost.
    assert next(client).sequence == 1
    error = error_of(client)
    assert (error.code, error.is_final) == (code, True)
    assert no_waiting == []


def test_an_attempt_after_an_outage_may_be_refused_for_good(
    server: ScriptedServer, make_client: MakeClient, no_waiting: list[float]
) -> None:
    client = make_client()
    connect(server, client).cut()
    server.accept().send("ERROR", {"code": "UNKNOWN_STREAM", "message": "It is gone."})
    assert error_of(client).code == "UNKNOWN_STREAM"


def test_reconnects_are_counted_on_after_an_error(
    server: ScriptedServer, make_client: MakeClient, no_waiting: list[float]
) -> None:
    client = make_client()
    connect(server, client).cut()
    server.welcome().send("BYE", {"code": "KICKED", "message": "Go."})
    assert error_of(client).code == "KICKED"
    assert client.reconnects == 1
    connect(server, client)
    assert client.reconnects == 1


def test_without_reconnect_an_outage_is_raised(server: ScriptedServer, make_client: MakeClient) -> None:
    client = make_client(reconnect=False)
    connect(server, client).close()
    assert error_of(client).code == "CONNECTION_LOST"


def test_the_loop_ends_with_the_last_stream(server: ScriptedServer, make_client: MakeClient) -> None:
    client = make_client(policy="queue:9")
    peer = connect(server, client)
    peer.send_frames(1, 2)
    peer.send("BYE", {"code": "STREAMS_ENDED", "message": "That was all."})
    assert [it.sequence for it in client] == [1, 2]
    assert client.is_over
    assert list(client) == []


@pytest.mark.parametrize(
    "data",
    [
        b"\0\0\0\0",
        b"\xff" * 64,
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"\0\0\0\x01\x01",
        b"\0\0\0\x05\x02null",
        b"\0\0\0\x03\x0b\0\0",
    ],
    ids=["no type", "too long", "HTTP", "wrong direction", "no object", "short"],
)
def test_rubbish_ends_the_connection(
    server: ScriptedServer, make_client: MakeClient, no_waiting: list[float], data: bytes
) -> None:
    client = make_client()
    connect(server, client).send_bytes(data)
    # It is this connection that is broken, so it is tried again.
    server.welcome().send_frames(1)
    assert next(client).sequence == 1


def test_rubbish_at_first_is_raised(server: ScriptedServer, make_client: MakeClient) -> None:
    client = make_client()
    InThread(lambda: server.accept().send_bytes(b"\0\0\0\0"))
    error = error_of(client)
    assert (error.code, error.from_server) == ("BAD_MESSAGE", False)


def test_a_server_that_speaks_tls_alone_is_recognized(server: ScriptedServer, make_client: MakeClient) -> None:
    client = make_client()
    InThread(lambda: server.accept().send_bytes(b"\x15\x03\x03\x00\x02\x02\x46"))
    assert "speaks only TLS" in str(error_of(client))


def test_another_version_is_not_for_us(server: ScriptedServer, make_client: MakeClient) -> None:
    client = make_client()
    peer = InThread(server.welcome, {**welcome(), "version": 2})
    assert error_of(client).code == "BAD_VERSION"
    peer.result()


def test_silence_ends_a_connection(
    server: ScriptedServer, make_client: MakeClient, no_waiting: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = make_client(reconnect=False)
    peer = connect(server, client)
    peer.settle()
    monkeypatch.setattr("frame_streamer.connection._SILENCE_LIMIT_US", 1000)
    # Any message makes it look at its limits anew.
    peer.send("PING", {"t0Us": 1})
    assert "said nothing" in str(error_of(client))


def test_a_server_that_does_not_answer_is_given_up(
    server: ScriptedServer, make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("frame_streamer.connection._WELCOME_LIMIT_US", 1000)
    assert error_of(make_client()).code == "CONNECT_TIMEOUT"


def test_memory_is_bounded(server: ScriptedServer, make_client: MakeClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("frame_streamer.waiting._MAX_WAITING_BYTES", 39)
    client = make_client(policy="every", reconnect=False)
    peer = connect(server, client)
    peer.send_frames(*range(10))
    peer.until_end()
    assert [next(client).sequence for _ in range(10)] == list(range(10))
    assert error_of(client).code == "TOO_FAR_BEHIND"


def test_a_server_that_says_welcome_again_and_again_is_one(server: ScriptedServer, make_client: MakeClient) -> None:
    client = make_client()
    peer = connect(server, client)
    for _ in range(5):
        peer.send("WELCOME", welcome())
    peer.settle()
    assert client.reconnects == 0


def test_state_and_reason_say_what_is_wrong(server: ScriptedServer, make_client: MakeClient) -> None:
    client = make_client()
    assert (client.state, client.reason) == ("disconnected", None)
    peer = connect(server, client)
    reason = {"code": "SOURCE_TIMEOUT", "message": "The camera is silent."}
    peer.send("STREAM", {"event": "down", "stream": stream(state="offline"), "reason": reason})
    peer.settle()
    assert (client.state, client.reason) == ("offline", "The camera is silent. (SOURCE_TIMEOUT)")


@pytest.mark.parametrize(
    "wrong", [{"stream": "*"}, {"stream": "a b"}, {"policy": "queue:0"}, {"policy": "newest"}], ids=str
)
def test_mistakes_are_told_before_connecting(wrong: dict[str, str]) -> None:
    with pytest.raises(StreamerError, match="BAD_USAGE"):
        StreamClient("127.0.0.1", **wrong)  # type: ignore[arg-type]


def test_a_certificate_that_is_none_is_told(tmp_path: object) -> None:
    with pytest.raises(StreamerError, match="BAD_CERTIFICATE"):
        StreamClient("127.0.0.1", tls=f"{tmp_path}/ca.pem")


def test_waits_grow_with_jitter_up_to_ten_seconds() -> None:
    backoff = Backoff()
    for ceiling_s in [0.25, 0.5, 1, 2, 4, 8, 10, 10]:
        assert ceiling_s / 2 <= backoff.next_delay_s() <= ceiling_s
    backoff.reset()
    assert backoff.next_delay_s() <= 0.25
