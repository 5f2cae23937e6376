"""Frames, credit and figures of one connection, with a server that does what a test tells it."""

from __future__ import annotations

import gc
import os
import signal
import socket
import threading
from collections.abc import Callable
from typing import Any

import pytest

from frame_streamer import StreamClient, StreamerError
from frame_streamer.channel import Channel
from frame_streamer.clock import now_us
from in_thread import InThread
from scripted_server import JPEG, Peer, ScriptedServer, frame, stream, welcome

MakeClient = Callable[..., StreamClient]


def connect(server: ScriptedServer, client: StreamClient, fields: dict[str, Any] | None = None) -> Peer:
    peer = InThread(server.welcome, fields)
    client.connect()
    return peer.result()


def test_hello_says_what_is_wanted(server: ScriptedServer, make_client: MakeClient) -> None:
    client = make_client(token="s3cret", name="robot", policy="queue:5", max_fps=2.5)
    peer = connect(server, client)
    subscription = {"policy": "queue:5", "stream": "cam", "maxFps": 2.5}
    assert peer.hello == {"version": 1, "name": "robot", "subscriptions": [subscription], "token": "s3cret"}


def test_without_a_name_the_first_stream_is_asked_for(server: ScriptedServer, make_client: MakeClient) -> None:
    peer = connect(server, make_client(stream=None))
    assert peer.hello["subscriptions"] == [{"policy": "latest"}]
    assert "token" not in peer.hello


def test_a_frame_is_as_it_was_sent(server: ScriptedServer, make_client: MakeClient) -> None:
    client = make_client()
    peer = connect(server, client)
    sent_us = now_us()
    peer.send("FRAME", frame(42, timeSource="source", width=1280, height=720))
    it = next(client)
    assert (it.stream, it.sequence, it.width, it.height, it.jpeg) == ("cam", 42, 1280, 720, JPEG)
    assert (it.capture_time_us, it.time_source, it.kept) == (5000, "source", False)
    assert sent_us <= it.received_time_us <= now_us()
    # No ping was answered.
    assert (it.latency_us, it.error_us, client.clock(), client.age_us(it)) == (None, None, None, None)


def test_latency_is_by_the_clock_of_the_server(server: ScriptedServer, make_client: MakeClient) -> None:
    client, ahead_us = make_client(), 7_000_000
    peer = connect(server, client)
    peer.answer_ping(ahead_us)
    captured_us = now_us() + ahead_us
    peer.send("FRAME", frame(1, captureTimeUs=captured_us, clockErrorUs=1000))
    it = next(client)
    assert it.latency_us is not None
    assert it.error_us is not None
    assert it.error_us > 1000
    true_latency_us = it.received_time_us - (captured_us - ahead_us)
    assert abs(it.latency_us - true_latency_us) <= it.error_us
    estimate = client.clock()
    assert estimate is not None
    assert abs(estimate.offset_us - ahead_us) <= estimate.error_us
    age_us = client.age_us(it)
    assert age_us is not None
    assert age_us >= it.latency_us - it.error_us


def test_the_server_gets_credit_when_frames_are_taken(server: ScriptedServer, make_client: MakeClient) -> None:
    client = make_client(policy="queue:10")
    peer = connect(server, client)
    peer.send_frames(1, 2, 3)
    assert peer.settle() == []
    assert next(client).sequence == 1
    assert peer.expect("ACK") == {"streamId": 1, "sequence": 1}
    assert [next(client).sequence, next(client).sequence] == [2, 3]
    assert [peer.expect("ACK")["sequence"], peer.expect("ACK")["sequence"]] == [2, 3]


def test_with_latest_the_newest_is_taken_with_the_credit_of_all(
    server: ScriptedServer, make_client: MakeClient
) -> None:
    client = make_client()
    peer = connect(server, client)
    peer.send("CREDIT", {"streamId": 1, "ackEvery": 3})
    peer.send_frames(1, 2, 3)
    assert peer.settle() == []
    assert next(client).sequence == 3
    assert peer.expect("ACK")["sequence"] == 3
    assert client.counters.received == 3


def test_one_ack_covers_as_many_frames_as_the_server_allows(server: ScriptedServer, make_client: MakeClient) -> None:
    client = make_client(policy="queue:10")
    peer = connect(server, client)
    peer.send("CREDIT", {"streamId": 1, "ackEvery": 3})
    peer.send_frames(1, 2, 3, 4, 5)
    assert [next(client).sequence for _ in range(4)] == [1, 2, 3, 4]
    assert [ack["sequence"] for ack in peer.settle()] == [3]
    # At once, or what is outstanding could keep the window full.
    peer.send("CREDIT", {"streamId": 1, "ackEvery": 1})
    assert [ack["sequence"] for ack in peer.settle()] == [4]
    next(client)
    assert peer.expect("ACK")["sequence"] == 5


