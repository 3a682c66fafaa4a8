from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.errors import ThrottledError
from connector.testing import FakeClock
from connector.throttle.bucket import RateLimit
from connector.throttle.file_store import FileStore
from connector.throttle.limiter import acquire
from connector.throttle.memory_store import MemoryStore
from connector.throttle.store import Reservation, Store

MINUTE = RateLimit("home", 100, 60.0)
TIGHT = RateLimit("home/slow", 3, 10.0)
FOREVER = 1e9

MakeStore = Callable[[FakeClock], Store]


@pytest.fixture(params=["memory", "file"])
def make_store(request: pytest.FixtureRequest, tmp_path: Path) -> MakeStore:
    """Every promise of the bucket is kept wherever it lives."""
    if request.param == "memory":
        return MemoryStore
    folder = tmp_path / "buckets"
    folder.mkdir()
    return lambda clock: FileStore(lambda: folder, clock, "this boot")


def most_in_any_window(times: Sequence[float], period: float) -> int:
    ordered = sorted(times)
    return max((sum(start <= at < start + period for at in ordered) for start in ordered), default=0)


def reserve_all(store: Store, limit: RateLimit, count: int) -> list[Reservation]:
    return [store.reserve([limit], FOREVER) for _ in range(count)]


def test_a_burst_of_all_tokens_is_free_from_idle_and_the_next_waits_a_period(make_store: MakeStore) -> None:
    store = make_store(FakeClock())
    waits = [reservation.wait for reservation in reserve_all(store, MINUTE, 101)]
    assert waits == [0.0] * 100 + [60.25]


def test_tokens_come_back_one_by_one_as_they_were_taken(make_store: MakeStore) -> None:
    clock = FakeClock()
    store = make_store(clock)
    for _ in range(3):
        store.reserve([TIGHT], 0)
        clock.advance(1)
    assert [round(store.reserve([TIGHT], FOREVER).wait, 6) for _ in range(4)] == [
        7.05,
        8.05,
        9.05,
        17.1,
    ]


def test_under_steady_demand_all_calls_of_every_period_are_used(make_store: MakeStore) -> None:
    clock = FakeClock()
    store = make_store(clock)
    started = clock.monotonic()
    grants = []
    for _ in range(1_000):
        acquire(store, clock, [MINUTE], FOREVER)
        grants.append(clock.monotonic() - started)
    assert most_in_any_window(grants, 60) == 100
    # 1,000 calls are 10 bursts, the last of which begins 9 periods after the first.
    assert 9 * 60 / grants[-1] >= 0.995


def asked(store: Store, limit: RateLimit, max_wait: float) -> tuple[Reservation | None, float]:
    """A reservation, or the wait for which it was refused."""
    try:
        return store.reserve([limit], max_wait), 0.0
    except ThrottledError as refused:
        return None, refused.wait or 0.0


steps = st.lists(
    st.one_of(
        st.tuples(st.just("advance"), st.floats(0, 15)),
        st.tuples(st.just("call"), st.floats(0, 40)),
        st.tuples(st.just("call"), st.just(FOREVER)),
        st.tuples(st.just("give back"), st.integers(0, 5)),
        st.tuples(st.just("pause"), st.floats(0, 20)),
    ),
    max_size=120,
)


@settings(derandomize=True, database=None, max_examples=150, deadline=None)
@given(calls=st.integers(1, 5), period=st.sampled_from([1.0, 10.0, 60.0]), steps=steps)
def test_never_more_calls_than_allowed_in_any_window_first_come_first_served(
    calls: int, period: float, steps: list[tuple[str, Any]]
) -> None:
    limit = RateLimit("home", calls, period)
    clock = FakeClock()
    store = MemoryStore(clock)
    held: list[Reservation] = []
    paused: list[tuple[float, float]] = []
    for act, value in steps:
        now = clock.monotonic()
        if act == "advance":
            clock.advance(value)
        elif act == "pause":
            store.pause(limit, value)
            paused.append((now, now + value))
        elif act == "give back":
            # Only a call that has not been made can be given back.
            for reservation in reversed(held[-value:] if value else []):
                if reservation.at > now:
                    store.release([limit], reservation)
                    held.remove(reservation)
        else:
            granted, refused = asked(store, limit, value)
            if granted is None:
                assert refused > value
            else:
                assert granted.wait <= value
                assert all(not begun <= now < granted.at < end for begun, end in paused)
                held.append(granted)
    grants = [reservation.at for reservation in held]
    assert grants == sorted(grants)
    assert most_in_any_window(grants, period) <= calls


