"""A device of benchmarks, and the server that tells it what to measure."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from frame_streamer import BenchDevice, StreamerError
from frame_streamer import join as command
from frame_streamer.bench_notices import Run
from frame_streamer.bench_recorder import BenchRecorder
from frame_streamer.clock import ClockEstimate, now_us
from frame_streamer.control import StreamInfo
from frame_streamer.wire import PREFIX, Fields, encode
from histograms import decoded
from in_thread import InThread
from scripted_server import Peer, ScriptedServer, frame, stream, welcome

#: How far the server's clock is ahead of ours.
OFFSET_US = 3_600_000_000
PERIOD_US = 20_000
WINDOW_US = 400_000


def bench_welcome(*streams: Fields) -> Fields:
    return {**welcome(*(streams or (fast_stream(),))), "features": ["bench"]}


def fast_stream(**fields: Any) -> Fields:
    return {**stream(**fields), "fps": 50}


@pytest.fixture
def make_device(server: ScriptedServer) -> Iterator[Callable[..., BenchDevice]]:
    """Makes devices of the server, which end with the test."""
    devices = []

    def make(**options: Any) -> BenchDevice:
        devices.append(BenchDevice("127.0.0.1", "pi-1", **{"port": server.port, "stream": "cam", **options}))
        return devices[-1]

    yield make
    for device in devices:
        device.close()
    # An attempt to connect ends by itself.
    for thread in threading.enumerate():
        if thread.name == "frame-streamer":
            thread.join(10)


class Conversation:
    """The server's side: takes the device in, and speaks of benchmarks."""

    def __init__(self, server: ScriptedServer, *streams: Fields, subscribed: bool = True) -> None:
        answer = bench_welcome(*streams)
        self.peer: Peer = server.welcome(answer if subscribed else {**answer, "subscribed": []})
        self.joined = self.expect("join")
        self.say(kind="joined", deviceId=1, name="pi-1")
        self.sequence = 0

    def say(self, **fields: Any) -> None:
        self.peer.send("BENCH", fields)

    def expect(self, kind: str) -> Fields:
        """The next thing of that kind that the device says; its pings are answered on the way."""
        while True:
            name, fields = self.peer.receive()
            if name == "PING":
                at_us = fields["t0Us"] + OFFSET_US
                self.peer.send("PONG", {"t0Us": fields["t0Us"], "t1Us": at_us, "t2Us": at_us})
            if name == "BENCH" and fields["kind"] == kind:
                return fields

    def run(self, lead_us: int = 100_000, window_us: int = WINDOW_US, name: str = "cam") -> tuple[int, int]:
        start_us = now_us() + OFFSET_US + lead_us
        bounds = start_us, start_us + window_us
        self.say(kind="run", benchId=7, stream=name, startTimeUs=bounds[0], stopTimeUs=bounds[1])
        return bounds

    def send_frame(self, capture_us: int, **fields: Any) -> None:
        """The next frame, captured then by the server's clock."""
        self.peer.send("FRAME", frame(self.sequence, captureTimeUs=capture_us, clockErrorUs=7, **fields))
        self.sequence += 1

    def send_window(self, start_us: int, stop_us: int, dropped: tuple[int, ...] = ()) -> None:
        """Frames of the whole window, one before and one after it."""
        for capture_us in range(start_us - PERIOD_US // 2, stop_us + PERIOD_US, PERIOD_US):
            if self.sequence in dropped:
                self.sequence += 1
            else:
                self.send_frame(capture_us)

    def settle_clock(self) -> None:
        """Answers pings until the device has answered as many of ours, with all it was told taken in."""
        for _ in range(4):
            self.peer.answer_ping(OFFSET_US)


def test_it_measures_the_window_and_tells_the_result(server: ScriptedServer, make_device: Any) -> None:
    device = make_device()
    result = InThread(next, device)
    talk = Conversation(server)
    assert talk.joined["platform"] == "python"
    assert len(talk.joined["key"]) == 32
    talk.settle_clock()
    start_us, stop_us = talk.run()
    talk.send_window(start_us, stop_us, dropped=(5,))
    said = talk.expect("result")
    frames = WINDOW_US // PERIOD_US
    assert (said["benchId"], said["fromTimeUs"], said["toTimeUs"]) == (7, start_us, stop_us)
    assert (said["received"], said["lost"], said["skipped"], said["corrupt"]) == (frames - 1, 1, 0, 0)
    assert (said["reconnects"], said["outageMs"], said["bytes"]) == (0, 0, (frames - 1) * 59)
    assert said["about"].startswith("Python 3.")
    assert said["timeline"] == {**said["timeline"], "bucketMs": 1000, "frames": [frames - 1]}
    # The window had not begun when it was over, so that nothing is known of that.
    assert "ownDelayP99Us" not in said
    clock = said["clock"]
    assert abs(clock["offsetUs"] - OFFSET_US) <= clock["errorUs"]
    assert clock["rttMinUs"] <= clock["rttP50Us"]
    # They were sent before they were captured.
    positive, negative = decoded(said["latency"]), decoded(said["latencyNegative"] or said["latency"])
    assert sum(positive.values()) + sum(negative.values()) == frames - 1
    taken = result.result()
    assert (taken.bench_id, taken.name, taken.received, taken.lost) == (7, "pi-1", frames - 1, 1)
    assert taken.latency_p50_us is not None
    assert device.status.phase == "done"


def test_it_tells_how_it_is_doing_and_leaves_in_good_order(server: ScriptedServer, make_device: Any) -> None:
    seen = []
    device = make_device(on_status=lambda status: seen.append(status.phase))
    waiting = InThread(lambda: next(device, None))
    talk = Conversation(server)
    talk.settle_clock()
    start_us, _ = talk.run(window_us=60_000_000)
    talk.send_frame(start_us - 1)
    talk.send_frame(start_us + 1)
    said = talk.expect("progress")
    assert said["benchId"] == 7
    while said["frames"] == 0 or said["latencyP50Us"] is None:
        said = talk.expect("progress")
    assert said["frames"] == 1
    assert device.status.phase == "running"
    assert device.status.ends_in_us > 50_000_000
    device.close()
    assert waiting.result() is None
    talk.expect("leave")
    assert {"waiting", "starting", "running"} <= set(seen)


def test_it_says_how_late_it_was_itself(server: ScriptedServer, make_device: Any) -> None:
    InThread(next, make_device())
    talk = Conversation(server)
    talk.settle_clock()
    start_us, _ = talk.run(lead_us=0, window_us=60_000_000)
    talk.send_frame(start_us)
    talk.expect("progress")
    stop_us = now_us() + OFFSET_US
    talk.say(kind="run", benchId=7, stream="cam", startTimeUs=start_us, stopTimeUs=stop_us)
    talk.send_frame(stop_us)
    assert 0 <= talk.expect("result")["ownDelayP99Us"] < 60_000_000


def test_it_goes_on_after_an_outage(server: ScriptedServer, make_device: Any, no_waiting: list[float]) -> None:
    device = make_device()
    result = InThread(next, device)
    talk = Conversation(server)
    talk.settle_clock()
    start_us, stop_us = talk.run(lead_us=0, window_us=2_000_000)
    talk.send_frame(start_us - PERIOD_US)
    talk.send_frame(start_us)
    talk.peer.settle()
    talk.peer.cut()
    # Attempts that come to nothing are no connections that were lost.
    for _ in range(2):
        peer = server.accept()
        peer.expect("HELLO")
        peer.cut()
    again = Conversation(server)
    assert again.joined["key"] == talk.joined["key"]
    again.say(kind="run", benchId=7, stream="cam", startTimeUs=start_us, stopTimeUs=stop_us)
    again.sequence = 10
    again.send_frame(start_us + 9 * PERIOD_US)
    again.settle_clock()
    again.send_frame(stop_us)
    said = again.expect("result")
    assert (said["received"], said["lost"], said["reconnects"]) == (2, 8, 1)
    assert said["fromTimeUs"] == start_us
    assert result.result().received == 2


def test_a_result_that_could_not_be_told_is_told_later(
    server: ScriptedServer, make_device: Any, no_waiting: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("frame_streamer.bench_recorder._GRACE_US", 0)
    InThread(next, make_device())
    talk = Conversation(server)
    talk.settle_clock()
    talk.run(lead_us=0, window_us=1)
    talk.peer.settle()
    talk.peer.cut()
    again = Conversation(server)
    assert again.expect("result")["benchId"] == 7


def test_it_connects_anew_for_the_stream_of_a_benchmark(
    server: ScriptedServer, make_device: Any, no_waiting: list[float]
) -> None:
    device = make_device(stream=None)
    InThread(list, device)
    talk = Conversation(server, subscribed=False)
    assert talk.peer.hello["subscriptions"] == []
    talk.say(kind="announced", benchId=7, stream="door")
    talk.peer.until_end()
    again = Conversation(server, fast_stream(name="door"))
    assert again.peer.hello["subscriptions"] == [{"policy": "latest", "stream": "door"}]
    assert again.joined == talk.joined
    again.settle_clock()
    start_us, stop_us = again.run(name="door")
    again.send_window(start_us, stop_us)
    assert again.expect("result")["received"] == WINDOW_US // PERIOD_US
    again.say(kind="over", benchId=7, reason="It is done.")
    again.peer.until_end()
    assert Conversation(server, subscribed=False).peer.hello["subscriptions"] == []


def test_a_benchmark_that_is_called_off_comes_to_nothing(server: ScriptedServer, make_device: Any) -> None:
    device = make_device()
    InThread(lambda: next(device, None))
    talk = Conversation(server)
    talk.settle_clock()
    talk.run(window_us=60_000_000)
    talk.say(kind="over", benchId=7, reason="The coordinator left.")
    talk.peer.settle()
    assert (device.status.phase, device.status.reason) == ("waiting", "The coordinator left.")
    talk.say(kind="refused", code="BENCH_REFUSED", message="No.")
    talk.peer.settle()
    assert device.status.reason == "No."


def test_it_says_why_it_cannot_take_part(server: ScriptedServer, make_device: Any) -> None:
    failing = InThread(next, make_device())
    old = server.welcome(welcome(fast_stream()))
    with pytest.raises(StreamerError, match="without such benchmarks") as unknown:
        failing.result()
    assert unknown.value.code == "BENCH_UNKNOWN"
    assert "BENCH" not in old.until_end()

    refused = InThread(next, make_device())
    peer = server.welcome(bench_welcome())
    peer.expect("BENCH")
    peer.send("BENCH", {"kind": "refused", "code": "BENCH_FULL", "message": "There are 256."})
    with pytest.raises(StreamerError) as full:
        refused.result()
    assert (full.value.code, full.value.message) == ("BENCH_FULL", "There are 256.")


def test_closing_breaks_off_an_attempt_to_connect(server: ScriptedServer, make_device: Any) -> None:
    device = make_device()
    waiting = InThread(lambda: next(device, None))
    peer = server.accept()
    peer.expect("HELLO")
    device.close()
    assert waiting.result() is None
    assert next(device, None) is None
    assert "BENCH" not in peer.until_end()


@pytest.mark.parametrize("name", ["", "x" * 65, "a\nb"])
def test_a_name_must_be_one(name: str) -> None:
    with pytest.raises(StreamerError) as error:
        BenchDevice("127.0.0.1", name)
    assert error.value.code == "BAD_USAGE"


@pytest.mark.parametrize(
    "body",
    [
        "[]",
        "{}",
        "nonsense",
        '{"kind":"run","benchId":1,"stream":"cam","startTimeUs":-1,"stopTimeUs":2}',
        '{"kind":"run","benchId":1.5,"stream":"cam","startTimeUs":1,"stopTimeUs":2}',
        '{"kind":"joined","deviceId":1,"name":"\\u001b[2J"}',
        '{"kind":"devices","devices":[]}',
        '{"kind":"leave"}',
    ],
)
def test_a_bad_body_is_a_broken_connection(
    server: ScriptedServer, make_device: Any, no_waiting: list[float], body: str
) -> None:
    device = make_device()
    InThread(lambda: next(device, None))
    talk = Conversation(server)
    talk.peer.send_bytes(PREFIX.pack(1 + len(body), 13) + body.encode())
    talk.peer.until_end()
    Conversation(server)
    assert no_waiting


def test_windows_that_are_none_do_no_harm(server: ScriptedServer, make_device: Any) -> None:
    device = make_device()
    InThread(lambda: next(device, None))
    talk = Conversation(server)
    talk.settle_clock()
    most = 2**53 - 1
    for start_us, stop_us in ((most, 0), (0, most), (0, 0), (most, most)):
        talk.say(kind="run", benchId=1, stream="cam", startTimeUs=start_us, stopTimeUs=stop_us)
        talk.send_frame(now_us() + OFFSET_US)
        talk.peer.settle()
    assert device.status.phase in ("starting", "running", "done")


def test_a_client_that_is_no_device_hears_of_benchmarks_without_harm(server: ScriptedServer, make_client: Any) -> None:
    client = make_client()
    waiting = InThread(client.take)
    peer = server.welcome(bench_welcome())
    peer.send("BENCH", {"kind": "announced", "benchId": 1, "stream": "cam"})
    peer.send_frames(3)
    assert waiting.result().sequence == 3


def test_the_command_ends_after_one_benchmark(server: ScriptedServer, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["127.0.0.1", "--name", "pi-1", "--port", str(server.port), "--stream", "cam", "--once", "--json"]
    ended = InThread(command.main, arguments)
    talk = Conversation(server)
    talk.settle_clock()
    talk.send_window(*talk.run())
    talk.expect("result")
    assert ended.result() == 0
    output = capsys.readouterr()
    [line] = output.out.splitlines()
    record = json.loads(line)
    assert (record["benchId"], record["name"], record["received"]) == (7, "pi-1", WINDOW_US // PERIOD_US)
    assert record["latencyP50Us"] is not None
    assert "pi-1 on cam: waits for a benchmark" in output.err


def test_the_command_says_what_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert command.main(["127.0.0.1", "--port", str(port)]) == 1
    assert "CONNECT_FAILED" in capsys.readouterr().err
    with pytest.raises(SystemExit) as usage:
        command.main([])
    assert usage.value.code == 2


def test_an_outage_counts_only_inside_the_window() -> None:
    recorder = BenchRecorder()
    recorder.on_stream(StreamInfo(1, "cam", 1, "live", 50), 0)
    recorder.advance(0, clock_at)
    recorder.on_disconnect(500_000, clock_at)
    recorder.begin(run_between(1_000_000, 3_000_000), 600_000, clock_at)
    # It was lost before the window; what is tried in it, in vain, is no other loss.
    recorder.on_disconnect(1_200_000, clock_at)
    recorder.on_connect(1_500_000)
    recorder.on_disconnect(2_900_000, clock_at)
    said = recorder.finish(9_000_000, clock_at, None)
    assert (said["outageMs"], said["reconnects"]) == (600, 1)
    assert said["clock"] == {"offsetUs": 0, "errorUs": 5, "driftPpm": None, "rttMinUs": None, "rttP50Us": None}


def clock_at(_at_us: int) -> ClockEstimate:
    return ClockEstimate(0, 5)


def run_between(start_us: int, stop_us: int) -> Run:
    return Run(7, "cam", start_us, stop_us)


def test_a_result_fits_its_message() -> None:
    recorder = BenchRecorder()
    recorder.begin(run_between(0, 86_400_000_000), 0, clock_at)
    assert recorder.counts is not None
    for value in range(1, 3_600_000_000, 40_001):
        recorder.counts.latency.record(value, 1 + value % 9999)
        recorder.counts.age.record(-value, 1 + value % 9999)
    result = recorder.finish(0, lambda _at: None, (1, 2))
    encode("BENCH", {"kind": "result", "benchId": 2**53 - 1, **result, "about": "x" * 200})
