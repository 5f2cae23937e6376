"""Gaps in the sequence numbers of a stream."""

from __future__ import annotations

#: Ranges remembered at once. A server announces a range just before the frame that follows it, so one is usual.
_MAX_RANGES = 64


class SequenceTracker:
    """Tells frames that were left out on purpose from those that went missing. The first frame begins the count.

    Work and memory do not depend on the size of a gap, so a server that jumps by 2^50 costs nothing.
    """

    def __init__(self) -> None:
        self._next: int | None = None
        #: Announced numbers whose turn has not come: disjoint ranges, both ends included, least first.
        self._announced: list[tuple[int, int]] = []

    def announce(self, first: int, last: int) -> None:
        """The server leaves out the frames `first` to `last`; it says so before the next frame it sends."""
        if self._next is not None:
            first = max(first, self._next)
        if first > last:
            return
        apart = []
        for range_first, range_last in self._announced:
            if range_first <= last + 1 and range_last >= first - 1:
                first, last = min(first, range_first), max(last, range_last)
            else:
                apart.append((range_first, range_last))
        self._announced = sorted([*apart, (first, last)])[:_MAX_RANGES]

    def receive(self, sequence: int) -> tuple[int, int] | None:
        """(lost, skipped) before the frame `sequence`; None when it is not newer than the newest so far."""
        if self._next is not None and sequence < self._next:
            return None
        missing = 0 if self._next is None else sequence - self._next
        skipped = sum(min(last, sequence - 1) - first + 1 for first, last in self._announced if first < sequence)
        # A range may cover the frame that came after all.
        self._announced = [(max(first, sequence + 1), last) for first, last in self._announced if last > sequence]
        self._next = sequence + 1
        return (0, 0) if missing == 0 else (missing - skipped, skipped)
