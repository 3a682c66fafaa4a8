"""The share of one process while the server that keeps the limit is gone, and for one period after it came back."""

from __future__ import annotations

import math
import threading

import pytest

from connector.errors import ThrottledError
from connector.throttle.bucket import RateLimit, Reservation
from connector.throttle.memory_store import Buckets
from connector.throttle.outage import Share
from connector.throttle.store import ThrottleStoreError
from tests.connector.throttle.worlds import FOREVER

HOME = RateLimit("home", 8, 60.0)
SLOW = RateLimit("home/slow", 4, 120.0)
SPAN = HOME.padded_period
SLOW_SPAN = SLOW.padded_period


class Alone(Share):
    """The share of one of four processes, which has made these calls; the server was lost at 100."""

    def __init__(self, *made: float, processes: int = 4, lost: bool = True) -> None:
        self.own = Buckets()
        super().__init__(processes, self.own)
        for at in made:
            self.own.of(HOME, at).grant(at)
        if lost:
            self.turn(100.0, lost=True)

    def waits(self, now: float, count: int, *limits: RateLimit) -> list[float]:
        return [self.reserve(limits or [HOME], FOREVER, now, name).wait for name in range(1, count + 1)]


def test_the_share_begins_one_period_after_the_loss_at_that_very_moment() -> None:
    ends = 100.0 + SPAN
    assert Alone().waits(ends - 1, 5) == [1.0, 1.0, 1.0 + SPAN, 1.0 + SPAN, 1.0 + 2 * SPAN]
    share = Alone()
    made = [share.reserve([HOME], 0.0, ends, name) for name in (1, 2)]
    assert [(each.wait, each.times, each.alone, each.paused) for each in made] == [(0.0, [ends], True, False)] * 2
    assert share.waits(ends, 1) == [SPAN]
    assert sorted(share.own.of(HOME, ends).times)[-3:] == [-math.inf, ends, ends]


def test_what_the_process_itself_has_called_counts_in_its_share() -> None:
    late = 100.0 + SPAN + 10
    share = Alone(10.0, 20.0, late - 30, late - 20)
    assert share.waits(late, 3) == [SPAN - 30, SPAN - 20, SPAN - 30 + SPAN]
    # Wherever the ring begins: these are eleven calls of a ring of eight.
    share = Alone(*[10.0 + number for number in range(9)], late - 30, late - 20)
    assert [share.bucket(HOME, late).ready_at(ahead, late) for ahead in (0, 1)] == [late - 30 + SPAN, late - 20 + SPAN]


def test_a_pause_holds_the_share_as_well() -> None:
    share = Alone()
    share.own.of(HOME, 100.0).paused_until = 500.0
    assert share.waits(200.0, 1) == [300.0]


def test_a_wait_longer_than_allowed_is_refused_and_takes_no_place() -> None:
    share = Alone()
    with pytest.raises(ThrottledError) as caught:
        share.reserve([HOME], SPAN - 1, 100.0, 1)
    assert caught.value.wait == SPAN
    assert share.reserve([HOME], SPAN, 100.0, 2).wait == SPAN
    assert share.waits(100.0, 2) == [SPAN, 2 * SPAN]


def test_a_share_of_less_than_one_call_is_an_error_and_not_a_wait() -> None:
    assert Alone(processes=8).bucket(HOME, 100.0).calls == 1
    with pytest.raises(ThrottleStoreError, match="less than one call"):
        Alone(processes=9).reserve([HOME], FOREVER, 300.0, 1)


def test_whoever_waits_in_the_share_leaves_in_turn_and_counts_from_the_due_time() -> None:
    share = Alone()
    line = [share.reserve([HOME], FOREVER, 100.0, name) for name in (1, 2, 3)]
    assert share.claim([HOME], line[2], 100.0 + SPAN) == SPAN
    assert share.claim([HOME], line[0], 99.0 + SPAN) == 1.0
    assert share.claim([HOME], line[0], 100.0 + SPAN + 0.01) == 0
    assert [line[0].wait, line[0].since, *line[0].times] == pytest.approx([0.0, 100 + SPAN, 100 + SPAN])
    assert share.claim([HOME], line[1], 100.5 + SPAN) == 0
    assert sorted(share.own.of(HOME, 200.0).times)[-2:] == pytest.approx(
        [100 + SPAN, 100.5 + SPAN - HOME.safety_margin / 4]
    )
    assert share.claim([HOME], line[2], 100.0 + 2 * SPAN + 0.01) == 0


