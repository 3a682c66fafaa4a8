"""How much of the limit is used, at each moment of a period."""

from __future__ import annotations

import pytest

from connector.testing import FakeClock
from connector.throttle.bucket import RateLimit
from connector.throttle.memory_store import MemoryStore
from connector.throttle.status import throttle_status
from tests.connector.throttle.worlds import FOREVER

LIMIT = RateLimit("home", 4, 64.0)
MARGIN = LIMIT.safety_margin
SPAN = LIMIT.padded_period


@pytest.mark.parametrize(
    ("made", "after", "pause", "asked", "used", "free", "next_in", "asked_in"),
    [
        (0, 0.0, 0.0, 1, 0, 4, 0.0, 0.0),
        (0, 0.0, 0.0, 4, 0, 4, 0.0, 0.0),
        (0, 0.0, 0.0, 5, 0, 4, 0.0, SPAN),
        (0, 0.0, 0.0, 9, 0, 4, 0.0, 2 * SPAN),
        (3, 1.0, 0.0, 1, 3, 1, 0.0, 0.0),
        (3, 1.0, 0.0, 2, 3, 1, 0.0, SPAN - 1),
        (4, 1.0, 0.0, 1, 4, 0, SPAN - 1, SPAN - 1),
        (7, 1.0, 0.0, 1, 4, 0, SPAN - 1, SPAN - 1),  # three of them wait
        (7, 1.0, 0.0, 2, 4, 0, SPAN - 1, 2 * SPAN - 1),
        (3, 63.9, 0.0, 2, 3, 1, 0.0, SPAN - 63.9),
        (3, 64.0, 0.0, 2, 0, 1, 0.0, MARGIN),
        (3, SPAN, 0.0, 2, 0, 4, 0.0, 0.0),
        (3, 100.0, 0.0, 2, 0, 4, 0.0, 0.0),
        (0, 0.0, 7.0, 1, 0, 0, 7.0, 7.0),
        (2, 6.5, 7.0, 1, 2, 0, 0.5, 0.5),
        (2, 7.0, 7.0, 1, 2, 2, 0.0, 0.0),
        (1, 1.23456, 7.0, 2, 1, 0, 5.765, 5.765),
    ],
)
def test_it_says_what_is_used_what_is_free_and_how_long_more_would_take(
    made: int, after: float, pause: float, asked: int, used: int, free: int, next_in: float, asked_in: float
) -> None:
    clock = FakeClock(0.0)
    store = MemoryStore(clock)
    for _ in range(made):
        store.reserve([LIMIT], FOREVER)
    store.pause(LIMIT, pause)
    clock.advance(after)
    shown = throttle_status(store, LIMIT, asked)
    assert (shown.used, shown.free) == (used, free)
    assert [shown.next_in, shown.asked_in] == pytest.approx([next_in, asked_in], abs=6e-4)
    assert (shown.calls, shown.renewal_period, shown.asked, shown.warnings) == (4, 64.0, asked, ())
    assert shown.asked_in == round(shown.asked_in, 3)


def test_those_who_wait_are_part_of_what_is_used_and_take_what_becomes_free() -> None:
    clock = FakeClock(0.0)
    store = MemoryStore(clock)
    for _ in range(5):
        store.reserve([LIMIT], FOREVER)
    clock.advance(SPAN + 0.5)
    shown = throttle_status(store, LIMIT, 4)
    assert (shown.used, shown.free, shown.next_in) == (1, 3, 0.0)
    assert shown.asked_in == pytest.approx(SPAN, abs=1e-3)
    clock.advance(1.0)  # nobody came for it
    assert throttle_status(store, LIMIT, 4).free == 4
    with pytest.raises(ValueError, match="frozen"):
        shown.free = 4
