"""What a caller of `acquire` sees: waits that are announced, places that are given back, permits that leave late."""

from __future__ import annotations

import math
from typing import Any

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


@pytest.mark.parametrize("max_wait", [0, -1])
def test_who_may_not_wait_does_not_wait_not_even_for_a_moment(world: World, max_wait: float) -> None:
    waits(world.store, 3)
    world.clock.advance(TIGHT.padded_period - 0.03)
    with pytest.raises(ThrottledError):
        acquire(world.store, world.clock, [TIGHT], max_wait)
    assert acquire(world.store, world.clock, [TIGHT], 1).waited == pytest.approx(0.03, abs=1e-3)


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


class Recorded(MemoryStore):
    """Notes how long each step may take."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(clock)
        self.steps: list[tuple[str, float]] = []

    def __getattribute__(self, name: str) -> Any:
        step = super().__getattribute__(name)
        if name not in {"reserve", "claim", "depart", "stamp", "release"}:
            return step

        def noted(*args: Any) -> Any:
            self.steps.append((name, round(args[-1], 4)))
            return step(*args)

        return noted


@pytest.mark.parametrize(
    ("left", "allowed"),
    [
        (math.inf, {"reserve": 5.0, "claim": 5.0, "depart": 5.0, "stamp": 5.0, "release": 1.0}),
        (12.0, {"reserve": 5.0, "claim": 1.95, "depart": 1.85, "stamp": 1.75, "release": 1.0}),
        (10.6, {"reserve": 5.0, "claim": 0.55, "depart": 0.45, "stamp": 0.35, "release": 0.35}),
        (10.2, {"reserve": 5.0, "claim": 0.15, "depart": 0.05, "stamp": 0.0, "release": 0.0}),
    ],
)
def test_no_step_takes_longer_than_five_seconds_or_the_time_that_the_run_has(
    left: float, allowed: dict[str, float]
) -> None:
    clock = FakeClock()
    store = Recorded(clock)
    waits(store, 3)
    permit = acquire(store, clock, [TIGHT], 60, deadline=clock.monotonic() + left)
    clock.advance(0.1)
    permit.depart()
    clock.advance(0.1)
    permit.sent()
    permit._departed = False  # as if another connection had to be made
    permit.release()
    last = dict(store.steps[3:])
    assert last == allowed


def test_who_waits_looks_again_half_way_and_not_more_often_than_every_two_seconds() -> None:
    clock = FakeClock()
    store = MemoryStore(clock)
    waits(store, 3)
    acquire(store, clock, [TIGHT], 60)
    assert [round(seconds, 4) for seconds in clock.slept] == [5.025, 2.5125, 2.0, 0.5125]


@pytest.mark.parametrize(("late", "moves"), [(0.02, False), (0.03, True)])
def test_of_several_limits_the_smallest_margin_says_what_is_late(late: float, moves: bool) -> None:
    clock = FakeClock()
    store = Recorded(clock)
    wide = RateLimit("home", 100, 60.0)
    for limits in ([wide, TIGHT], [TIGHT, wide], [TIGHT]):
        store.steps.clear()
        permit = acquire(store, clock, limits, 0)
        clock.advance(late)
        permit.depart()
        assert ("depart" in dict(store.steps)) is moves
        clock.advance(60)


@pytest.mark.parametrize(("period", "margin"), [(60.0, 0.25), (240.0, 1.0), (1.0, 0.05), (0.1, 0.05)])
def test_the_safety_margin_grows_with_the_period_and_is_never_tiny(period: float, margin: float) -> None:
    assert RateLimit("b", 1, period).safety_margin == margin


class PausedClock(FakeClock):
    """The service asks for a pause during the first sleep."""

    store: MemoryStore | None = None
    pause = 0.0

    def sleep(self, seconds: float) -> None:
        if self.store is not None and not self.slept:
            self.store.pause(TIGHT, self.pause)
        super().sleep(seconds)


@pytest.mark.parametrize(
    ("max_wait", "deadline", "pause", "left", "allowed"),
    [
        (20.0, math.inf, 30.0, 24.975, "14.975"),
        (60.0, 12.0, 30.0, 24.975, "6.975"),
        (10.1, math.inf, 12.0, 6.975, "5.075"),
    ],
)
def test_a_wait_that_grew_too_long_ends_with_what_is_left_of_it(
    max_wait: float, deadline: float, pause: float, left: float, allowed: str
) -> None:
    clock = PausedClock(0.0)
    store = MemoryStore(clock)
    waits(store, 3)
    clock.store, clock.pause = store, pause
    with pytest.raises(ThrottledError) as caught:
        acquire(store, clock, [TIGHT], max_wait, deadline=deadline)
    assert caught.value.wait == pytest.approx(left)
    assert caught.value.message.endswith(f"longer than the maximum wait of {allowed} seconds.")
    assert clock.slept == [pytest.approx(5.025)]


@pytest.mark.parametrize(("pause", "announced"), [(10.09, 1), (10.11, 2), (30.0, 2)])
def test_a_wait_that_grows_by_more_than_the_margin_is_announced_again(pause: float, announced: int) -> None:
    clock = PausedClock(0.0)
    store = MemoryStore(clock)
    waits(store, 3)
    clock.store, clock.pause = store, pause
    shown: list[float] = []
    acquire(store, clock, [TIGHT], 60, on_wait=shown.append)
    assert [round(wait, 3) for wait in shown] == [10.05, round(pause - 5.025, 3)][:announced]


def test_whoever_has_no_time_left_does_not_wait() -> None:
    clock = FakeClock(100.0)
    store = MemoryStore(clock)
    assert acquire(store, clock, [TIGHT], 60, deadline=99.0).waited == 0
    waits(store, 2)
    with pytest.raises(ThrottledError) as caught:
        acquire(store, clock, [TIGHT], 60, deadline=99.0)
    assert caught.value.message.endswith("longer than the maximum wait of 0 seconds.")


@pytest.mark.parametrize(("late", "costs"), [(0.0, False), (0.025, False), (0.0251, True)])
@pytest.mark.parametrize(("act", "step"), [("depart", "depart"), ("sent", "stamp")])
def test_within_half_the_margin_of_the_grant_a_call_costs_no_step_of_the_store(
    act: str, step: str, late: float, costs: bool
) -> None:
    clock = FakeClock(0.0)
    store = Recorded(clock)
    permit = acquire(store, clock, [TIGHT], 0)
    clock.advance(late)
    getattr(permit, act)()
    assert [name for name, _ in store.steps] == ["reserve", *([step] if costs else [])]