def test_whoever_never_comes_loses_the_place_and_whoever_leaves_it_gives_it_up() -> None:
    share = Alone()
    line = [share.reserve([HOME], FOREVER, 100.0, name) for name in range(1, 6)]
    assert [each.wait for each in line[3:]] == [2 * SPAN, 3 * SPAN]
    share.leave([HOME], line[1])
    assert share.claim([HOME], line[4], 101.0) == 2 * SPAN - 1
    # The first does not come, and keeps the place for a second and the margin.
    kept_for = 1.0 + HOME.safety_margin
    assert share.claim([HOME], line[3], 100.0 + SPAN + kept_for) == SPAN
    assert share.claim([HOME], line[3], 100.1 + SPAN + kept_for) == 0
    assert share.claim([HOME], line[0], 100.1 + SPAN + kept_for) == -math.inf
    share.leave([SLOW], line[4])  # it never waited there


def test_two_limits_are_kept_in_one_step() -> None:
    share = Alone()
    both = [HOME, SLOW]
    assert share.waits(100.0, 2, *both) == [SLOW_SPAN, 2 * SLOW_SPAN]
    assert share.waits(100.0 + SPAN, 1, HOME) == [SPAN]  # two of this limit wait already
    share = Alone()
    made = share.reserve(both, 0.0, 100.0 + SLOW_SPAN, 1)
    assert (made.wait, made.times) == (0.0, [100.0 + SLOW_SPAN] * 2)
    assert share.can_move(both, made, 101.0 + SLOW_SPAN)
    assert not share.can_move([HOME], made, 101.0 + SLOW_SPAN)
    assert not share.can_move(both, made, 100.0 + SLOW_SPAN + SPAN)
    assert not share.can_move(both, Reservation(1.0, 100.0), 101.0)


def test_the_line_of_one_outage_is_not_that_of_the_next() -> None:
    share = Alone()
    *_, last = [share.reserve([HOME], FOREVER, 100.0, name) for name in range(1, 8)]
    share.turn(101.0, lost=True)
    assert share.claim([HOME], last, 102.0) > 0
    share.turn(103.0, lost=False)
    share.turn(104.0, lost=False)
    share.turn(105.0, lost=True)
    assert share.claim([HOME], last, 106.0) == -math.inf
    assert share.waits(106.0, 1) == [SPAN - 1]


UNTIL = 200.0 + SPAN


@pytest.mark.parametrize(
    ("made", "lost_at", "processes", "due"),
    [
        ([], 100.0, 4, 100.0 + SPAN),
        ([], 190.0, 4, 190.0 + SPAN),
        ([], 100.0, 9, UNTIL),  # no share
        ([150.0], 100.0, 4, 100.0 + SPAN),
        ([150.0, 195.0], 100.0, 4, 150.0 + SPAN),
        ([150.0, 195.0], 100.0, 8, 195.0 + SPAN),
        ([201.0, 201.0], 100.0, 4, UNTIL),
        ([199.0] * 8, 100.0, 4, 199.0 + SPAN),
        ([199.0] * 8, 100.0, 9, UNTIL),
        ([201.0] * 8, 100.0, 4, 201.0 + SPAN),
    ],
)
def test_for_one_period_after_the_server_came_back_a_process_keeps_to_its_share(
    made: list[float], lost_at: float, processes: int, due: float
) -> None:
    share = Alone(*made, processes=processes, lost=False)
    assert share.own_ready_at(HOME, 202.0) == share.own.of(HOME, 0.0).ready_at(0, 202.0)
    share.turn(lost_at, lost=True)
    share.turn(200.0, lost=False)
    assert share.own_ready_at(HOME, 202.0) == due


def test_only_a_thread_whose_last_call_was_alone_is_told_so() -> None:
    share = Alone()
    said = ("Redis could not be reached: this process kept to its share, 1/4 of the call limit.",)
    assert share.warnings() == said
    elsewhere: list[tuple[str, ...]] = []
    thread = threading.Thread(target=lambda: elsewhere.append(share.warnings()))
    thread.start()
    thread.join()
    assert elsewhere == [()]
    share.turn(101.0, lost=True)
    assert share.warnings() == said
    share.turn(102.0, lost=False)
    assert share.warnings() == ()
