"""Frames between the thread that receives them and the program that takes them."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from .errors import StreamerError
from .frame import Frame

#: What a server that keeps to the protocol never has us hold.
_MAX_WAITING_BYTES = 96 * 1024 * 1024
#: Windows does not interrupt a wait for Ctrl+C.
_SLICE_S = 0.5


class Acknowledger:
    """Returns credit for one stream on one connection: one ACK for as many frames as the server allows."""

    def __init__(self, send: Callable[[int], None]) -> None:
        self._send = send
        self._lock = threading.RLock()
        self._ack_every = 1
        self._unacknowledged = 0
        self._last: int | None = None

    def on_frames(self, sequence: int, frames: int, *, at_once: bool = False) -> None:
        """The frame `sequence`, the last of `frames`, was taken."""
        with self._lock:
            self._last = sequence
            self._unacknowledged += frames
            if at_once or self._unacknowledged >= self._ack_every:
                self._acknowledge()

    def on_credit(self, ack_every: int) -> None:
        """The server changed how many frames an ACK may cover; what is outstanding must be returned at once."""
        with self._lock:
            self._ack_every = ack_every
            self._acknowledge()

    def _acknowledge(self) -> None:
        self._unacknowledged = 0
        if self._last is not None:
            self._send(self._last)


@dataclass
class WaitingFrame:
    """A frame and who is to be told when it is taken."""

    frame: Frame
    acknowledger: Acknowledger
    #: How many frames its credit is for: itself, and those it took the place of.
    frames: int = 1

    def acknowledge(self, *, at_once: bool) -> None:
        self.acknowledger.on_frames(self.frame.sequence, self.frames, at_once=at_once)


class WaitingFrames:
    """A queue for one thread that puts and any that take. It ends once, with or without an error.

    With `newest_only` no more than one frame waits, and a newer one takes its place.
    """

    def __init__(self, *, newest_only: bool) -> None:
        self._newest_only = newest_only
        self._condition = threading.Condition()
        self._frames: deque[WaitingFrame] = deque()
        self._bytes = 0
        self._has_ended = False
        self._error: StreamerError | None = None

    def put(self, waiting: WaitingFrame) -> None:
        """Raises StreamerError TOO_FAR_BEHIND when more waits than a server may send without credit."""
        with self._condition:
            if self._has_ended:
                return
            if self._newest_only and self._frames:
                older = self._pop()
                if older.acknowledger is waiting.acknowledger:
                    waiting.frames += older.frames
            self._frames.append(waiting)
            self._bytes += len(waiting.frame.jpeg)
            self._condition.notify()
            if self._bytes > _MAX_WAITING_BYTES:
                raise StreamerError("TOO_FAR_BEHIND", "The server sends more than it was given credit for.")

    def take(self, timeout_s: float | None) -> WaitingFrame | None:
        """The next frame; None when none came in time, and at the end. Raises the error that the queue ended with."""
        with self._condition:
            self._wait(timeout_s)
            if self._frames:
                return self._pop()
            if self._error is not None:
                raise self._error
            return None

    def take_newer(self, timeout_s: float) -> WaitingFrame | None:
        """As `take`, but an error is left for the next one who takes."""
        with self._condition:
            self._wait(timeout_s)
            return self._pop() if self._frames else None

    def end(self, error: StreamerError | None) -> None:
        """No more frames come. Those that wait can be taken."""
        with self._condition:
            self._has_ended, self._error = True, error
            self._condition.notify_all()

    def drop(self) -> None:
        """Nobody wants what waits."""
        with self._condition:
            self._frames.clear()
            self._bytes = 0

    @property
    def is_over(self) -> bool:
        """Whether it has ended, and all was taken."""
        with self._condition:
            return self._has_ended and not self._frames

    def _pop(self) -> WaitingFrame:
        waiting = self._frames.popleft()
        self._bytes -= len(waiting.frame.jpeg)
        return waiting

    def _wait(self, timeout_s: float | None) -> None:
        deadline_s = None if timeout_s is None else time.monotonic() + timeout_s
        while not self._frames and not self._has_ended:
            left_s = _SLICE_S if deadline_s is None else min(_SLICE_S, deadline_s - time.monotonic())
            if left_s <= 0:
                return
            self._condition.wait(left_s)
