"""What only the Redis store promises: many machines, a server that goes, comes back, forgets, or sets its clock."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
import redis

from benchmarks.counting import most_in_any_window
from connector.clock import SystemClock
from connector.errors import ThrottledError, UnavailableError
from connector.testing import FakeClock
from connector.throttle.bucket import RateLimit, Reservation
from connector.throttle.limiter import acquire
from connector.throttle.redis_store import RedisStore
from connector.throttle.store import Store, ThrottleStoreError
from tests.connector.throttle.server import RedisServer
from tests.connector.throttle.worlds import FOREVER, FakeTimeStore, MakeWorld, World

HOME = RateLimit("home", 8, 60.0)
LOST = "Redis is new or has lost the call limit's state. All its calls count as just made."
SPAN = HOME.padded_period


@pytest.fixture
def redis_world(make_world: MakeWorld) -> World:
    return make_world("redis")


def shared(server: RedisServer, clock: FakeClock, processes: int | None = 4) -> FakeTimeStore:
    return FakeTimeStore(server.client(), clock, processes=processes)


def waits(store: Store, count: int) -> list[float]:
    return [round(store.reserve([HOME], FOREVER).wait, 3) for _ in range(count)]


def test_on_the_servers_own_clock_a_burst_is_free_and_the_next_waits_a_period(redis_server: RedisServer) -> None:
    store = RedisStore(redis_server.client(), SystemClock(), prefix="real", empty_is_new=True)
    assert waits(store, 8) == [0.0] * 8
    with pytest.raises(ThrottledError) as caught:
        acquire(store, SystemClock(), [HOME], 5)
    assert caught.value.wait == pytest.approx(SPAN, abs=2)
    bucket, now = store.peek(HOME)
    assert sum(at > now - 60 for at in bucket.times) == 8


def test_clients_whose_clocks_differ_share_one_limit(redis_server: RedisServer) -> None:
    early, late = FakeClock(10.0), FakeClock(5_000_000.0)
    one = RedisStore(redis_server.client(), early, prefix="skewed", empty_is_new=True)
    other = RedisStore(redis_server.client(), late, prefix="skewed", empty_is_new=True)
    assert waits(one, 5) + waits(other, 3) == [0.0] * 8
    assert all(SPAN - 2 < wait <= SPAN for wait in waits(one, 1) + waits(other, 1))


def test_a_server_that_is_gone_is_a_clear_error_and_no_call_is_made(own_server: RedisServer) -> None:
    store = RedisStore(own_server.client(), SystemClock(), empty_is_new=True)
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
    # It has come back empty: what it held counts as just made.
    assert store.reserve([HOME], FOREVER).wait == pytest.approx(SPAN, abs=1)
    assert store.warnings() == (LOST,)


def test_with_a_share_agreed_on_a_process_goes_on_with_it_and_says_so(own_server: RedisServer) -> None:
    clock = FakeClock()
    store = shared(own_server, clock)
    assert waits(store, 1) == [0.0]
    assert store.warnings() == ()
    own_server.stop()
    # Nobody knows what the others did in the last period, so it passes first.
    assert waits(store, 5) == [60.25, 60.25, 120.5, 120.5, 180.75]
    assert store.warnings() == (
        "Redis could not be reached: this process kept to its share, 1/4 of the call limit.",
    )  # fmt: skip
    bucket, now = store.peek(HOME)
    assert bucket.calls == 2
    assert bucket.ready_at(len(bucket.waiting), now) - now == pytest.approx(180.75)
    own_server.start()
    assert store.peek(HOME)[0].calls == 8
    assert store.warnings() == (LOST,)  # it has come back empty


def test_a_pause_goes_on_while_the_server_is_gone(own_server: RedisServer) -> None:
    store = shared(own_server, FakeClock())
    store.pause(HOME, 100)
    own_server.stop()
    assert waits(store, 1) == [100.0]
    with pytest.raises(ThrottleStoreError):
        shared(own_server, FakeClock(), processes=None).pause(HOME, 1)


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
    for moment in range(0, 400):
        clock.to(moment)
        for number, reservation in list(waiting):
            left = stores[number].claim([HOME], reservation)
            if left <= 0:
                waiting.remove((number, reservation))
            if left == 0:
                calls.append(clock.monotonic())
        # Greedy first, then whoever is next: each process asks as often as it can.
        for number in [moment % 4, 0, 1, 2, 3]:
            while not any(number == other for other, _ in waiting):
                reservation = stores[number].reserve([HOME], FOREVER)
                if reservation.wait > 0:
                    waiting.append((number, reservation))
                else:
                    calls.append(clock.monotonic())
    assert most_in_any_window(calls, HOME.period) <= HOME.calls
    # Before and long after the outage the whole limit is used again.
    assert most_in_any_window([at for at in calls if at > 1_000 + back + 2 * SPAN], HOME.period) >= HOME.calls - 1


def test_a_place_in_line_holds_only_where_it_was_taken(own_server: RedisServer) -> None:
    clock = FakeClock()
    store = shared(own_server, clock)
    *_, last = [store.reserve([HOME], FOREVER) for _ in range(9)]
    own_server.stop()
    clock.advance(last.wait)
    assert store.claim([HOME], last) == float("-inf")
    own = store.reserve([HOME], FOREVER)
    assert own.wait == 60.25
    own_server.start()
    assert store.claim([HOME], own) == float("-inf")


def test_a_waiting_call_survives_the_outage_within_its_share(own_server: RedisServer) -> None:
    class Stopping(FakeClock):
        def sleep(self, seconds: float) -> None:
            if not self.slept:
                own_server.stop()
            super().sleep(seconds)

    clock = Stopping()
    store = shared(own_server, clock)
    waits(store, 8)
    assert acquire(store, clock, [HOME], 200).waited < 2 * SPAN + 1


FORGETS: dict[str, Callable[[RedisServer, redis.Redis], Any]] = {
    "restart": lambda server, _: server.restart(),
    "flush of all": lambda _, client: client.flushall(),
    "flush of all and of scripts": lambda _, client: (client.script_flush(), client.flushall()),
    "a key that was evicted": lambda _, client: client.delete("throttle:{home}:clock", "throttle:{home}:home:8:60"),
}


@pytest.mark.parametrize("forgets", FORGETS.values(), ids=FORGETS.keys())
def test_a_server_that_forgot_its_state_begins_as_if_all_tokens_had_just_been_used(
    own_server: RedisServer, forgets: Callable[[RedisServer, redis.Redis], Any]
) -> None:
    clock = FakeClock()
    stores = [FakeTimeStore(own_server.client(), clock) for _ in range(3)]
    assert waits(stores[0], 3) + waits(stores[1], 2) == [0.0] * 5
    clock.advance(10)
    with own_server.client() as client:
        forgets(own_server, client)
    for store in (stores[1], stores[0], stores[2]):
        with pytest.raises(ThrottledError) as caught:
            store.reserve([HOME], 5)
        assert caught.value.wait == pytest.approx(SPAN, abs=1e-3)
    assert stores[1].warnings() == (LOST,)
    clock.advance(SPAN + 0.001)
    assert [wait for store in stores for wait in waits(store, 2)] == [0.0] * 6


def test_a_loss_is_said_for_two_periods(own_server: RedisServer) -> None:
    clock = FakeClock()
    store = FakeTimeStore(own_server.client(), clock)
    waits(store, 1)
    with own_server.client() as client:
        client.flushall()
    waits(store, 1)
    for seconds, said in ((0, (LOST,)), (2 * SPAN - 0.01, (LOST,)), (0.02, ())):
        clock.advance(seconds)
        assert store.warnings() == said


def test_scripts_that_the_server_forgot_are_loaded_again_and_nothing_else_changes(own_server: RedisServer) -> None:
    store = FakeTimeStore(own_server.client(), FakeClock())
    assert waits(store, 7) == [0.0] * 7
    with own_server.client() as client:
        client.script_flush()
    assert waits(store, 2) == [0.0, SPAN]
    assert store.warnings() == ()


INFOS = {
    "uptime_in_seconds:9\r\nevicted_keys:0\r\n": SPAN - 9,
    "uptime_in_seconds:9000\r\nevicted_keys:0\r\n": 0.0,
    "uptime_in_seconds:9000\r\nevicted_keys:1\r\n": SPAN,
    "uptime_in_seconds:9000\r\nevicted_keys:0\r\ncmdstat_flushall:calls=1": SPAN,
    "uptime_in_seconds:9000\r\nevicted_keys:0\r\ncmdstat_flushdb:calls=1": SPAN,
    "nothing of the kind": SPAN,
}


@pytest.mark.parametrize(("info", "wait"), INFOS.items())
def test_the_first_call_on_a_server_waits_only_where_there_may_have_been_others(
    own_server: RedisServer, info: str, wait: float
) -> None:
    store = FakeTimeStore(own_server.client(), FakeClock(), empty_is_new=False)
    with own_server.client() as client:
        client.set("info", info)
    assert waits(store, 2) == [wait] * 2
    # Only the first of all calls: another connection's state is its own, but this one's is there now.
    assert waits(FakeTimeStore(own_server.client(), FakeClock(), empty_is_new=False), 1) == [wait]


def test_a_real_server_that_was_just_started_makes_the_first_call_wait(own_server: RedisServer) -> None:
    store = RedisStore(own_server.client(), SystemClock())
    assert SPAN - 15 < store.reserve([HOME], FOREVER).wait <= SPAN


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


def set_forward(world: World, seconds: float) -> None:
    """Set the server's clock, as all processes meet it."""
    for store in world.stores:
        assert isinstance(store, FakeTimeStore)
        store.skew = seconds


