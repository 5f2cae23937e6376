"""How long to wait between attempts."""

from __future__ import annotations

import random

_INITIAL_S = 0.25
_MAX_S = 10.0


class Backoff:
    """Exponential backoff with jitter: each wait is random between half of its ceiling and all of it, so that many
    clients that lost a server together do not come back together."""

    def __init__(self) -> None:
        self._failures = 0

    def next_delay_s(self) -> float:
        """Counts a failure and returns how many seconds to wait before the next attempt."""
        ceiling_s = min(_MAX_S, _INITIAL_S * 2.0 ** min(self._failures, 16))
        self._failures += 1
        return ceiling_s / 2 + random.random() * ceiling_s / 2

    def reset(self) -> None:
        """Starts over: the server has proved that it works."""
        self._failures = 0