def test_threads_on_one_store_get_exactly_the_schedule_of_one(make_store: MakeStore) -> None:
    clock = FakeClock()
    store = make_store(clock)
    limit = RateLimit("home", 10, 60.0)
    grants: list[float] = []
    barrier = threading.Barrier(16)

    def work() -> None:
        barrier.wait()
        mine = [store.reserve([limit], FOREVER).at for _ in range(25)]
        assert mine == sorted(mine)
        grants.extend(mine)

    threads = [threading.Thread(target=work) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expected = [1000 + 60.25 * burst for burst in range(40) for _ in range(10)]
    assert sorted(grants) == pytest.approx(expected)


def test_who_may_not_wait_is_refused_at_once_with_the_wait_and_spends_nothing(make_store: MakeStore) -> None:
    clock = FakeClock()
    store = make_store(clock)
    reserve_all(store, TIGHT, 3)
    for _ in range(5):
        with pytest.raises(ThrottledError) as caught:
            acquire(store, clock, [TIGHT], 5)
        assert caught.value.wait == pytest.approx(10.05, abs=1e-4)
        assert "10.0 seconds" in caught.value.message
        assert "the 5 that" in caught.value.message
    assert clock.slept == []
    clock.advance(10.1)
    assert [reservation.wait for reservation in reserve_all(store, TIGHT, 3)] == [0, 0, 0]


def test_the_newest_grant_can_be_given_back_exactly(make_store: MakeStore) -> None:
    store = make_store(FakeClock())
    first, second, third, fourth, fifth = reserve_all(store, TIGHT, 5)
    store.release([TIGHT], fifth)
    store.release([TIGHT], fourth)
    assert [reservation.at for reservation in reserve_all(store, TIGHT, 2)] == [fourth.at, fifth.at]
    store.release([TIGHT], first)
    store.release([TIGHT], second)
    store.release([TIGHT], third)
    assert store.reserve([TIGHT], FOREVER).wait == pytest.approx(10.05, abs=1e-4)


def test_an_older_grant_stays_spent(make_store: MakeStore) -> None:
    store = make_store(FakeClock())
    first, *_, last = reserve_all(store, TIGHT, 4)
    store.release([TIGHT], first)
    assert store.reserve([TIGHT], FOREVER).at == last.at


def test_a_pause_holds_everybody_and_only_on_that_connection(make_store: MakeStore) -> None:
    clock = FakeClock()
    store = make_store(clock)
    store.pause(MINUTE, 30)
    store.pause(MINUTE, 5)
    assert store.reserve([MINUTE], FOREVER).wait == 30
    assert store.reserve([RateLimit("other", 100, 60.0)], 0).wait == 0
    clock.advance(30)
    assert store.reserve([MINUTE], 0).wait == 0


def test_who_sleeps_when_a_pause_begins_waits_for_its_end(make_store: MakeStore) -> None:
    clock = PausingClock()
    store = clock.store = make_store(clock)
    reserve_all(store, TIGHT, 3)
    started = clock.monotonic()
    acquire(store, clock, [TIGHT], 120)
    assert clock.monotonic() - started >= 40


class PausingClock(FakeClock):
    """The service says 429 to somebody else while we sleep for the first time."""

    store: Store | None = None

    def sleep(self, seconds: float, cancelled: threading.Event | None = None) -> None:
        if not self.slept and self.store is not None:
            self.store.pause(TIGHT, 40)
        super().sleep(seconds, cancelled)


def test_several_limits_are_charged_in_one_step_and_the_longest_wait_counts(make_store: MakeStore) -> None:
    store = make_store(FakeClock())
    both = [MINUTE, TIGHT]
    assert [round(store.reserve(both, FOREVER).wait, 4) for _ in range(4)] == [0, 0, 0, 10.05]
    with pytest.raises(ThrottledError):
        store.reserve(both, 1)
    # The refused call took nothing from the wider limit either: 96 of 100 are left.
    assert [reservation.wait for reservation in reserve_all(store, MINUTE, 97)] == [0.0] * 96 + [60.25]


def test_giving_back_charges_no_limit(make_store: MakeStore) -> None:
    store = make_store(FakeClock())
    both = [MINUTE, TIGHT]
    store.release(both, store.reserve(both, 0))
    assert [reservation.wait for reservation in reserve_all(store, MINUTE, 100)] == [0.0] * 100


def test_two_connections_do_not_share_a_bucket(make_store: MakeStore) -> None:
    store = make_store(FakeClock())
    reserve_all(store, TIGHT, 3)
    assert store.reserve([RateLimit("elsewhere", 3, 10.0)], 0).wait == 0


def test_waiting_is_told_before_it_begins() -> None:
    clock = FakeClock()
    store = MemoryStore(clock)
    told: list[tuple[str, float, int]] = []
    reserve_all(store, TIGHT, 3)
    waited = acquire(store, clock, [TIGHT], 60, on_wait=lambda why, wait: told.append((why, wait, len(clock.slept))))
    assert [(why, round(wait, 4), slept) for why, wait, slept in told] == [("waiting for the limit of calls", 10.05, 0)]
    assert waited == pytest.approx(10.05, abs=1e-4)


class LateClock(FakeClock):
    """Wakes sleepers later than they asked for."""

    def __init__(self, *late: float) -> None:
        super().__init__()
        self._late = list(late)

    def sleep(self, seconds: float, cancelled: threading.Event | None = None) -> None:
        super().sleep(seconds, cancelled)
        self.advance(self._late.pop(0) if self._late else 0)


@pytest.mark.parametrize(("late", "spent"), [(0.03, 1), (5.0, 2)])
def test_who_wakes_too_late_gives_the_slot_up_and_takes_another(late: float, spent: int) -> None:
    clock = LateClock(late)
    store = MemoryStore(clock)
    reserve_all(store, TIGHT, 3)
    acquire(store, clock, [TIGHT], 60)
    before = clock.monotonic()
    waits = [reservation.at - before for reservation in reserve_all(store, TIGHT, 3)]
    assert sum(wait <= 0 for wait in waits) == 3 - spent


def test_who_is_late_and_has_used_up_the_wait_may_still_take_what_is_free() -> None:
    clock = LateClock(5)
    store = MemoryStore(clock)
    reserve_all(store, TIGHT, 3)
    assert acquire(store, clock, [TIGHT], 10.1) == pytest.approx(15.05, abs=1e-4)


def test_a_machine_that_always_wakes_too_late_sends_nothing() -> None:
    clock = LateClock(*[100.0] * 20)
    store = MemoryStore(clock)
    store.pause(TIGHT, 1)

    class Busy(MemoryStore):
        def reserve(self, limits: Sequence[RateLimit], max_wait: float) -> Reservation:
            self.pause(limits[0], 1)
            return super().reserve(limits, max_wait)

    with pytest.raises(ThrottledError, match="too busy"):
        acquire(Busy(clock), clock, [TIGHT], FOREVER)
    assert len(clock.slept) == 5


def test_a_cancelled_wait_gives_the_place_back(make_store: MakeStore) -> None:
    clock = FakeClock()
    store = make_store(clock)
    reserve_all(store, TIGHT, 3)
    cancelled = threading.Event()
    cancelled.set()
    with pytest.raises(ThrottledError, match="cancelled"):
        acquire(store, clock, [TIGHT], 60, cancelled)
    assert store.reserve([TIGHT], FOREVER).wait == pytest.approx(10.05, abs=1e-4)


def test_who_was_cancelled_takes_no_token_even_where_one_is_free() -> None:
    clock = FakeClock()
    store = MemoryStore(clock)
    cancelled = threading.Event()
    cancelled.set()
    with pytest.raises(ThrottledError, match="cancelled"):
        acquire(store, clock, [TIGHT], 60, cancelled)
    assert [reservation.wait for reservation in reserve_all(store, TIGHT, 3)] == [0, 0, 0]


def test_an_interrupted_sleep_gives_the_place_back() -> None:
    class Interrupted(FakeClock):
        def sleep(self, *_: object) -> None:
            raise KeyboardInterrupt

    clock = Interrupted()
    store = MemoryStore(clock)
    reserve_all(store, TIGHT, 3)
    with pytest.raises(KeyboardInterrupt):
        acquire(store, clock, [TIGHT], 60)
    assert store.reserve([TIGHT], FOREVER).wait == pytest.approx(10.05, abs=1e-4)


@pytest.mark.parametrize(("period", "safety_margin"), [(60.0, 0.25), (240.0, 1.0), (1.0, 0.05), (0.1, 0.05)])
def test_the_guard_grows_with_the_period_and_is_never_tiny(period: float, safety_margin: float) -> None:
    assert RateLimit("b", 1, period).safety_margin == safety_margin


def test_looking_takes_nothing(make_store: MakeStore) -> None:
    store = make_store(FakeClock())
    store.reserve([TIGHT], 0)
    bucket, now = store.peek(TIGHT)
    assert (bucket.available_at(2, now), bucket.available_at(3, now) > now) == (now, True)
    bucket.grant(now)
    assert [reservation.wait for reservation in reserve_all(store, TIGHT, 2)] == [0, 0]
    assert store.warnings() == ()
