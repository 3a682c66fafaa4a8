"""What only the Redis store promises: many machines, a server that goes, comes back, forgets, or sets its clock."""

from __future__ import annotations

from typing import Any

import pytest
import redis

from connector.clock import SystemClock
from connector.errors import ThrottledError, UnavailableError
from connector.testing import FakeClock
from connector.throttle.bucket import RateLimit
from connector.throttle.limiter import acquire
from connector.throttle.redis_store import RedisStore, ThrottleStoreError
from connector.throttle.store import Reservation
from tests.connector.throttle.server import RedisServer
from tests.connector.throttle.worlds import FOREVER, FakeTimeStore, MakeWorld, World, most_in_any_window

HOME = RateLimit("home", 8, 60.0)
SPAN = HOME.padded_period


@pytest.fixture
def redis_world(make_world: MakeWorld) -> World:
    return make_world("redis")


def shared(server: RedisServer, clock: FakeClock, processes: int | None = 4) -> FakeTimeStore:
    return FakeTimeStore(server.client(), clock, processes=processes)


def waits(store: RedisStore, count: int) -> list[float]:
    return [round(store.reserve([HOME], FOREVER).wait, 3) for _ in range(count)]


def test_on_the_servers_own_clock_a_burst_is_free_and_the_next_waits_a_period(redis_server: RedisServer) -> None:
    store = RedisStore(redis_server.client(), SystemClock(), prefix="real")
    assert waits(store, 8) == [0.0] * 8
    with pytest.raises(ThrottledError) as caught:
        acquire(store, SystemClock(), [HOME], 5)
    assert caught.value.wait == pytest.approx(SPAN, abs=2)
    bucket, now = store.peek(HOME)
    assert sum(at > now - 60 for at in bucket.times) == 8


def test_clients_whose_clocks_differ_share_one_limit(redis_server: RedisServer) -> None:
    early, late = FakeClock(10.0), FakeClock(5_000_000.0)
    one = RedisStore(redis_server.client(), early, prefix="skewed")
    other = RedisStore(redis_server.client(), late, prefix="skewed")
    assert waits(one, 5) + waits(other, 3) == [0.0] * 8
    assert all(SPAN - 2 < wait <= SPAN for wait in waits(one, 1) + waits(other, 1))


def test_a_server_that_is_gone_is_a_clear_error_and_no_call_is_made(own_server: RedisServer) -> None:
    store = RedisStore(own_server.client(), SystemClock())
    store.reserve([HOME], 0)
    own_server.stop()
    for use in (lambda: store.reserve([HOME], 0), lambda: store.peek(HOME), lambda: store.pause(HOME, 0)):
        with pytest.raises(ThrottleStoreError) as caught:
            use()
        assert isinstance(caught.value, UnavailableError)
        assert (caught.value.error_code, caught.value.retryable) == ("throttle_store", True)
        assert "Redis could not be reached" in caught.value.message
        assert "No call was made" in caught.value.hint
    own_server.start()
    assert store.reserve([HOME], 0).wait == 0


def test_with_a_share_agreed_on_a_process_goes_on_with_it_and_says_so(own_server: RedisServer) -> None:
    clock = FakeClock()
    store = shared(own_server, clock)
    assert waits(store, 1) == [0.0]
    assert store.warnings() == ()
    own_server.stop()
    # Nobody knows what the others did in the last period, so it passes first.
    assert waits(store, 5) == [60.25, 60.25, 120.5, 120.5, 180.75]
    assert store.warnings() == (
        "Redis could not be reached: this process kept to its share, one in 4 of the limit.",
    )  # fmt: skip
    bucket, now = store.peek(HOME)
    assert bucket.calls == 2
    assert bucket.available_at(1, now) - now == pytest.approx(180.75)
    own_server.start()
    assert store.peek(HOME)[0].calls == 8
    assert store.warnings() == ()


def test_a_share_of_less_than_one_call_is_no_share(own_server: RedisServer) -> None:
    store = shared(own_server, FakeClock(), processes=9)
    own_server.stop()
    with pytest.raises(ThrottleStoreError, match="less than one call"):
        store.reserve([HOME], FOREVER)
    with pytest.raises(ThrottleStoreError, match="less than one call"):
        store.peek(HOME)


