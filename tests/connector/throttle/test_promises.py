"""The promises of the limit, kept by every store: memory, the files of a machine, a Redis server."""

from __future__ import annotations

import itertools
import math
import random
import threading
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.errors import ThrottledError
from connector.testing import FakeClock
from connector.throttle.bucket import RateLimit
from connector.throttle.limiter import acquire
from connector.throttle.status import throttle_status
from connector.throttle.store import Reservation, Store
from tests.connector.throttle.worlds import FOREVER, MakeWorld, World, most_in_any_window

HOME = RateLimit("home", 100, 60.0)
SLOW = RateLimit("home/slow", 3, 10.0)
EXACT = 3e-6
"""Seconds. A server counts in microseconds."""

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("advance"), st.floats(0, 15)),
        st.tuples(st.just("call"), st.floats(0, 40)),
        st.tuples(st.just("call"), st.just(FOREVER)),
        st.tuples(st.just("give back the newest"), st.integers(1, 4)),
        st.tuples(st.just("give back an older one"), st.integers(2, 6)),
        st.tuples(st.just("pause"), st.floats(0, 20)),
        st.tuples(st.just("peek"), st.integers(1, 12)),
    ),
    max_size=60,
)


class Walk:
    """Takes steps, each in another process, and compares them with the rule itself, remembering everything."""

    def __init__(self, world: World, limit: RateLimit, rng: random.Random) -> None:
        self._world = world
        self._limit = limit
        self._rng = rng
        self.grants: list[float] = []
        self._held: list[tuple[Store, Reservation]] = []
        self._floor = -math.inf

    @property
    def _now(self) -> float:
        return self._world.clock.monotonic()

    def _due(self, ahead: Sequence[float] = ()) -> float:
        grants = [*self.grants, *ahead]
        older = grants[-self._limit.calls] if len(grants) >= self._limit.calls else -math.inf
        return max(self._now, older + self._limit.padded_period, self._floor)

    def step(self, act: str, value: Any) -> None:
        getattr(self, act.replace(" ", "_"))(self._rng.choice(self._world.stores), value)

    def advance(self, _: Store, seconds: float) -> None:
        self._world.clock.advance(seconds)

    def pause(self, store: Store, seconds: float) -> None:
        store.pause(self._limit, seconds)
        self._floor = max(self._floor, self._now + seconds)

    def peek(self, store: Store, count: int) -> None:
        told = throttle_status(store, self._limit, count)
        ahead: list[float] = []
        for _number in range(count):
            ahead.append(self._due(ahead))
        assert told.next_in == pytest.approx(ahead[0] - self._now, abs=2e-3)
        assert told.asked_in == pytest.approx(ahead[-1] - self._now, abs=2e-3)

    def give_back_the_newest(self, _: Store, count: int) -> None:
        for _number in range(count):
            # Only a call that has not been made can be given back.
            if self._held and self.grants[-1] > self._now + EXACT:
                owner, reservation = self._held.pop()
                owner.release([self._limit], reservation)
                self.grants.pop()

    def give_back_an_older_one(self, _: Store, back: int) -> None:
        if len(self._held) >= back and self.grants[-1] - EXACT > self.grants[-back] > self._now + EXACT:
            owner, reservation = self._held[-back]
            owner.release([self._limit], reservation)

    def call(self, store: Store, max_wait: float) -> None:
        wait = self._due() - self._now
        if wait > max_wait + EXACT:
            with pytest.raises(ThrottledError) as caught:
                store.reserve([self._limit], max_wait)
            assert caught.value.wait == pytest.approx(wait, abs=EXACT)
        elif wait < max_wait - EXACT or wait == 0:
            reservation = store.reserve([self._limit], max_wait)
            assert reservation.wait == pytest.approx(wait, abs=EXACT)
            self.grants.append(self._now + reservation.wait)
            self._held.append((store, reservation))


@pytest.mark.parametrize(("kind", "examples"), [("memory", 300), ("file", 80), ("redis", 50)])
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
        assert most_in_any_window(walk.grants, period) <= calls
        assert all(one <= other + EXACT for one, other in itertools.pairwise(walk.grants))

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


def test_max_wait_is_total_over_everything_that_delays_a_call(world: World) -> None:
    class Paused(FakeClock):
        """While we sleep, the service asks others to wait."""

        def sleep(self, seconds: float, cancelled: threading.Event | None = None) -> None:
            super().sleep(seconds, cancelled)
            world.clock.advance(seconds)
            world.store.pause(SLOW, 30)

    clock = Paused(world.clock.monotonic())
    reserve_all(world, [SLOW], 3)
    with pytest.raises(ThrottledError) as caught:
        acquire(world.store, clock, [SLOW], 20)
    assert caught.value.wait == pytest.approx(30, abs=1e-3)
    assert len(clock.slept) == 1


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
    class Pausing(FakeClock):
        def sleep(self, seconds: float, cancelled: threading.Event | None = None) -> None:
            if not self.slept:
                world.stores[-1].pause(SLOW, 40)
            super().sleep(seconds, cancelled)
            world.clock.advance(seconds)

    reserve_all(world, [SLOW], 3)
    clock = Pausing(world.clock.monotonic())
    started = clock.monotonic()
    acquire(world.store, clock, [SLOW], 120)
    assert 40 <= clock.monotonic() - started <= 40 + SLOW.safety_margin
    # The place it had and did not use stays spent: two of three are left, then a whole period passes.
    assert reserve_all(world, [SLOW], 3)[0] == 0.0


class Asleep(Exception):  # noqa: N818 - it is none, it ends a sleep that the test only wants to see
    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds


class Sleepless(FakeClock):
    def sleep(self, seconds: float, cancelled: threading.Event | None = None) -> None:
        raise Asleep(seconds if cancelled is None else 0)


def test_those_held_by_one_pause_come_back_spread_but_within_the_guard(world: World) -> None:
    world.store.pause(HOME, 30)
    sleeps = []
    for number in range(20):
        with pytest.raises(Asleep) as caught:
            acquire(world.store, Sleepless(), [HOME], 60, rng=random.Random(number))  # noqa: S311
        sleeps.append(caught.value.seconds)
    assert all(30 - EXACT <= seconds <= 30 + HOME.safety_margin for seconds in sleeps)
    assert len({round(seconds, 4) for seconds in sleeps}) > 10


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
        told = throttle_status(world.stores[-1], SLOW, 4)
        assert (told.calls, told.renewal_period, told.used, told.free, told.next_in) == (3, 10.0, 2, 1, 0.0)
        assert told.asked_in == pytest.approx(10.05, abs=1e-3)
    world.clock.advance(10.1)
    assert (throttle_status(world.store, SLOW, 3).free, throttle_status(world.store, SLOW, 3).asked_in) == (3, 0.0)
    world.store.pause(SLOW, 7)
    told = throttle_status(world.store, SLOW, 1)
    assert told.free == 0
    assert told.next_in == pytest.approx(7, abs=1e-3)
