"""What came of a stream, and what did not."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Counters:
    """Frames and bytes of one stream since it was first asked for, over all connections."""

    received: int = 0
    #: Frames between two received ones that nobody announced as left out.
    lost: int = 0
    #: Frames that the server left out on purpose.
    skipped: int = 0
    bytes: int = 0


class SequenceTracker:
    """Tells frames that were left out on purpose from those that went missing, over one connection."""

    def __init__(self) -> None:
        self._last: int | None = None
        self._announced = 0

    def announce(self, first: int, last: int) -> None:
        """The server left out the frames `first` to `last`; told before the next frame it sends."""
        if self._last is not None:
            self._announced += max(0, last - max(first, self._last + 1) + 1)

    def receive(self, sequence: int) -> tuple[int, int]:
        """(lost, skipped) between the frame before and this one."""
        gap = 0 if self._last is None else max(0, sequence - self._last - 1)
        skipped = min(gap, self._announced)
        self._last, self._announced = sequence, 0
        return gap - skipped, skipped