class Outage(FakeClock):
    """A clock during whose sleeps the server is stopped and started."""

    def __init__(self, *events: tuple[float, Any]) -> None:
        super().__init__()
        self._events = sorted(events, key=lambda event: event[0])

    def to(self, moment: float) -> None:
        """Move to that many seconds after the beginning, and let happen what is due."""
        while self._events and self._events[0][0] <= moment:
            self._events.pop(0)[1]()
        self.advance(1_000 + moment - self.monotonic())


@pytest.mark.parametrize(("lost", "back"), [(5, 40), (61, 200), (70, 75)])
def test_four_processes_are_never_over_while_redis_goes_and_comes_back_empty(
    own_server: RedisServer, lost: float, back: float
) -> None:
    clock = Outage((lost, own_server.stop), (back, own_server.start))
    stores = [shared(own_server, clock) for _ in range(4)]
    calls: list[float] = []
    waiting: list[tuple[int, Reservation]] = []
    for moment in range(0, 400, 4):
        clock.to(moment)
        # Greedy first, then whoever is next: each process asks as often as it can.
        for number in [moment // 4 % 4, 0, 1, 2, 3]:
            place = [(n, r) for n, r in waiting if n == number]
            for taken in place:
                left = stores[number].remaining([HOME], taken[1])
                if left <= 0:
                    waiting.remove(taken)
                    if -left <= 4:
                        calls.append(clock.monotonic())
            for _ in range(3 if not place else 0):
                reservation = stores[number].reserve([HOME], FOREVER)
                if reservation.wait > 0:
                    waiting.append((number, reservation))
                    break
                calls.append(clock.monotonic())
    assert most_in_any_window(calls, HOME.period) <= HOME.calls
    # Before and long after the outage the whole limit is used again.
    assert most_in_any_window([at for at in calls if at > 1_000 + back + 2 * SPAN], HOME.period) >= HOME.calls - 1


def test_what_was_reserved_before_the_outage_holds_no_longer_in_it(own_server: RedisServer) -> None:
    clock = FakeClock()
    store = shared(own_server, clock)
    *_, last = [store.reserve([HOME], FOREVER) for _ in range(9)]
    own_server.stop()
    clock.advance(last.wait)
    assert store.remaining([HOME], last) == float("-inf")
    own = store.reserve([HOME], FOREVER)
    assert own.wait == 60.25
    own_server.start()
    assert store.remaining([HOME], own) == float("-inf")


def test_a_waiting_call_survives_the_outage_within_its_share(own_server: RedisServer) -> None:
    class Stopping(FakeClock):
        def sleep(self, seconds: float, cancelled: Any = None) -> None:
            if not self.slept:
                own_server.stop()
            super().sleep(seconds, cancelled)

    clock = Stopping()
    store = shared(own_server, clock)
    waits(store, 8)
    assert acquire(store, clock, [HOME], 200) == pytest.approx(2 * SPAN, abs=0.01)


@pytest.mark.parametrize("forgets", ["restart", "flush of scripts", "flush of all"])
def test_scripts_that_the_server_forgot_are_told_again_and_this_process_stays_within_the_limit(
    own_server: RedisServer, forgets: str
) -> None:
    clock = FakeClock()
    store = FakeTimeStore(own_server.client(), clock)
    assert waits(store, 8) == [0.0] * 8
    with own_server.client() as client:
        match forgets:
            case "restart":
                own_server.stop()
                own_server.start()
            case "flush of scripts":
                client.script_flush()
            case "flush of all":
                client.script_flush()
                client.flushall()
    with pytest.raises(ThrottledError):
        store.reserve([HOME], 5)
    assert waits(store, 1) == [SPAN]
    clock.advance(SPAN)
    assert waits(store, 7) == [0.0] * 7


@pytest.mark.parametrize("hours", [1, 500])
def test_a_server_clock_that_is_set_back_neither_blocks_nor_lets_a_burst_through(
    redis_world: World, hours: int
) -> None:
    one, other, *_ = redis_world.stores
    assert isinstance(one, FakeTimeStore)
    assert isinstance(other, FakeTimeStore)
    assert waits(one, 6) == [0.0] * 6
    one.skew = other.skew = -3600.0 * hours
    assert waits(other, 3) == [0.0, 0.0, SPAN]
    redis_world.clock.advance(30)
    for _ in range(3):
        # A throttled_error, too, lets the time go on.
        with pytest.raises(ThrottledError) as caught:
            other.reserve([HOME], 5)
        assert caught.value.wait == pytest.approx(SPAN - 30, abs=1e-3)
    redis_world.clock.advance(SPAN - 30)
    assert waits(one, 5) == [0.0] * 5


def test_a_server_clock_that_is_set_forward_lets_no_process_exceed_the_limit(redis_world: World) -> None:
    one = redis_world.store
    assert isinstance(one, FakeTimeStore)
    assert waits(one, 8) == [0.0] * 8
    one.skew = 7200.0
    assert waits(one, 1) == [SPAN]


def test_every_key_expires_and_all_keys_of_a_connection_are_on_one_node_of_a_cluster(own_server: RedisServer) -> None:
    clock = FakeClock()
    store = FakeTimeStore(own_server.client(), clock)
    identity = "0123abcd"
    both = [RateLimit(identity, 8, 60.0), RateLimit(f"{identity}/slow", 2, 10.0)]
    with own_server.client() as client:

        def keys() -> dict[str, int]:
            names = [name.decode() for name in client.keys("*") if name != b"now"]
            return {name: client.pttl(name) for name in names}

        store.peek(both[0])
        assert all(0 < left <= 61_000 for left in keys().values())
        reservation = store.reserve(both, 0)
        store.remaining(both, reservation)
        for _ in range(12):
            store.reserve(both[:1], FOREVER)
        store.pause(both[0], 3600)
        found = keys()
        assert len(found) == 3
        assert all(0 < left < 4_000_000 for left in found.values())
        # The clock outlives the grants: without it a clock that was set back would not be known.
        assert found[f"throttle:{{{identity}}}:clock"] == max(found.values())
    assert {_tag(name) for name in found} == {identity}


def _tag(name: str) -> str:
    return name.partition("{")[2].partition("}")[0]


def test_a_call_that_is_sent_again_under_the_same_id_takes_no_second_token(redis_world: World) -> None:
    store = redis_world.store
    assert isinstance(store, FakeTimeStore)
    again = ["the same id", "0", "0", HOME.calls, f"{SPAN * 1e6:.0f}"]
    answers = [store._call("reserve", [HOME], again) for _ in range(5)]
    assert [[int(part) for part in answer] for answer in answers] == [[1, 0, 0]] * 5
    assert waits(store, 8) == [0.0] * 7 + [SPAN]


def test_a_client_that_heard_no_answer_asks_again_for_the_same_token(own_server: RedisServer) -> None:
    class Deaf(redis.Connection):
        """Loses the first answer to a reservation after the server has acted on it."""

        lost = 0

    store = RedisStore.from_url(f"unix://{own_server.socket}", FakeClock())
    client = store._script.registered_client
    assert client is not None
    store.peek(HOME)
    read = redis.UnixDomainSocketConnection.read_response

    def deaf(self: Any, *args: Any, **options: Any) -> Any:
        answer = read(self, *args, **options)
        if isinstance(answer, list) and not Deaf.lost:
            Deaf.lost += 1
            self.disconnect()
            raise redis.TimeoutError("lost")
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(redis.UnixDomainSocketConnection, "read_response", deaf)
        assert store.reserve([HOME], 0).wait == 0
    assert Deaf.lost == 1
    bucket, now = store.peek(HOME)
    assert sum(at > now - 60 for at in bucket.times) == 1
    client.close()


def test_a_place_that_cannot_be_given_back_does_not_hide_what_ended_the_wait(own_server: RedisServer) -> None:
    class Interrupted(FakeClock):
        def sleep(self, *_: object) -> None:
            own_server.stop()
            raise KeyboardInterrupt

    clock = Interrupted()
    store = FakeTimeStore(own_server.client(), clock)
    waits(store, 8)
    with pytest.raises(KeyboardInterrupt):
        acquire(store, clock, [HOME], 100)