def test_credit_of_another_stream_changes_nothing(server: ScriptedServer, make_client: MakeClient) -> None:
    client = make_client()
    peer = connect(server, client)
    peer.send("CREDIT", {"streamId": 2, "ackEvery": 50})
    peer.send_frames(1)
    next(client)
    assert peer.expect("ACK")["sequence"] == 1


def test_a_frame_that_grew_old_gives_way_to_a_newer_one(
    server: ScriptedServer, make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = make_client()
    peer = connect(server, client)
    peer.send("CREDIT", {"streamId": 1, "ackEvery": 4})
    peer.send_frames(1)
    peer.settle()
    monkeypatch.setattr("frame_streamer.session._STALE_US", -1)
    monkeypatch.setattr("frame_streamer.session._FRESH_WAIT_US", 20_000_000)
    taken = InThread(client.take)
    # Its credit comes at once, although the server allows more.
    assert peer.expect("ACK")["sequence"] == 1
    peer.send_frames(2)
    newer = taken.result()
    assert newer is not None
    assert newer.sequence == 2


def test_an_old_frame_is_better_than_none(
    server: ScriptedServer, make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = make_client()
    peer = connect(server, client)
    monkeypatch.setattr("frame_streamer.session._STALE_US", -1)
    monkeypatch.setattr("frame_streamer.session._FRESH_WAIT_US", 1000)
    peer.send_frames(1)
    assert next(client).sequence == 1


def test_a_frame_of_the_past_has_no_latency_and_is_in_no_figure(
    server: ScriptedServer, make_client: MakeClient
) -> None:
    client = make_client(policy="queue:9")
    peer = connect(server, client)
    peer.answer_ping()
    peer.send("FRAME", frame(3, flags=1))
    peer.send_frames(90)
    past, present = next(client), next(client)
    assert (past.kept, past.latency_us, past.error_us) == (True, None, None)
    assert (present.kept, present.latency_us is not None) == (False, True)
    assert (client.counters.received, client.counters.lost) == (1, 0)
    assert [peer.expect("ACK")["sequence"], peer.expect("ACK")["sequence"]] == [3, 90]


def test_what_is_missing_is_skipped_or_lost(server: ScriptedServer, make_client: MakeClient) -> None:
    client = make_client()
    peer = connect(server, client)
    peer.send_frames(10)
    peer.send("SKIPPED", {"streamId": 1, "first": 11, "last": 13})
    peer.send("SKIPPED", {"streamId": 2, "first": 14, "last": 90})
    peer.send_frames(16)
    peer.settle()
    assert (client.counters.received, client.counters.skipped, client.counters.lost) == (2, 3, 2)


def test_a_cut_jpeg_is_counted_and_left_out(server: ScriptedServer, make_client: MakeClient) -> None:
    client = make_client(policy="queue:9")
    peer = connect(server, client)
    peer.send("FRAME", frame(1, jpeg=JPEG[:3]))
    assert peer.expect("ACK")["sequence"] == 1
    peer.send_frames(2)
    assert next(client).sequence == 2
    assert (client.counters.received, client.counters.corrupt) == (2, 1)


def test_frames_of_other_streams_are_not_ours(server: ScriptedServer, make_client: MakeClient) -> None:
    client = make_client()
    peer = connect(server, client, welcome(stream(1), stream(2, "other")))
    peer.send("FRAME", frame(1, stream_id=2))
    peer.send("FRAME", frame(1, stream_id=900))
    peer.send_frames(5)
    assert next(client).sequence == 5
    assert client.counters.received == 1


def test_a_stream_that_was_removed_comes_back_under_its_name(server: ScriptedServer, make_client: MakeClient) -> None:
    client = make_client()
    peer = connect(server, client)
    peer.send_frames(500)
    next(client)
    reason = {"code": "STREAM_REMOVED", "message": "It was taken away."}
    peer.send("STREAM", {"event": "removed", "stream": stream(1, state="ended"), "reason": reason})
    assert peer.settle() == [{"streamId": 1, "sequence": 500}]
    assert (client.state, client.reason) == ("ended", "It was taken away. (STREAM_REMOVED)")
    peer.send("STREAM", {"event": "appeared", "stream": stream(9, "another")})
    peer.send("STREAM", {"event": "appeared", "stream": stream(2, start_time_us=2000)})
    peer.send("FRAME", frame(3, stream_id=2))
    assert next(client).sequence == 3
    assert peer.expect("ACK") == {"streamId": 2, "sequence": 3}
    assert (client.counters.received, client.counters.lost, client.state, client.reason) == (2, 0, "live", None)


def test_it_answers_pings(server: ScriptedServer, make_client: MakeClient) -> None:
    peer = connect(server, make_client())
    before_us = now_us()
    peer.send("PING", {"t0Us": 77})
    pong = peer.expect("PONG")
    assert pong["t0Us"] == 77
    assert before_us <= pong["t1Us"] <= pong["t2Us"] <= now_us()


def test_it_reports_to_the_server(server: ScriptedServer, make_client: MakeClient) -> None:
    client = make_client()
    peer = connect(server, client, welcome(stats_interval_ms=10))
    peer.answer_ping()
    peer.send("FRAME", frame(1, captureTimeUs=now_us() - 1_000_000))
    while True:
        stats = peer.expect("STATS")
        if stats["streams"][0]["received"]:
            break
    [figures] = stats["streams"]
    assert (figures["streamId"], figures["lost"], figures["corrupt"], figures["bytes"]) == (1, 0, 0, 59)
    assert isinstance(figures["latency"], str)
    assert stats["intervalMs"] > 0
    assert abs(stats["clock"]["offsetUs"]) <= stats["clock"]["errorUs"]


def test_take_does_not_wait_longer_than_told(server: ScriptedServer, make_client: MakeClient) -> None:
    client = make_client()
    connect(server, client)
    assert client.take(timeout=0) is None
    assert client.take(timeout=0.001) is None
    assert not client.is_over


def test_leaving_the_loop_leaves_the_connection(server: ScriptedServer, make_client: MakeClient) -> None:
    client = make_client(policy="queue:9")
    peer = connect(server, client)
    peer.send_frames(1, 2)
    for it in client:
        assert it.sequence == 1
        break
    for it in client:
        assert it.sequence == 2
        break
    assert client.reconnects == 0


def test_threads_share_the_frames(server: ScriptedServer, make_client: MakeClient) -> None:
    client = make_client(policy="every")
    peer = connect(server, client)
    loops = [InThread(lambda: [it.sequence for it in client]) for _ in range(3)]
    peer.send_frames(*range(100))
    acknowledged = -1
    while acknowledged < 99:
        acknowledged = max(acknowledged, peer.expect("ACK")["sequence"])
    client.close()
    assert sorted(number for loop in loops for number in loop.result()) == list(range(100))


def test_closing_says_goodbye_and_ends_the_loop(server: ScriptedServer, make_client: MakeClient) -> None:
    client = make_client()
    peer = connect(server, client)
    loop = InThread(lambda: list(client))
    peer.settle()
    client.close()
    client.close()
    assert loop.result() == []
    assert peer.until_end()[-1] == "BYE"
    assert client.is_over
    assert list(client) == []
    assert client.take() is None
    with pytest.raises(StreamerError, match="CLIENT_CLOSING"):
        client.connect()
    assert [thread for thread in threading.enumerate() if thread.name == "frame-streamer"] == []


def test_closing_breaks_off_an_attempt_to_connect(server: ScriptedServer, make_client: MakeClient) -> None:
    client = make_client()
    loop = InThread(lambda: list(client))
    peer = server.accept()
    peer.expect("HELLO")
    client.close()
    assert loop.result() == []


def test_a_client_that_was_forgotten_ends(server: ScriptedServer) -> None:
    client = StreamClient("127.0.0.1", "cam", port=server.port)
    peer = connect(server, client)
    del client
    gc.collect()
    peer.send("PING", {"t0Us": 1})
    assert peer.until_end()[-1] == "BYE"


def test_an_interrupt_reaches_the_program(server: ScriptedServer, make_client: MakeClient) -> None:
    client = make_client()
    peer = connect(server, client)
    main = threading.main_thread().ident
    assert main is not None
    with pytest.raises(KeyboardInterrupt):
        InThread(signal.pthread_kill, main, signal.SIGINT)
        next(client)
    client.close()
    assert peer.until_end()[-1] == "BYE"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_the_child_of_a_fork_connects_anew(server: ScriptedServer, make_client: MakeClient) -> None:
    client = make_client()
    peer = connect(server, client)
    child = os.fork()
    if child == 0:
        # Nothing of pytest may go on here.
        got = client.take(20)
        client.close()
        os._exit(0 if got is not None and got.sequence == 7 else 1)
    of_child = server.welcome()
    of_child.send_frames(7)
    assert of_child.until_end()[-1] == "BYE"
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    peer.send_frames(8)
    assert next(client).sequence == 8
    assert client.reconnects == 0


def test_a_server_that_does_not_read_is_given_up() -> None:
    ours, theirs = socket.socketpair()
    channel = Channel(ours)
    with theirs, pytest.raises(OSError, match="does not read"):
        while True:
            channel.send(bytes(10_000))
            channel.exchange(0)
    channel.close()


def test_a_defect_does_not_leave_the_program_waiting(
    server: ScriptedServer, make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = make_client()
    peer = connect(server, client)

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("frame_streamer.counters.StreamFigures.on_frame", fail)
    peer.send_frames(1)
    with pytest.raises(StreamerError, match=r"ZeroDivisionError.*INTERNAL"):
        next(client)
