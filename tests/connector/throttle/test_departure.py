"""A call counts when it leaves: not when it was granted, and not before its connection stands."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.counting import most_in_any_window
from connector.errors import ThrottledError
from connector.testing import FakeClock
from connector.throttle.bucket import RateLimit
from connector.throttle.limiter import Permit, acquire
from connector.throttle.store import ThrottleStoreError
from tests.connector.throttle.worlds import FOREVER, World, departing

HOME = RateLimit("home", 10, 60.0)
SLOW = RateLimit("home/slow", 3, 10.0)
SPAN = HOME.padded_period


class Moving(FakeClock):
    """A clock of one process; its sleeps move the world's."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world

    def monotonic(self) -> float:
        return self._world.clock.monotonic()

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        self._world.clock.advance(seconds)


def permits(world: World, count: int, max_wait: float = FOREVER) -> list[Permit]:
    stores = world.stores
    return [acquire(stores[n % len(stores)], Moving(world), [HOME], max_wait) for n in range(count)]


def test_a_handshake_between_grant_and_first_byte_lets_no_burst_through_on_pooled_connections(world: World) -> None:
    left = []
    for permit in permits(world, 10):
        world.clock.advance(0.3)
        assert departing(permit) == 0
        left.append(world.clock.monotonic())
    for _ in range(30):
        (permit,) = permits(world, 1)
        assert departing(permit) == 0
        left.append(world.clock.monotonic())
    assert most_in_any_window(left, HOME.period) == 10
    # The tokens come back as the calls left, and all are used.
    assert left[10] - left[0] == pytest.approx(SPAN, abs=HOME.safety_margin / 2)
    assert left[-1] - left[0] < 3 * SPAN + 3.5


def test_a_departure_at_once_costs_no_step_of_the_store(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[float] = []
    depart = world.store.depart

    def counted(*args: Any) -> bool:
        steps.append(world.clock.monotonic())
        return depart(*args)

    monkeypatch.setattr(world.store, "depart", counted)
    permit = acquire(world.store, world.clock, [HOME], 0)
    world.clock.advance(HOME.safety_margin / 2 - 0.001)
    assert departing(permit) == 0
    assert steps == []
    world.clock.advance(0.002)
    assert departing(permit) == 0
    assert len(steps) == 1


def test_the_grant_moves_to_the_departure_for_every_process(world: World) -> None:
    (permit,) = permits(world, 1)
    world.clock.advance(20)
    assert departing(permit) == 0
    for store in world.stores:
        bucket, now = store.peek(HOME)
        assert max(bucket.times) == pytest.approx(now, abs=1e-5)
    assert [world.store.reserve([HOME], FOREVER).wait for _ in range(10)] == [0.0] * 9 + [pytest.approx(SPAN, abs=1e-4)]


def test_who_waits_is_told_the_later_time_when_it_looks_again(world: World) -> None:
    granted = permits(world, 10)
    waiting = world.store.reserve([HOME], FOREVER)
    world.clock.advance(5)
    for permit in granted:
        departing(permit)
    world.clock.advance(SPAN - 5)
    assert world.store.claim([HOME], waiting) == pytest.approx(5, abs=1e-4)


def test_a_connection_that_takes_longer_than_a_period_needs_another_token(world: World) -> None:
    (slow,) = permits(world, 1)
    world.clock.advance(SPAN + 1)
    permits(world, 10)
    assert departing(slow) == pytest.approx(SPAN, abs=HOME.safety_margin)
    assert slow.waited == pytest.approx(SPAN, abs=HOME.safety_margin)


def test_a_connection_that_takes_longer_than_the_wait_allows_sends_nothing_and_spends_nothing(world: World) -> None:
    (slow,) = permits(world, 1, max_wait=5)
    world.clock.advance(SPAN + 1)
    permits(world, 10)
    with pytest.raises(ThrottledError) as caught:
        departing(slow)
    assert caught.value.wait == pytest.approx(SPAN, abs=1e-3)
    assert world.store.reserve([HOME], FOREVER).wait == pytest.approx(SPAN, abs=1e-3)


def test_a_pause_that_begins_during_the_handshake_holds_the_call(world: World) -> None:
    (permit,) = permits(world, 1)
    world.clock.advance(1)
    world.stores[-1].pause(HOME, 30)
    assert 30 - 1e-4 <= departing(permit) <= 30 + HOME.safety_margin
    assert sum(at > 0 for at in world.store.peek(HOME)[0].times) == 1  # one token, not two


def test_a_call_whose_connection_failed_gives_its_token_back(world: World) -> None:
    for permit in permits(world, 10):
        permit.release()
    assert [permit.waited for permit in permits(world, 10)] == [0.0] * 10


def test_a_call_that_has_left_gives_nothing_back(world: World) -> None:
    for permit in permits(world, 10):
        departing(permit)
        permit.release()
    with pytest.raises(ThrottledError):
        permits(world, 1, max_wait=5)


def test_both_limits_move_with_the_departure(world: World) -> None:
    permit = acquire(world.store, Moving(world), [HOME, SLOW], 0)
    world.clock.advance(4)
    assert departing(permit) == 0
    for limit in (HOME, SLOW):
        bucket, now = world.store.peek(limit)
        assert max(bucket.times) == pytest.approx(now, abs=1e-5)


def test_a_call_held_up_on_its_way_to_the_connection_counts_from_its_first_byte_for_every_process(world: World) -> None:
    left = []
    for permit in permits(world, 10):
        assert departing(permit) == 0
        world.clock.advance(2)
        permit.sent()
        left.append(world.clock.monotonic())
    for _ in range(20):
        (permit,) = permits(world, 1)
        assert departing(permit) == 0
        permit.sent()
        left.append(world.clock.monotonic())
    assert most_in_any_window(left, HOME.period) == 10
    assert left[10] - left[0] == pytest.approx(SPAN, abs=HOME.safety_margin / 2)


def test_it_counts_even_if_a_pause_began_or_its_token_was_taken_by_another(world: World) -> None:
    (permit,) = permits(world, 1)
    assert departing(permit) == 0
    world.clock.advance(SPAN + 1)
    permits(world, 10)
    world.clock.advance(1)
    world.store.pause(HOME, 5)
    permit.sent()
    for store in world.stores:
        bucket, now = store.peek(HOME)
        assert bucket.newest() == pytest.approx(now, abs=1e-3)


def test_what_cannot_be_counted_any_more_fails_no_call(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    (permit,) = permits(world, 1)
    assert departing(permit) == 0
    world.clock.advance(1)

    def gone(*_: Any) -> None:
        raise ThrottleStoreError("Gone.")

    monkeypatch.setattr(world.store, "stamp", gone)
    permit.sent()
