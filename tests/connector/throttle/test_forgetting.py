"""What a store remembers of limits that nobody uses any more is bounded, and what is in use stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.testing import FakeClock
from connector.throttle import file_store
from connector.throttle.bucket import RateLimit
from connector.throttle.file_store import FileStore
from connector.throttle.memory_store import Buckets

PERIOD = 10.0


def limit(number: int) -> RateLimit:
    return RateLimit(f"limit {number}", 1, PERIOD)


def test_memory_forgets_unused_buckets_when_there_are_64_then_when_there_are_twice_as_many_as_stayed() -> None:
    buckets = Buckets()
    for number in range(64):
        bucket = buckets.of(limit(number), 0.0)
        if number < 40:
            bucket.grant(100.0)
    assert len(buckets) == 64
    buckets.of(limit(64), 105.0)
    assert set(buckets) == {limit(number) for number in (*range(40), 64)}
    for number in range(100, 139):
        buckets.of(limit(number), 105.0)
    assert len(buckets) == 80
    buckets.of(limit(139), 105.0)
    assert len(buckets) == 41
    # All of them are unused by now; the next look is at 64 again.
    for number in range(200, 239):
        buckets.of(limit(number), 200.0)
    buckets.of(limit(239), 200.0)
    assert set(buckets) == {limit(239)}
    for number in range(240, 303):
        buckets.of(limit(number), 200.0)
    assert len(buckets) == 64
    buckets.of(limit(303), 200.0)
    assert set(buckets) == {limit(303)}


@pytest.mark.parametrize("state", ["granted", "paused", "waiting"])
def test_a_bucket_is_used_while_a_call_counts_a_pause_holds_or_somebody_waits(state: str) -> None:
    buckets = Buckets()
    bucket = buckets.of(limit(0), 0.0)
    if state == "granted":
        bucket.grant(0.0)
    elif state == "paused":
        bucket.paused_until = bucket.padded_period
    else:
        bucket.waiting[1] = bucket.padded_period - bucket.lease
    for moment, forgotten in ((bucket.padded_period - 0.001, False), (bucket.padded_period + 0.001, True)):
        assert bucket.forget_unused(moment) is forgotten


def test_a_file_store_forgets_what_it_knew_of_closed_files_a_period_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_store, "_OPEN_FILES", 2)
    clock = FakeClock()
    store = FileStore(lambda: tmp_path, clock, "this boot")

    def use(*numbers: int) -> set[int]:
        for number in numbers:
            store.reserve([limit(number)], 0)
        return {int(known.name.split()[1]) for known in store._known}

    assert use(0, 1) == {0, 1}
    clock.advance(PERIOD + 1)
    assert use(2, 3, 4) == {0, 1, 2, 3, 4}  # twice as many as are open may stay
    assert use(5) == {2, 3, 4, 5}
    assert use(*range(6, 16)) == set(range(2, 16))  # in use, every one
    clock.advance(PERIOD + 1)
    assert use(16) == set(range(2, 17))  # and twice as many as there were at the last look
    assert use(17) == {16, 17}
    assert len(store._files) == 2
    store.close()
