"""Taking a call back, or counting it from later, changes nothing of the others, wherever the ring begins."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from connector.throttle.bucket import Bucket, RateLimit

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
