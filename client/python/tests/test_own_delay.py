"""How late a device is itself."""

from __future__ import annotations

from frame_streamer.own_delay import OwnDelay

SECOND_US = 1_000_000


def test_nothing_where_it_is_on_time() -> None:
    own = OwnDelay()
    own.begin(0)
    for now_us in range(0, 10 * SECOND_US, 20_000):
        own.tick(now_us, 0, 10 * SECOND_US)
    assert own.p99_us() == 0


def test_a_stop_counts_with_every_timer_that_was_due_in_it() -> None:
    own = OwnDelay()
    own.begin(0)
    own.tick(SECOND_US, 0, SECOND_US)
    assert 970_000 <= (own.p99_us() or 0) <= 981_000


def test_nothing_counts_outside_the_window_nor_in_an_outage() -> None:
    own = OwnDelay()
    own.begin(0)
    own.tick(SECOND_US, SECOND_US + 1, 2 * SECOND_US)
    own.tick(SECOND_US + 100_000, None, None)
    own.pause()
    own.tick(2 * SECOND_US, 0, 2 * SECOND_US)
    assert own.due_us is None
    assert own.p99_us() is None
    own.resume(3 * SECOND_US)
    assert own.due_us == 3 * SECOND_US + 20_000
