"""What came of a stream, and what did not."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from .clock import ClockEstimate, now_us
from .latency_counts import LatencyCounts
from .sequence import SequenceTracker

#: Length and type of a FRAME message, and the header before its JPEG.
FRAME_OVERHEAD_BYTES = 55
#: Frames whose latency waits for the next report; a server asks for one each second.
_MAX_WAITING = 4096

ClockAt = Callable[[int], "ClockEstimate | None"]


@dataclass(frozen=True)
class Counters:
    """Frames of one stream since the client was made, over all connections."""

    #: Without those that were `kept`.
    received: int = 0
    #: Frames between two received ones that nobody announced as left out.
    lost: int = 0
    #: Frames that the server left out on purpose.
    skipped: int = 0
    #: Frames among the received whose JPEG was cut; they are not handed out.
    corrupt: int = 0
    #: Length of all FRAME messages.
    bytes: int = 0

    def __sub__(self, earlier: Counters) -> Counters:
        return Counters(
            self.received - earlier.received,
            self.lost - earlier.lost,
            self.skipped - earlier.skipped,
            self.corrupt - earlier.corrupt,
            self.bytes - earlier.bytes,
        )


class StreamFigures:
    """Counts one stream over reconnects and restarts of the server, for the program and for reports to the server.

    The thread that receives feeds it; any thread may read `counters`.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._total = Counters()
        self._reported = Counters()
        self._reported_us = now_us()
        self._tracker = SequenceTracker()
        self._start_time_us: int | None = None
        self._latencies = LatencyCounts()
        self._worst_error_us = 0
        #: Receive and capture time of frames that came since the last report.
        self._waiting: deque[tuple[int, int]] = deque(maxlen=_MAX_WAITING)

    @property
    def counters(self) -> Counters:
        """As they are now."""
        with self._lock:
            return self._total

    def on_start_time(self, start_time_us: int) -> None:
        """With another start time the sequence begins anew, and nothing is lost by that."""
        if start_time_us != self._start_time_us:
            self._start_time_us = start_time_us
            self._tracker = SequenceTracker()

    def on_skipped(self, first: int, last: int) -> None:
        """The server leaves out the frames `first` to `last` on purpose."""
        self._tracker.announce(first, last)

    def on_kept(self, jpeg_bytes: int) -> None:
        """A frame of the past came, which only costs its bytes."""
        with self._lock:
            self._total = replace(self._total, bytes=self._total.bytes + FRAME_OVERHEAD_BYTES + jpeg_bytes)

    def on_frame(self, sequence: int, jpeg: bytes, received_us: int, capture_us: int) -> bool:
        """Counts a frame. False, and ignored, for one that is not newer than the newest."""
        gap = self._tracker.receive(sequence)
        if gap is None:
            return False
        lost, skipped = gap
        with self._lock:
            total = self._total
            self._total = Counters(
                received=total.received + 1,
                lost=total.lost + lost,
                skipped=total.skipped + skipped,
                corrupt=total.corrupt + (0 if is_whole_jpeg(jpeg) else 1),
                bytes=total.bytes + FRAME_OVERHEAD_BYTES + len(jpeg),
            )
            self._waiting.append((received_us, capture_us))
        return True

    def settle(self, clock_at: ClockAt) -> None:
        """Counts the latencies of what came since the last call, with what is known of the clock by now.

        That is more than was known when the frames came, since the first pings are coarse. Without any knowledge they
        wait on.
        """
        with self._lock:
            while self._waiting:
                received_us, capture_us = self._waiting[0]
                estimate = clock_at(received_us)
                if estimate is None:
                    return
                self._waiting.popleft()
                self._latencies.record(received_us + estimate.offset_us - capture_us)
                self._worst_error_us = max(self._worst_error_us, estimate.error_us)

    def forget_waiting(self) -> None:
        """The clock of the connection is gone: latencies that wait for it cannot be known any more."""
        with self._lock:
            self._waiting.clear()

    def report(self, stream_id: int | None, clock_at: ClockAt) -> dict[str, Any]:
        """What happened since the last call, as the fields of STATS."""
        self.settle(clock_at)
        now = now_us()
        with self._lock:
            stats: dict[str, Any] = {"intervalMs": max(0, now - self._reported_us) / 1000}
            estimate = clock_at(now)
            if estimate is not None:
                # The error has to hold for the latencies in this report, too.
                error_us = max(estimate.error_us, self._worst_error_us)
                stats["clock"] = {"offsetUs": estimate.offset_us, "errorUs": error_us}
            stats["streams"] = [] if stream_id is None else [self._stream_report(stream_id)]
            self._reported_us, self._worst_error_us = now, 0
        return stats

    def _stream_report(self, stream_id: int) -> dict[str, Any]:
        since = self._total - self._reported
        self._reported = self._total
        counts = {"received": since.received, "lost": since.lost, "skipped": since.skipped}
        stream = {"streamId": stream_id, **counts, "corrupt": since.corrupt, "bytes": since.bytes}
        latency = self._latencies.take()
        return stream if latency is None else {**stream, "latency": latency}


def is_whole_jpeg(jpeg: bytes) -> bool:
    """Whether both ends are there (the markers SOI and EOI of ITU-T T.81), which a cut one has not."""
    return len(jpeg) >= 4 and jpeg.startswith(b"\xff\xd8") and jpeg.endswith(b"\xff\xd9")