@pytest.mark.parametrize("hours", [0.005, 1, 500])
def test_a_server_clock_that_is_set_forward_lets_no_process_exceed_the_limit(redis_world: World, hours: float) -> None:
    one, other, third = redis_world.stores
    assert waits(one, 4) + waits(other, 4) == [0.0] * 8
    mine = third.reserve([HOME], FOREVER)
    redis_world.clock.advance(10)
    set_forward(redis_world, 3600.0 * hours)
    assert waits(other, 1) == [pytest.approx(SPAN - 10, abs=1e-3)]
    assert third.claim([HOME], mine) == pytest.approx(SPAN - 10, abs=1e-3)
    assert waits(one, 1) == [pytest.approx(SPAN - 10, abs=1e-3)]
    redis_world.clock.advance(SPAN - 9.9)
    assert third.claim([HOME], mine) == 0


def test_what_was_called_between_the_step_forward_and_its_discovery_counts_as_just_made(redis_world: World) -> None:
    one, _, newcomer = redis_world.stores
    assert waits(one, 2) == [0.0] * 2
    set_forward(redis_world, 7200.0)
    assert waits(newcomer, 3) == [0.0] * 3
    # The first who knows better sets the time right; the calls of the newcomer were made until now.
    assert waits(one, 4) == [0.0] * 3 + [pytest.approx(SPAN, abs=1e-3)]
    redis_world.clock.advance(SPAN + 0.1)
    assert waits(newcomer, 2) == [0.0] * 2


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
        assert all(0 < left < 10 * 86_400_000 for left in keys().values())
        reservation = store.reserve(both, 0)
        store.depart(both, reservation)
        for _ in range(12):
            store.reserve(both[:1], FOREVER)
        store.pause(both[0], 3600)
        found = keys()
        assert len(found) == 5
        assert all(0 < left < 10 * 86_400_000 for left in found.values())
        # The calls outlive the clock: a step of the time forward must not make them expire first.
        calls = found.pop(f"throttle:{{{identity}}}:{identity}:8:60")
        assert found[f"throttle:{{{identity}}}:clock"] < calls
    assert {_tag(name) for name in found} == {identity}


