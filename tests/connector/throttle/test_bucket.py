"""The rule by itself: when a call may leave, and what taking it back or counting it from later changes."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.throttle.bucket import Bucket, RateLimit, Reservation, claim, leave_line, move

LIMIT = RateLimit("a", 1, 60)
SPAN = LIMIT.padded_period
TIMES = st.lists(st.integers(0, 20).map(float), max_size=12).map(sorted)


def bucket_of(times: list[float], calls: int) -> Bucket:
    bucket = Bucket(RateLimit("a", calls, 60))
    for at in times:
        bucket.grant(at)
    return bucket


def ordered(bucket: Bucket) -> list[float]:
    return [*bucket.times[bucket.oldest :], *bucket.times[: bucket.oldest]]


@given(times=TIMES, calls=st.integers(1, 6), at=st.integers(-1, 21).map(float))
def test_a_call_that_is_taken_back_leaves_the_others_in_their_order(times: list[float], calls: int, at: float) -> None:
    bucket = bucket_of(times, calls)
    expected = ordered(bucket)
    there = at in expected
    if there:
        expected.remove(at)
        expected.insert(0, -math.inf)
    assert bucket.remove(at) is there
    assert ordered(bucket) == expected
    bucket.grant(30.0)
    assert ordered(bucket) == [*expected[1:], 30.0]


@given(times=TIMES, calls=st.integers(1, 6), at=st.integers(-1, 21).map(float))
def test_a_call_can_be_counted_from_later_only_if_it_is_known(times: list[float], calls: int, at: float) -> None:
    bucket = bucket_of(times, calls)
    assert bucket.can_move(at, 40.0) is (at in ordered(bucket) and at > -math.inf)


@pytest.mark.parametrize(
    ("period", "margin"),
    [(1.0, 0.05), (11.0, 0.05), (12.0, 0.05), (12.03, 12.03 / 240), (24.0, 0.1), (60.0, 0.25), (2_678_400.0, 11_160.0)],
)
def test_the_safety_margin_is_a_240th_of_the_period_and_never_less_than_a_twentieth_of_a_second(
    period: float, margin: float
) -> None:
    limit = RateLimit("a", 1, period)
    assert limit.safety_margin == margin
    assert limit.padded_period == period + margin


@pytest.mark.parametrize(
    ("ahead", "paused_until", "due"),
    [
        (0, 0.0, 10 + SPAN),
        (1, 0.0, 20 + SPAN),
        (2, 0.0, 30 + SPAN),
        (3, 0.0, 10 + 2 * SPAN),
        (5, 0.0, 30 + 2 * SPAN),
        (6, 0.0, 10 + 3 * SPAN),
        (0, 75.0, 75.0),
        (1, 75.0, 20 + SPAN),
        (3, 75.0, 75 + SPAN),
        (0, 99.0, 99.0),
    ],
)
def test_a_call_may_leave_when_the_token_it_waits_for_comes_back(ahead: int, paused_until: float, due: float) -> None:
    bucket = bucket_of([10.0, 20.0, 30.0], 3)
    bucket.paused_until = paused_until
    assert bucket.ready_at(ahead, 40.0) == due


def test_calls_behind_a_whole_round_count_from_now() -> None:
    bucket = bucket_of([10.0], 2)
    assert [bucket.ready_at(ahead, 40.0) for ahead in range(4)] == [-math.inf, 10 + SPAN, 40 + SPAN, 10 + 2 * SPAN]
    assert bucket.ready_at(3, 90.0) == 90 + SPAN


def test_whoever_does_not_come_in_time_loses_the_place_and_whoever_comes_at_the_last_moment_does_not() -> None:
    bucket = bucket_of([], 2)
    bucket.waiting = {7: 10.0, 8: 12.0, 9: 11.0}
    lease = 1 + LIMIT.safety_margin
    assert bucket.in_line(10 + lease) == 3
    assert bucket.place_of(9, 12 + lease) is None
    assert (bucket.waiting, bucket.in_line(12 + lease), bucket.place_of(8, 12 + lease)) == ({8: 12.0}, 1, 0)
    assert bucket.in_line(12.1 + lease) == 0
    assert bucket.place_of(8, 12.0) is None


@pytest.mark.parametrize(
    ("at", "now", "paused_until", "may"),
    [
        (20.0, 30.0, 0.0, True),
        (20.0, 20.0 + SPAN, 0.0, False),
        (20.0, 30.0, 30.0, True),
        (20.0, 30.0, 30.1, False),
        (15.0, 30.0, 0.0, False),
    ],
)
def test_a_call_can_be_counted_from_later_within_a_period_and_outside_a_pause(
    at: float, now: float, paused_until: float, may: bool
) -> None:
    bucket = bucket_of([10.0, 20.0], 2)
    bucket.paused_until = paused_until
    assert bucket.can_move(at, now) is may
    reservation = Reservation(0.0, at, [at])
    assert move([(bucket, now)], reservation, now) is may
    assert ordered(bucket) == ([10.0, 30.0] if may else [10.0, 20.0])
    assert (reservation.times, reservation.since) == (([30.0], 30.0) if may else ([at], at))


def test_a_call_that_was_counted_in_some_limits_only_is_not_moved_in_any() -> None:
    one, other = bucket_of([10.0], 2), bucket_of([10.0], 3)
    reservation = Reservation(0.0, 10.0, [10.0])
    assert not move([(one, 20.0), (other, 20.0)], reservation, 20.0)
    assert not move([(one, 20.0)], Reservation(1.0, 10.0), 20.0)
    assert (ordered(one)[-1], ordered(other)[-1]) == (10.0, 10.0)
    assert move([(one, 20.0), (other, 25.0)], Reservation(0.0, 10.0, [10.0, 10.0]), 20.0)
    assert (ordered(one)[-1], ordered(other)[-1]) == (20.0, 25.0)


def test_a_call_that_is_moved_is_never_before_the_last_one() -> None:
    bucket = bucket_of([10.0, 30.0], 3)
    bucket.move(10.0, 20.0)
    assert ordered(bucket) == [-math.inf, 30.0, 30.0]


def test_whoever_claims_a_place_waits_on_or_leaves_in_every_limit_at_once() -> None:
    one, other = bucket_of([10.0], 1), bucket_of([0.0], 1)
    reservation = Reservation(20.0, 10.0, (), 5)
    one.waiting[5] = other.waiting[5] = 10 + SPAN
    early = [(one, 60.0), (other, 60.0)]
    assert claim(early, reservation, 60.0) == 10 + SPAN - 60
    assert (one.waiting, other.waiting, reservation.times) == ({5: 10 + SPAN}, {5: 10 + SPAN}, ())
    due = [(one, 10 + SPAN), (other, 10 + SPAN)]
    assert claim(due, reservation, 500.0) == 0
    assert (one.waiting, other.waiting, reservation.times) == ({}, {}, [10 + SPAN] * 2)
    assert (reservation.since, reservation.wait) == (500.0, 0.0)
    assert claim(due, reservation, 501.0) == -math.inf
    assert (ordered(one), ordered(other), reservation.times) == ([-math.inf], [-math.inf], ())


def test_whoever_has_lost_one_place_gives_the_others_up() -> None:
    one, other = bucket_of([], 1), bucket_of([], 1)
    one.waiting = {5: 10.0, 6: 10.0}
    reservation = Reservation(20.0, 10.0, (), 5)
    assert claim([(one, 5.0), (other, 5.0)], reservation, 5.0) == -math.inf
    assert one.waiting == {6: 10.0}
    leave_line([(one, 5.0), (other, 5.0)], Reservation(0.0, 0.0, (), 7))
    assert one.waiting == {6: 10.0}


@pytest.mark.parametrize(
    ("newest", "paused_until", "waits", "now", "unused"),
    [
        (10.0, 0.0, False, 10 + SPAN, True),
        (10.0, 0.0, False, 9.9 + SPAN, False),
        (10.0, 100.0, False, 100.0, True),
        (10.0, 100.0, False, 99.9, False),
        (10.0, 0.0, True, 10 + SPAN, False),
    ],
)
def test_a_bucket_is_forgotten_when_every_token_is_back_no_pause_holds_and_nobody_waits(
    newest: float, paused_until: float, waits: bool, now: float, unused: bool
) -> None:
    bucket = bucket_of([newest], 2)
    bucket.paused_until = paused_until
    if waits:
        bucket.waiting[1] = now
    assert bucket.forget_unused(now) is unused


def test_a_copy_is_for_reading() -> None:
    bucket = bucket_of([10.0, 20.0], 2)
    bucket.waiting[1] = 30.0
    twin = bucket.copy()
    twin.grant(40.0)
    twin.waiting.clear()
    assert (ordered(bucket), bucket.waiting, ordered(twin)) == ([10.0, 20.0], {1: 30.0}, [20.0, 40.0])
