"""The promises of the limit, kept by every store: memory, the files of a machine, a Redis server."""

from __future__ import annotations

import math
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.counting import most_in_any_window
from connector.errors import ThrottledError
from connector.testing import FakeClock
from connector.throttle.bucket import RateLimit, Reservation
from connector.throttle.limiter import acquire
from connector.throttle.status import throttle_status
from connector.throttle.store import Store
from tests.connector.throttle.worlds import FOREVER, MakeWorld, World

HOME = RateLimit("home", 100, 60.0)
SLOW = RateLimit("home/slow", 3, 10.0)
EXACT = 5e-6
"""Seconds. A server counts in microseconds."""

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("advance"), st.floats(0, 15)),
        st.tuples(st.just("call"), st.floats(0, 40)),
        st.tuples(st.just("call"), st.just(FOREVER)),
        st.tuples(st.just("leave the line"), st.integers(0, 6)),
        st.tuples(st.just("give back"), st.integers(0, 4)),
        st.tuples(st.just("leave late"), st.integers(0, 4)),
        st.tuples(st.just("arrive late"), st.integers(0, 4)),
        st.tuples(st.just("look again"), st.integers(0, 6)),
        st.tuples(st.just("pause"), st.floats(0, 20)),
        st.tuples(st.just("peek"), st.integers(1, 12)),
    ),
    max_size=60,
)


@dataclass
class Caller:
    """A call as its owner sees it: in line until `told`, or made at `at`."""

    store: Store
    reservation: Reservation
    shown: float = 0.0
    at: float = 0.0


class Walk:
    """Takes steps, each in another process, and compares them with the rule itself, remembering everything."""

    def __init__(self, world: World, limit: RateLimit, rng: random.Random) -> None:
        self._world = world
        self._limit = limit
        self._rng = rng
        self.made: list[Caller] = []
        self.waiting: list[Caller] = []
        self._paused_until = -math.inf

    @property
    def _now(self) -> float:
        return self._world.clock.monotonic()

    @property
    def times(self) -> list[float]:
        return sorted(caller.at for caller in self.made)

    def _due(self, ahead: int) -> float:
        """When a call may be made that has so many others before it: never before now, except for the next ones."""
        times, due = self.times, -math.inf
        for _ in range(ahead + 1):
            older = times[-self._limit.calls] if len(times) >= self._limit.calls else -math.inf
            due = max(older + self._limit.padded_period, self._paused_until)
            times.append(max(due, self._now))
        return due

    def step(self, act: str, value: Any) -> None:
        getattr(self, act.replace(" ", "_"))(self._rng.choice(self._world.stores), value)

    def advance(self, _: Store, seconds: float) -> None:
        """Let time pass; whoever is in line comes at the time that it was told."""
        end = self._now + seconds
        while self.waiting and (first := min(self.waiting, key=lambda caller: caller.shown)).shown + EXACT <= end:
            self._world.clock.advance(max(0.0, first.shown + EXACT - self._now))
            self._claim(first)
        self._world.clock.advance(max(0.0, end - self._now))

    def look_again(self, _: Store, number: int) -> None:
        if number < len(self.waiting):
            self._claim(self.waiting[number])

    def _claim(self, caller: Caller) -> None:
        due = self._due(self.waiting.index(caller))
        left = caller.store.claim([self._limit], caller.reservation)
        if left > 0:
            assert left == pytest.approx(due - self._now, abs=EXACT)
            caller.shown = self._now + left
            return
        assert left == 0
        assert due <= self._now + EXACT
        caller.at = max(self._now - min(max(0.0, self._now - due), self._limit.safety_margin / 4), *self.times[-1:], 0)
        self.waiting.remove(caller)
        self.made.append(caller)

    def pause(self, store: Store, seconds: float) -> None:
        store.pause(self._limit, seconds)
        self._paused_until = max(self._paused_until, self._now + seconds)

    def peek(self, store: Store, count: int) -> None:
        shown = throttle_status(store, self._limit, count)
        for asked, reply in ((1, shown.next_in), (count, shown.asked_in)):
            due = self._due(len(self.waiting) + asked - 1)
            assert reply == pytest.approx(max(0.0, due - self._now), abs=2e-3)

    def leave_the_line(self, _: Store, number: int) -> None:
        if number < len(self.waiting):
            caller = self.waiting.pop(number)
            caller.store.release([self._limit], caller.reservation)

    def give_back(self, _: Store, back: int) -> None:
        if back < len(self.made) and self.made[-1 - back].at > self._now - self._limit.period:
            caller = self.made.pop(-1 - back)
            caller.store.release([self._limit], caller.reservation)

    def leave_late(self, _: Store, back: int) -> None:
        """The connection took its time: the call leaves now, and counts from now."""
        if back >= len(self.made):
            return
        caller = self.made[-1 - back]
        late = self._now - caller.at
        if abs(late - self._limit.padded_period) < 1e-3 or abs(self._now - self._paused_until) < 1e-3:
            return
        may = late < self._limit.padded_period and self._now > self._paused_until
        assert caller.store.depart([self._limit], caller.reservation) is may
        if may:
            caller.at = self._now

    def arrive_late(self, _: Store, back: int) -> None:
        """The machine held the call up after it had departed: it counts from now, whatever has begun meanwhile."""
        if back < len(self.made):
            caller = self.made[-1 - back]
            caller.store.stamp([self._limit], caller.reservation)
            caller.at = self._now

    def call(self, store: Store, max_wait: float) -> None:
        wait = max(0.0, self._due(len(self.waiting)) - self._now)
        if wait > max_wait + EXACT:
            with pytest.raises(ThrottledError) as caught:
                store.reserve([self._limit], max_wait)
            assert caught.value.wait == pytest.approx(wait, abs=EXACT)
        elif wait < max_wait - EXACT or wait == 0:
            reservation = store.reserve([self._limit], max_wait)
            assert reservation.wait == pytest.approx(wait, abs=EXACT)
            if reservation.wait == 0:
                self.made.append(Caller(store, reservation, at=self._now))
            else:
                self.waiting.append(Caller(store, reservation, shown=self._now + reservation.wait))