def _tag(name: str) -> str:
    return name.partition("{")[2].partition("}")[0]


def test_a_step_that_is_sent_again_under_the_same_id_changes_nothing_more(redis_world: World) -> None:
    store = redis_world.store
    assert isinstance(store, FakeTimeStore)

    def act(what: str, name: str, longest: float = 1e9) -> list[list[int]]:
        arguments = [name, "0", f"{longest * 1e6:.0f}"]
        return [[int(part) for part in store._call(what, [HOME], arguments, 5)] for _ in range(3)]

    assert act("reserve", "a") == [[1, 0, 0]] * 3
    assert waits(store, 7) == [0.0] * 7
    assert act("reserve", "b") == [[1, SPAN * 1e6, 0]] * 3
    redis_world.clock.advance(SPAN)
    assert act("claim", "b", 0) == [[1, 0, 0, 0]] * 3
    assert act("depart", "b") == [[1]] * 3
    assert len(waits(store, 7)) == 7
    assert waits(store, 1) == [SPAN]
    assert act("release", "b") == [[]] * 3


def test_responses_that_arrive_in_another_order_lose_no_slot(redis_world: World) -> None:
    one = redis_world.store
    assert isinstance(one, FakeTimeStore)
    held, others_done = threading.Event(), threading.Event()
    call = one._call

    def slow_once(*args: Any) -> Any:
        reply = call(*args)
        if threading.current_thread() is not threading.main_thread():
            held.set()
            assert others_done.wait(20)
        return reply

    found: list[Reservation] = []
    thread = threading.Thread(target=lambda: found.append(one.reserve([HOME], FOREVER)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(one, "_call", slow_once)
        thread.start()
        assert held.wait(20)
        shown = waits(one, 40)
        others_done.set()
        thread.join()
    assert [found[0].wait, *shown] == [0.0] * 8 + [SPAN] * 8 + [2 * SPAN] * 8 + [3 * SPAN] * 8 + [4 * SPAN] * 8 + [
        5 * SPAN
    ]


@pytest.mark.parametrize("deadline", [0.15, 0.4])
def test_a_server_that_is_silent_ends_the_wait_at_the_deadline(own_server: RedisServer, deadline: float) -> None:
    clock = SystemClock()
    store = RedisStore.from_url(f"unix://{own_server.socket}", clock, empty_is_new=True)
    new = RedisStore.from_url(f"unix://{own_server.socket}", clock, empty_is_new=True)
    store.reserve([HOME], 0)
    own_server.freeze()
    for each in (store, new):
        before = clock.monotonic()
        with pytest.raises(ThrottleStoreError, match="did not respond in time"):
            acquire(each, clock, [HOME], 100, deadline=before + deadline)
        assert clock.monotonic() - before < deadline + 1
    own_server.thaw()
    assert store.reserve([HOME], 0).wait == 0
    for each in (store, new):
        each.close()


def test_a_client_that_heard_no_answer_asks_again_for_the_same_token(own_server: RedisServer) -> None:
    class Deaf(redis.Connection):
        """Loses the first answer to a reservation after the server has acted on it."""

        lost = 0

    store = RedisStore.from_url(f"unix://{own_server.socket}", FakeClock(), empty_is_new=True)
    store.peek(HOME)
    read = redis.UnixDomainSocketConnection.read_response

    def deaf(self: Any, *args: Any, **options: Any) -> Any:
        reply = read(self, *args, **options)
        if isinstance(reply, bytes) and b" " in reply and not Deaf.lost:
            Deaf.lost += 1
            self.disconnect()
            raise redis.TimeoutError("lost")
        return reply

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(redis.UnixDomainSocketConnection, "read_response", deaf)
        assert store.reserve([HOME], 0).wait == 0
    assert Deaf.lost == 1
    bucket, now = store.peek(HOME)
    assert sum(at > now - 60 for at in bucket.times) == 1
    store.close()


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
