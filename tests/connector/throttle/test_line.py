"""The line of those who wait: whoever leaves it, or never comes, was never there."""

from __future__ import annotations

import pytest

from connector.errors import ThrottledError
from connector.testing import FakeClock
from connector.throttle.bucket import RateLimit, Reservation
from connector.throttle.limiter import Permit, acquire
from tests.connector.throttle.worlds import FOREVER, World

HOME = RateLimit("home", 10, 60.0)
SLOW = RateLimit("home/slow", 2, 10.0)
SPAN = HOME.padded_period


def take(world: World, count: int) -> list[Reservation]:
    """Reservations, made in turn by every process."""
    stores = world.stores
    return [stores[number % len(stores)].reserve([HOME], FOREVER) for number in range(count)]


def test_after_two_hundred_have_left_the_line_the_next_waits_as_if_they_had_never_been_there(world: World) -> None:
    take(world, 10)
    for number, waiting in enumerate(take(world, 200)):
        world.stores[number % len(world.stores)].release([HOME], waiting)
    assert world.store.reserve([HOME], FOREVER).wait == pytest.approx(SPAN, abs=1e-4)


def test_who_waits_behind_others_moves_forward_when_they_leave_wherever_they_are(world: World) -> None:
    take(world, 10)
    line = take(world, 200)
    last = line[-1]
    assert last.wait == pytest.approx(20 * SPAN, abs=1e-4)
    for number, waiting in enumerate(line[:-1]):
        if number % 2:
            world.stores[number % len(world.stores)].release([HOME], waiting)
    assert world.store.claim([HOME], last) == pytest.approx(11 * SPAN, abs=1e-4)
    for number, waiting in enumerate(line[:-1]):
        if not number % 2:
            world.stores[number % len(world.stores)].release([HOME], waiting)
    assert world.store.claim([HOME], last) == pytest.approx(SPAN, abs=1e-4)
    world.clock.advance(SPAN)
    assert world.store.claim([HOME], last) == pytest.approx(0, abs=1e-5)


def test_a_sleeper_notices_half_way_that_the_line_is_shorter(world: World) -> None:
    take(world, 10)
    line = take(world, 20)

    class Leaving(FakeClock):
        def sleep(self, seconds: float) -> None:
            if not self.slept:
                for number, waiting in enumerate(line):
                    world.stores[number % len(world.stores)].release([HOME], waiting)
            super().sleep(seconds)
            world.clock.advance(seconds)

    clock = Leaving(world.clock.monotonic())
    permit = acquire(world.store, clock, [HOME], FOREVER)
    assert permit.waited < 1.6 * SPAN  # of the three periods that it was told


def test_whoever_was_killed_in_line_loses_the_place_a_second_after_its_time_and_no_token(world: World) -> None:
    take(world, 10)
    take(world, 10)  # nobody comes for these
    mine = world.store.reserve([HOME], FOREVER)
    assert mine.wait == pytest.approx(2 * SPAN, abs=1e-4)
    world.clock.advance(SPAN + 0.5)
    assert world.store.claim([HOME], mine) > 1
    world.clock.advance(1)
    assert world.store.claim([HOME], mine) == 0
    assert [waiting.wait for waiting in take(world, 9)] == [0.0] * 9


@pytest.mark.parametrize("early", [0.001, 0.5, 1.0, 20.0])
def test_a_call_whose_time_has_not_come_counts_for_nobody(world: World, early: float) -> None:
    take(world, 10)
    mine = world.store.reserve([HOME], FOREVER)
    since = mine.since
    world.clock.advance(SPAN - early)
    assert world.store.claim([HOME], mine) == pytest.approx(early, abs=1e-4)
    assert not mine.times
    assert (mine.since, round(mine.wait, 3)) == (since, SPAN)


@pytest.mark.parametrize(("late", "counted"), [(0.0, 0.0), (0.01, 0.01), (0.5, HOME.safety_margin / 4)])
def test_a_call_that_comes_late_counts_from_its_time_or_a_quarter_of_the_margin_ago(
    world: World, late: float, counted: float
) -> None:
    take(world, 10)
    mine = world.store.reserve([HOME], FOREVER)
    world.clock.advance(SPAN + late)
    assert world.store.claim([HOME], mine) == 0
    assert world.clock.monotonic() - mine.since == pytest.approx(counted, abs=1e-4)
    world.store.release([HOME], mine)
    assert world.store.reserve([HOME], 0).wait == 0


def test_whoever_comes_too_late_has_lost_the_place_and_spent_nothing(world: World) -> None:
    take(world, 10)
    late = world.store.reserve([HOME], FOREVER)
    world.clock.advance(SPAN + 30)
    assert world.store.claim([HOME], late) == float("-inf")
    assert [waiting.wait for waiting in take(world, 10)] == [0.0] * 10


def test_a_granted_call_that_is_not_made_gives_its_token_back_also_from_the_middle(world: World) -> None:
    granted = []
    for _ in range(10):
        granted += take(world, 1)
        world.clock.advance(1)
    world.store.release([HOME], granted[4])
    assert world.store.reserve([HOME], 0).wait == 0
    # The other tokens come back when they would have: the first is ten seconds old.
    assert world.store.reserve([HOME], FOREVER).wait == pytest.approx(SPAN - 10, abs=1e-4)


def test_a_token_that_is_given_back_goes_to_whoever_waits_and_takes_nobodys_place(world: World) -> None:
    granted = take(world, 10)
    first, second = take(world, 2)
    world.store.release([HOME], granted[0])
    assert world.stores[-1].claim([HOME], second) == pytest.approx(SPAN, abs=1e-4)
    assert world.store.claim([HOME], first) == 0
    assert world.store.claim([HOME], second) == pytest.approx(SPAN, abs=HOME.safety_margin / 3)


def test_two_limits_are_left_in_one_step(world: World) -> None:
    both = [HOME, SLOW]
    for _ in range(2):
        world.store.reserve(both, 0)
    line = [world.store.reserve(both, FOREVER) for _ in range(8)]
    for waiting in line:
        world.store.release(both, waiting)
    assert [world.store.reserve([HOME], FOREVER).wait for _ in range(8)] == [0.0] * 8
    assert world.store.peek(SLOW)[0].waiting == {}


def test_a_refusal_leaves_no_place_in_line(world: World) -> None:
    take(world, 10)
    for _ in range(50):
        with pytest.raises(ThrottledError):
            world.store.reserve([HOME], 5)
    assert world.store.reserve([HOME], FOREVER).wait == pytest.approx(SPAN, abs=1e-4)


def test_calls_that_are_given_up_while_they_wait_cost_the_next_nothing(world: World) -> None:
    take(world, 10)
    waiting = [Permit(world.store, world.clock, [HOME], FOREVER).take() for _ in range(60)]
    for steps in waiting:
        assert (steps.send(None) or 0) > 0
    assert len(world.store.peek(HOME)[0].waiting) == 60
    for steps in waiting:
        steps.close()
    assert world.store.reserve([HOME], FOREVER).wait == pytest.approx(SPAN, abs=1e-4)