@pytest.mark.parametrize(("kind", "examples"), [("memory", 400), ("file", 120), ("redis", 80)])
def test_every_call_is_granted_at_the_earliest_time_that_the_limit_allows(
    make_world: MakeWorld, kind: str, examples: int
) -> None:
    @settings(
        derandomize=True,
        database=None,
        max_examples=examples,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(calls=st.integers(1, 5), period=st.sampled_from([1.0, 10.0, 60.0]), steps=STEPS, seed=st.integers(0, 99))
    def check(calls: int, period: float, steps: list[tuple[str, Any]], seed: int) -> None:
        limit = RateLimit("home", calls, period)
        walk = Walk(make_world(kind), limit, random.Random(seed))  # noqa: S311 - which process acts next
        for act, value in steps:
            walk.step(act, value)
        assert most_in_any_window(walk.times, period) <= calls

    check()


def reserve_all(world: World, limits: list[RateLimit], count: int) -> list[float]:
    """The waits of that many calls, made in turn by every process."""
    return [round(world.stores[number % len(world.stores)].reserve(limits, FOREVER).wait, 5) for number in range(count)]


def test_from_idle_a_hundred_calls_pass_at_once_and_no_more_in_the_minute(world: World) -> None:
    assert reserve_all(world, [HOME], 201) == [0.0] * 100 + [60.25] * 100 + [120.5]


def test_under_steady_demand_every_period_carries_all_its_calls(world: World) -> None:
    started = world.clock.monotonic()
    grants = []
    limit = RateLimit("busy", 20, 60.0)
    for number in range(20 * 10 + 1):
        acquire(world.stores[number % len(world.stores)], world.clock, [limit], FOREVER)
        grants.append(world.clock.monotonic() - started)
    assert most_in_any_window(grants, 60) == 20
    # The safety_margin of a quarter of a second on sixty costs 0.4 %.
    assert 10 * 60 / grants[-1] >= 0.995


def test_a_refused_call_names_the_wait_spends_nothing_and_is_refused_at_once(world: World) -> None:
    both = [HOME, SLOW]
    assert reserve_all(world, both, 3) == [0.0] * 3
    for store in world.stores:
        for _ in range(3):
            with pytest.raises(ThrottledError) as caught:
                acquire(store, world.clock, both, 5)
            assert caught.value.wait == pytest.approx(10.05, abs=1e-4)
    assert world.clock.slept == []
    assert reserve_all(world, [HOME], 98) == [0.0] * 97 + [60.25]


class Mirror(FakeClock):
    """Sleeps move the world's clock too, after something has happened in it."""

    def __init__(self, world: World, first: Callable[[], None]) -> None:
        super().__init__(world.clock.monotonic())
        self._world = world
        self._first = first

    def sleep(self, seconds: float) -> None:
        if not self.slept:
            self._first()
        super().sleep(seconds)
        self._world.clock.advance(seconds)


def test_max_wait_is_total_over_everything_that_delays_a_call(world: World) -> None:
    reserve_all(world, [SLOW], 3)
    clock = Mirror(world, lambda: world.store.pause(SLOW, 30))
    with pytest.raises(ThrottledError) as caught:
        acquire(world.store, clock, [SLOW], 20)
    assert 20 < (caught.value.wait or 0) <= 30
    assert sum(clock.slept) < 20
    assert world.stores[-1].peek(SLOW)[0].waiting == {}


def test_two_limits_are_charged_in_one_step_and_given_back_in_one(world: World) -> None:
    both = [HOME, SLOW]
    reservation = world.store.reserve(both, 0)
    world.store.release(both, reservation)
    assert reserve_all(world, both, 4) == [0.0, 0.0, 0.0, pytest.approx(10.05, abs=1e-4)]
    # The wider limit has counted the same four, and one of them waits.
    assert throttle_status(world.store, HOME, 1).used == 4


def test_a_pause_holds_every_process_on_that_connection_and_no_other(world: World) -> None:
    world.store.pause(HOME, 30)
    world.stores[-1].pause(HOME, 5)
    assert reserve_all(world, [HOME], 3) == [30.0] * 3
    assert reserve_all(world, [RateLimit("other", 100, 60.0)], 1) == [0.0]
    world.clock.advance(30.001)
    assert reserve_all(world, [HOME], 3) == [0.0] * 3


def test_who_sleeps_when_a_pause_begins_wakes_after_its_end_and_never_crowds_the_next_window(world: World) -> None:
    reserve_all(world, [SLOW], 3)
    clock = Mirror(world, lambda: world.stores[-1].pause(SLOW, 40))
    started = clock.monotonic()
    acquire(world.store, clock, [SLOW], 120)
    assert 40 <= clock.monotonic() - started <= 40 + SLOW.safety_margin
    # It counts from when it left: two of three are left, then a whole period passes.
    assert reserve_all(world, [SLOW], 3) == [0.0, 0.0, pytest.approx(10.05, abs=0.03)]


@pytest.mark.parametrize("kind", ["memory", "file", "redis"])
def test_those_held_by_one_pause_come_back_spread_but_within_the_safety_margin(
    make_world: MakeWorld, kind: str
) -> None:
    waits = []
    for number in range(10):
        world = make_world(kind)
        world.store.pause(HOME, 30)
        permit = acquire(world.stores[-1], world.clock, [HOME], 60, rng=random.Random(number))  # noqa: S311
        waits.append(permit.waited)
    assert all(30 - 1e-5 <= seconds <= 30 + HOME.safety_margin for seconds in waits)
    assert len({round(seconds, 4) for seconds in waits}) > 5


def test_those_who_are_overtaken_by_a_pause_come_back_spread_too(
    make_world: MakeWorld,
) -> None:
    for seconds, is_spread in ((100, True), (1, False)):
        waits = []
        for number in range(10):
            world = make_world("memory")
            reserve_all(world, [SLOW], 3)
            clock = Mirror(world, lambda world=world, seconds=seconds: world.store.pause(SLOW, seconds))  # type: ignore[misc]
            waits.append(acquire(world.store, clock, [SLOW], 200, rng=random.Random(number)).waited)  # noqa: S311
        first = max(10.05, seconds)
        assert all(first - 1e-6 <= wait <= first + SLOW.safety_margin for wait in waits)
        assert (len({round(wait, 4) for wait in waits}) > 5) is is_spread


def test_threads_of_one_process_get_exactly_the_schedule_of_one(world: World) -> None:
    limit = RateLimit("threads", 10, 60.0)
    waits: list[float] = []
    barrier = threading.Barrier(8)

    def work(store: Store) -> None:
        barrier.wait()
        mine = [store.reserve([limit], FOREVER).wait for _ in range(25)]
        assert mine == sorted(mine)
        waits.extend(mine)

    threads = [threading.Thread(target=work, args=(world.stores[n % len(world.stores)],)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expected = [60.25 * burst for burst in range(20) for _ in range(10)]
    assert sorted(waits) == pytest.approx(expected, abs=1e-4)


def test_looking_takes_nothing_and_tells_used_free_and_how_long(world: World) -> None:
    reserve_all(world, [SLOW], 2)
    for _ in range(5):
        shown = throttle_status(world.stores[-1], SLOW, 4)
        assert (shown.calls, shown.renewal_period, shown.used, shown.free, shown.next_in) == (3, 10.0, 2, 1, 0.0)
        assert shown.asked_in == pytest.approx(10.05, abs=1e-3)
    world.clock.advance(10.1)
    assert (throttle_status(world.store, SLOW, 3).free, throttle_status(world.store, SLOW, 3).asked_in) == (3, 0.0)
    world.store.pause(SLOW, 7)
    shown = throttle_status(world.store, SLOW, 1)
    assert shown.free == 0
    assert shown.next_in == pytest.approx(7, abs=1e-3)
    world.clock.advance(1.23456)
    shown = throttle_status(world.store, SLOW, 2)
    assert (shown.next_in, shown.asked_in) == (5.765, 5.765)
