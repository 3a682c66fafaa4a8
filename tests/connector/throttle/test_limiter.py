"""What a caller of `acquire` sees: waits that are announced, places that are given back, permits that leave late."""

from __future__ import annotations

import pytest

from connector.errors import ThrottledError
from connector.testing import FakeClock
from connector.throttle.bucket import RateLimit
from connector.throttle.limiter import acquire
from connector.throttle.memory_store import MemoryStore
from connector.throttle.store import Store
from tests.connector.throttle.worlds import FOREVER, World

TIGHT = RateLimit("home/slow", 3, 10.0)


def waits(store: Store, count: int) -> list[float]:
    return [round(store.reserve([TIGHT], FOREVER).wait, 4) for _ in range(count)]


def test_tokens_come_back_one_by_one_as_they_were_taken(world: World) -> None:
    for _ in range(3):
        world.store.reserve([TIGHT], 0)
        world.clock.advance(1)
    assert waits(world.store, 4) == [7.05, 8.05, 9.05, 17.1]


def test_a_wait_is_announced_once_before_it_begins() -> None:
    clock = FakeClock()
    store = MemoryStore(clock)
    shown: list[tuple[float, int]] = []
    waits(store, 3)
    permit = acquire(store, clock, [TIGHT], 60, on_wait=lambda wait: shown.append((wait, len(clock.slept))))
    assert [(round(wait, 4), slept) for wait, slept in shown] == [(10.05, 0)]
    assert permit.waited == pytest.approx(10.05, abs=1e-4)


class LateClock(FakeClock):
    """Wakes sleepers later than they asked for, from the time that it is told."""

    late = 0.0

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        if seconds < 1.9:
            self.advance(self.late)


@pytest.mark.parametrize("late", [0.03, 0.5, 5.0])
def test_who_wakes_late_counts_from_when_it_leaves_and_spends_one_token(late: float) -> None:
    clock = LateClock()
    store = MemoryStore(clock)
    waits(store, 3)
    clock.late = late
    acquire(store, clock, [TIGHT], 60)
    assert clock.monotonic() == pytest.approx(1010.05 + late, abs=1e-4)
    clock.late = 0
    assert waits(store, 3) == [0.0, 0.0, pytest.approx(10.05, abs=0.02)]


def test_who_is_late_and_has_used_up_the_wait_may_still_take_what_is_free() -> None:
    clock = LateClock()
    store = MemoryStore(clock)
    waits(store, 3)
    clock.late = 5
    assert acquire(store, clock, [TIGHT], 10.1).waited == pytest.approx(15.05, abs=1e-4)


def test_a_machine_that_always_wakes_too_late_sends_nothing() -> None:
    clock = LateClock()
    clock.late = 100.0

    class Busy(MemoryStore):
        def reserve(self, *args: object, **options: object) -> object:  # type: ignore[override]
            self.pause(TIGHT, 1)
            return super().reserve(*args, **options)  # type: ignore[arg-type]

    store = Busy(clock)
    with pytest.raises(ThrottledError, match="too busy"):
        acquire(store, clock, [TIGHT], FOREVER)  # type: ignore[arg-type]
    assert len(clock.slept) == 5
    assert store.peek(TIGHT)[0].waiting == {}


@pytest.mark.parametrize(("period", "margin"), [(60.0, 0.25), (240.0, 1.0), (1.0, 0.05), (0.1, 0.05)])
def test_the_safety_margin_grows_with_the_period_and_is_never_tiny(period: float, margin: float) -> None:
    assert RateLimit("b", 1, period).safety_margin == margin
