"""What the Redis store asks its script, and what it makes of the replies; no server is needed to show that."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest
import redis

from connector.errors import ThrottledError
from connector.testing import FakeClock
from connector.throttle import redis_connection, redis_store
from connector.throttle.bucket import RateLimit, Reservation
from connector.throttle.redis_store import RedisStore
from connector.throttle.store import ThrottleStoreError
from tests.connector.throttle.worlds import FOREVER

HOME = RateLimit("id/home", 2, 60.0)
SLOW = RateLimit("id/slow", 1, 24.0)
SPAN, SLOW_SPAN = HOME.padded_period, SLOW.padded_period


class Scripted:
    """A client whose script replies as it is told, and notes what it was asked."""

    def __init__(self, *replies: str) -> None:
        self.replies = list(replies)
        self.asked: list[Sequence[bytes | str]] = []
        self.keys: list[list[bytes]] = []
        self.closed = False

    def register_script(self, _script: str) -> Scripted:
        return self

    def __call__(self, *, keys: list[bytes], args: Sequence[bytes | str]) -> bytes:
        self.keys.append(keys)
        self.asked.append(args)
        reply = self.replies.pop(0)
        if reply == "gone":
            raise redis.ConnectionError("gone")
        return reply.encode()

    def close(self) -> None:
        self.closed = True


def opened(clock: FakeClock, *replies: str, processes: int | None = None, empty_is_new: bool = False) -> RedisStore:
    client = Scripted(*replies)
    return RedisStore(client, clock, processes=processes, empty_is_new=empty_is_new)  # type: ignore[arg-type]


def script(store: RedisStore) -> Scripted:
    assert isinstance(store._redis, Scripted)
    return store._redis


def named(reservation: Reservation) -> str:
    return f"{reservation.name:x}"


def test_a_reservation_says_what_it_may_wait_and_each_limit_with_its_period(clock: FakeClock) -> None:
    store = opened(clock, "5000000 0 1 0 0", "5000000 0 1 1500000 1")
    granted = store.reserve([HOME, SLOW], 7.5)
    waiting = store.reserve([HOME, SLOW], FOREVER * 10)
    limits = [b"2", b"60250000", b"1", b"24100000"]
    assert script(store).asked[0] == ["reserve", b"", *limits, named(granted), b"0", b"7500000"]
    # The process itself has just called, whatever the server knows of it.
    assert script(store).asked[1][6:] == [named(waiting), b"24100000", b"1000000000000000"]
    assert script(store).keys[0] == [
        *(b"throttle:{id}:clock", b"throttle:{id}:id/home:2:60"),
        *(b"throttle:{id}:id/home:2:60:line", b"throttle:{id}:id/home:2:60:told"),
        *(b"throttle:{id}:id/slow:1:24", b"throttle:{id}:id/slow:1:24:line", b"throttle:{id}:id/slow:1:24:told"),
    ]
    now = clock.monotonic()
    assert (granted.wait, granted.since, granted.times, granted.paused) == (0.0, now, [now, now], False)
    assert (waiting.wait, waiting.since, waiting.times, waiting.paused) == (1.5, now, (), True)
    assert not granted.alone
    assert granted.name != waiting.name


def test_a_refusal_names_the_wait_that_the_server_says(clock: FakeClock) -> None:
    with pytest.raises(ThrottledError) as caught:
        opened(clock, "5000000 0 0 2500000 0").reserve([HOME], 1)
    assert caught.value.wait == 2.5


def test_a_claim_says_how_late_it_may_count_from_and_counts_from_there(clock: FakeClock) -> None:
    store = opened(clock, "1 0 1 1500000 0", "1 0 1 250000 0 0", "1 0 1 0 0 20000", "1 0 0 0 0 0")
    waiting = store.reserve([HOME, SLOW], FOREVER)
    assert store.claim([HOME, SLOW], waiting) == 0.25
    assert (waiting.wait, waiting.times) == (1.5, ())
    assert script(store).asked[1][0] == "claim"
    assert script(store).asked[1][6:] == [named(waiting), b"0", b"25000"]  # a quarter of the smaller margin
    assert store.claim([HOME, SLOW], waiting) == 0
    since = clock.monotonic() - 0.02
    assert (waiting.wait, waiting.since, waiting.times) == (0.0, since, [since, since])
    assert store.claim([HOME, SLOW], waiting) == -math.inf


@pytest.mark.parametrize(
    ("after", "expected"),
    [(0.0, b"5000000"), (1.5, b"6500000"), (SPAN - 0.25, b"65000000"), (SPAN, b""), (SPAN + 1, b"")],
)
def test_the_time_that_is_expected_is_the_last_one_and_what_passed_since_for_one_period(
    clock: FakeClock, after: float, expected: bytes
) -> None:
    store = opened(clock, "5000000 0 1 0 0", "9 0 9 0 0")
    store.reserve([HOME, SLOW], 0)
    clock.advance(after)
    store.pause(HOME, 0)
    # The longest of its limits counts.
    assert script(store).asked[1][:2] == ["pause", expected]
    fresh = opened(clock, "5000000 0 1 0 0", empty_is_new=True)
    fresh.reserve([HOME], 0)
    assert script(fresh).asked[0][1] == b"new"


def test_a_store_remembers_the_time_of_so_many_connections(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_store, "_REMEMBERED", 2)
    one, two, three = (HOME._replace(name=name) for name in ("one/x", "two/x", "three/x"))
    store = opened(clock, *["5000000 0"] * 7)
    for limit in (one, two, one, two, three, two, one):
        store.pause(limit, 1)
    assert [each[1] for each in script(store).asked] == [b"", b"", b"5000000", b"5000000", b"", b"5000000", b""]
    assert len(store._anchors) == 2
    assert list(store._known_places) == [(one,)]


def test_a_loss_that_the_server_reports_is_said_for_two_of_the_longest_periods(clock: FakeClock) -> None:
    store = opened(clock, "5000000 1 1 0 0", "5000000 0 1 0 0")
    store.reserve([SLOW, HOME], 0)
    clock.advance(2 * SPAN - 0.01)
    assert len(store.warnings()) == 1
    clock.advance(0.01)
    assert store.warnings() == ()
    store.reserve([SLOW, HOME], 0)
    assert store.warnings() == ()


def test_what_is_seen_is_the_servers_state(clock: FakeClock) -> None:
    store = opened(clock, "9 0 50000000 70500000 3 40000000 30000000", "9 0 50000000 0 0 40000000")
    bucket, now = store.peek(HOME)
    assert (now, bucket.paused_until, len(bucket.waiting)) == (50.0, 70.5, 3)
    assert (list(bucket.times), bucket.oldest, bucket.newest()) == ([30.0, 40.0], 0, 40.0)
    assert bucket.in_line(1e9) == 3
    assert script(store).asked[0] == ["peek", b"", b"2", b"60250000"]
    bucket, _ = store.peek(HOME)
    assert (bucket.paused_until, sorted(bucket.times), len(bucket.waiting)) == (-math.inf, [-math.inf, 40.0], 0)


def test_a_departure_moves_the_own_copy_only_where_the_server_agrees(clock: FakeClock) -> None:
    store = opened(clock, "1 0 1 0 0", "1 0 0", "1 0 1", "1 0 1 0 0")
    granted = store.reserve([SLOW], 0)
    began = clock.monotonic()
    clock.advance(5)
    assert not store.depart([SLOW], granted)
    assert (granted.times, granted.since) == ([began], began)
    assert store.depart([SLOW], granted)
    assert (granted.times, granted.since) == ([began + 5], began + 5)
    assert script(store).asked[2] == ["depart", script(store).asked[2][1], b"1", b"24100000", named(granted)]
    store.reserve([SLOW], FOREVER)
    assert script(store).asked[3][5] == b"24100000"  # its own wait counts from then


def test_what_has_left_is_counted_and_what_is_given_back_is_not(clock: FakeClock) -> None:
    store = opened(clock, "1 0 1 0 0", "1 0", "1 0", "1 0 1 0 0")
    granted = store.reserve([SLOW], 0)
    clock.advance(5)
    store.stamp([SLOW], granted)
    assert granted.since == clock.monotonic()
    store.release([SLOW], granted)
    assert [each[0] for each in script(store).asked] == ["reserve", "stamp", "release"]
    assert [each[4] for each in script(store).asked] == [named(granted)] * 3
    store.reserve([SLOW], FOREVER)
    assert script(store).asked[3][5] == b"0"
    assert granted.times == ()


def test_a_pause_counts_here_and_there(clock: FakeClock) -> None:
    store = opened(clock, "1 0", "1 0", "1 0 1 0 0")
    store.pause(HOME, 30.25)
    store.pause(HOME, 5)
    assert [each[4] for each in script(store).asked] == [b"30250000", b"5000000"]
    store.reserve([HOME], FOREVER)
    assert script(store).asked[2][5] == b"30250000"


def test_while_the_server_is_gone_the_share_decides(clock: FakeClock) -> None:
    store = opened(clock, *["gone"] * 5, processes=2)
    waiting = store.reserve([HOME], FOREVER)
    assert (waiting.wait, waiting.alone) == (SPAN, True)
    clock.advance(SPAN)
    assert store.claim([HOME], waiting) == 0
    assert store.depart([HOME], waiting)
    store.stamp([HOME], waiting)
    assert store.peek(HOME)[0].calls == 1
    clock.advance(SPAN)
    assert not store.depart([HOME], waiting)  # a whole period is over
    store.release([HOME], waiting)
    # What only this process knows of, the server is told nothing about.
    assert [each[0] for each in script(store).asked] == ["reserve", "claim", "depart", "peek", "depart"]


def test_a_place_holds_only_where_it_was_taken(clock: FakeClock) -> None:
    store = opened(clock, "1 0 1 1500000 0", "gone", "gone", "1 0 1 0 0 0", "1 0 1", processes=2)
    there = store.reserve([HOME], FOREVER)
    assert store.claim([HOME], there) == -math.inf
    alone = store.reserve([HOME], FOREVER)
    assert store.claim([HOME], alone) == -math.inf
    assert not store.depart([HOME], alone)
    assert [each[0] for each in script(store).asked] == ["reserve", "claim", "reserve", "claim", "depart"]


def test_without_a_share_an_absent_server_is_an_error(clock: FakeClock) -> None:
    store = opened(clock, "gone")
    with pytest.raises(ThrottleStoreError, match="could not be reached: ConnectionError"):
        store.reserve([HOME], 0)
    assert store.warnings() == ()


@pytest.mark.parametrize(
    ("seconds", "least", "most"), [(1e6, 2.0, 2.0), (1.0, 0.001, 1.0), (0.0, 0.001, 0.001), (-1.0, 0.001, 0.001)]
)
def test_a_response_has_the_time_of_the_call_and_two_seconds_at_most(seconds: float, least: float, most: float) -> None:
    redis_connection.bound(seconds)
    assert least <= redis_connection._left() <= most
    redis_connection.bound(math.inf)
    assert redis_connection._left() == 2.0


def test_only_a_client_that_the_store_has_made_is_closed_with_it(clock: FakeClock) -> None:
    store = opened(clock)
    store.close()
    assert not script(store).closed
    store._owns_client = True
    store.close()
    assert script(store).closed
    made = RedisStore.from_url("redis://127.0.0.1:1/0")
    assert made._owns_client
    made.close()
