from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from functools import partial
from typing import Any

import pytest

from connector.call.events import Event
from connector.clock import SystemClock
from connector.connections.auth import Auth
from connector.errors import InputError, UnknownActionError
from connector.http.request import HttpRequest
from connector.http.response import HttpResponse
from connector.http.transport import SendOptions
from connector.testing import FakeClock, ScriptedTransport, response
from connector.throttle.bucket import RateLimit, Reservation
from connector.throttle.memory_store import MemoryStore
from tests.connector.parcels import POST_ONCE, MakeBench, manifest

OK = response(200, {"id": "p1"})
ONE_CALL = manifest(throttle={"calls": 1, "renewalPeriod": 60})


class Gate(ScriptedTransport):
    """Answers only when the test lets it."""

    def __init__(self) -> None:
        super().__init__([OK] * 200)
        self.entered = threading.Event()
        self.opened = threading.Event()

    def send(self, request: HttpRequest, auth: Auth, options: SendOptions) -> HttpResponse:
        self.entered.set()
        assert self.opened.wait(10)
        return super().send(request, auth, options)


class Sleeper(FakeClock):
    """Sleeps until it is cancelled, and tells that it sleeps."""

    def __init__(self) -> None:
        super().__init__()
        self.sleepers = 0
        self.fell_asleep = threading.Event()

    async def asleep(self, seconds: float) -> None:
        del seconds  # only the test ends this sleep
        self.sleepers += 1
        self.fell_asleep.set()
        await asyncio.Event().wait()


class NotifyingStore(MemoryStore):
    """Signals when a place is given back."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(clock)
        self.limits: list[RateLimit] = []
        self.released = threading.Event()

    def reserve(self, limits: Sequence[RateLimit], max_wait: float, timeout: float = 5) -> Reservation:
        self.limits = list(limits)
        return super().reserve(limits, max_wait, timeout)

    def release(self, limits: Sequence[RateLimit], reservation: Reservation, timeout: float = 5) -> None:
        super().release(limits, reservation, timeout)
        self.released.set()


async def until(event: threading.Event) -> None:
    assert await asyncio.to_thread(event.wait, 10)


def test_a_run_gives_the_same_result_in_a_task(bench: MakeBench) -> None:
    made = bench([OK])
    result = asyncio.run(made.connector.arun("get_parcel", {"parcel_id": "a"}, made.connection))
    assert result["id"] == "p1"
    made.connector.close()


def test_a_closed_connector_leaves_no_threads(bench: MakeBench) -> None:
    made = bench([OK])
    before = set(threading.enumerate())
    asyncio.run(made.connector.arun("get_parcel", {"parcel_id": "a"}, made.connection))
    threads = [thread for thread in threading.enumerate() if thread not in before]
    made.connector.close()
    for thread in threads:
        thread.join(10)
    assert [thread.name for thread in threads if thread.is_alive()] == []
    assert threads


def test_the_loop_goes_on_while_a_run_waits(bench: MakeBench) -> None:
    gate = Gate()
    made = bench(transport=gate)

    async def main() -> list[Any]:
        tasks = [
            asyncio.create_task(made.connector.arun("get_parcel", {"parcel_id": "a"}, made.connection))
            for _ in range(50)
        ]
        await until(gate.entered)
        assert not any(task.done() for task in tasks)
        gate.opened.set()
        return [result["id"] for result in await asyncio.gather(*tasks)]

    assert asyncio.run(main()) == ["p1"] * 50
    made.connector.close()


def test_a_cancelled_task_gives_its_place_in_the_throttle_back(bench: MakeBench) -> None:
    clock = Sleeper()
    store = NotifyingStore(clock)
    made = bench([OK], clock=clock, store=store, connector=ONE_CALL)
    made.run("get_parcel", {"parcel_id": "a"})

    async def main() -> None:
        task = asyncio.create_task(made.connector.arun("get_parcel", {"parcel_id": "b"}, made.connection))
        await until(clock.fell_asleep)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await until(store.released)

    asyncio.run(main())
    assert len(made.requests) == 1
    assert store.reserve(store.limits, 1e9).wait == 60.25
    made.connector.close()


def test_a_cancelled_task_makes_no_further_attempt_and_says_that_it_was_stopped(bench: MakeBench) -> None:
    clock, events = Sleeper(), list[Event]()
    made = bench([response(503), OK], clock=clock)

    async def main() -> None:
        run = made.connector.arun("get_parcel", {"parcel_id": "b"}, made.connection, on_event=events.append)
        task = asyncio.create_task(run)
        await until(clock.fell_asleep)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert len(made.requests) == 1
    assert [event.type for event in events] == ["started", "attempt", "response", "wait", "error"]
    assert events[-1].to_dict()["error"]["code"] == "stopped"
    made.connector.close()


def test_a_task_that_is_cancelled_in_flight_ends_at_once_and_makes_no_further_attempt(bench: MakeBench) -> None:
    gate = Gate()
    gate._replies[:] = [response(503), OK]
    ended, events = threading.Event(), list[str]()
    made = bench(transport=gate)

    def listen(event: Event) -> None:
        events.append(event.type)
        if event.type == "error":
            ended.set()

    async def main() -> None:
        run = made.connector.arun("get_parcel", {"parcel_id": "b"}, made.connection, on_event=listen)
        task = asyncio.create_task(run)
        await until(gate.entered)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert events == ["started", "attempt"]
        gate.opened.set()
        await until(ended)

    asyncio.run(main())
    assert events == ["started", "attempt", "response", "wait", "error"]
    assert gate.left == 1
    made.connector.close()


async def reaches(value: Callable[[], int], wanted: int) -> None:
    """Let the event loop go on until a number is reached."""
    async with asyncio.timeout(30):
        while value() < wanted:
            await asyncio.sleep(0.005)


def threads_of_tasks() -> int:
    return sum(thread.name.startswith("connector-") for thread in threading.enumerate())


@pytest.mark.parametrize("why", ["the call limit", "a Retry-After", "a backoff"])
def test_a_thousand_runs_that_wait_hold_no_thread_and_give_their_places_back(bench: MakeBench, why: str) -> None:
    clock = Sleeper()
    store = NotifyingStore(clock)
    replies = [OK if why == "the call limit" else response(503, **{"retry_after": "9"} if "R" in why else {})] * 1_001
    many = manifest(throttle={"calls": 1 if why == "the call limit" else 2_000, "renewalPeriod": 60})
    made = bench(replies, clock=clock, store=store, connector=many, max_in_flight=5)
    if why == "the call limit":
        made.run("get_parcel", {"parcel_id": "a"})

    async def main() -> None:
        run = partial(made.connector.arun, "get_parcel", {"parcel_id": "b"}, made.connection)
        tasks = [asyncio.create_task(run(max_wait=1e9, timeout=1e9)) for _ in range(1_000)]
        await reaches(lambda: clock.sleepers, 1_000)
        assert threads_of_tasks() <= 5 + 4
        assert len(store.peek(store.limits[0])[0].waiting) == (1_000 if why == "the call limit" else 0)
        tasks[0].cancel()
        with pytest.raises(asyncio.CancelledError):
            await tasks[0]
        assert len(store.peek(store.limits[0])[0].waiting) == (999 if why == "the call limit" else 0)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert store.peek(store.limits[0])[0].waiting == {}

    asyncio.run(main())
    made.connector.close()


def test_no_more_calls_are_in_flight_than_the_setting_says(bench: MakeBench) -> None:
    class Counting(ScriptedTransport):
        now = most = 0
        gate = threading.Barrier(3)

        def send(self, request: HttpRequest, auth: Auth, options: SendOptions) -> HttpResponse:
            with self._lock:
                self.now += 1
                self.most = max(self.most, self.now)
            self.gate.wait(10)  # three are there at once
            with self._lock:
                self.now -= 1
            return super().send(request, auth, options)

    transport = Counting([OK] * 30)
    made = bench(transport=transport, max_in_flight=3)

    async def main() -> None:
        run = partial(made.connector.arun, "get_parcel", {"parcel_id": "a"}, made.connection)
        await asyncio.gather(*[run() for _ in range(30)])

    asyncio.run(main())
    assert transport.most == 3
    made.connector.close()


def test_two_hundred_runs_at_once_keep_to_a_real_limit_with_few_threads(bench: MakeBench) -> None:
    clock, left = SystemClock(), list[float]()

    class Noting(ScriptedTransport):
        def send(self, request: HttpRequest, auth: Auth, options: SendOptions) -> HttpResponse:
            assert options.departing is not None
            options.departing()
            left.append(clock.monotonic())
            return super().send(request, auth, options)

    made = bench(
        transport=Noting([OK] * 200),
        clock=clock,
        connector=manifest(throttle={"calls": 50, "renewalPeriod": 0.2}),
        max_in_flight=4,
    )
    most = 0

    async def main() -> list[Any]:
        nonlocal most
        run = partial(made.connector.arun, "get_parcel", {"parcel_id": "a"}, made.connection)
        tasks = [asyncio.create_task(run()) for _ in range(200)]
        while not all(task.done() for task in tasks):
            most = max(most, threads_of_tasks())
            await asyncio.sleep(0.01)
        return [task.result()["id"] for task in tasks]

    assert asyncio.run(main()) == ["p1"] * 200
    left.sort()
    assert all(later - earlier >= 0.2 for earlier, later in zip(left, left[50:], strict=False))
    assert most <= 4 + 4
    made.connector.close()


def test_a_pause_that_begins_after_the_grant_holds_no_thread(bench: MakeBench) -> None:
    clock = FakeClock()
    store = NotifyingStore(clock)
    handed_back: list[float] = []

    class Overtaken(ScriptedTransport):
        def send(self, request: HttpRequest, auth: Auth, options: SendOptions) -> HttpResponse:
            if not handed_back:
                clock.advance(1)  # the handshake
                store.pause(store.limits[0], 30)
            handed_back.append(clock.monotonic())
            assert options.departing is not None
            options.departing()
            return super().send(request, auth, options)

    made = bench(transport=Overtaken([OK]), clock=clock, store=store)
    events: list[Event] = []
    run = made.connector.arun("get_parcel", {"parcel_id": "a"}, made.connection, on_event=events.append)
    result = asyncio.run(run)
    assert [event.type for event in events] == ["started", "attempt", "wait", "response", "result"]
    assert len(handed_back) == 2
    assert handed_back[1] - handed_back[0] >= 30
    assert (len(result.meta.attempts), 30 <= result.meta.waited <= 31) == (1, True)
    bucket, _ = store.peek(store.limits[0])
    assert sum(at > 0 for at in bucket.times) == 1  # one token, not two
    made.connector.close()


def test_a_loop_that_closes_while_runs_wait_or_are_in_flight_ends_clean(bench: MakeBench) -> None:
    clock, gate = Sleeper(), Gate()
    store = NotifyingStore(clock)
    made = bench(transport=gate, clock=clock, store=store, connector=ONE_CALL)

    async def main() -> None:
        run = partial(made.connector.arun, "get_parcel", {"parcel_id": "b"}, made.connection)
        left_behind = {asyncio.create_task(run(max_wait=1e9, timeout=1e9)) for _ in range(20)}
        await until(gate.entered)
        await reaches(lambda: clock.sleepers, 19)
        assert len(left_behind) == 20

    asyncio.run(main())
    assert store.peek(store.limits[0])[0].waiting == {}
    gate.opened.set()
    made.connector.close()


def test_a_run_that_waits_while_the_connector_is_closed_goes_on(bench: MakeBench) -> None:
    class Closing(FakeClock):
        async def asleep(self, seconds: float) -> None:
            made.connector.close()
            await super().asleep(seconds)

    made = bench([OK, OK], clock=Closing(), connector=ONE_CALL)
    made.run("get_parcel", {"parcel_id": "a"})
    result = asyncio.run(made.connector.arun("get_parcel", {"parcel_id": "b"}, made.connection))
    assert result["id"] == "p1"
    made.connector.close()


def test_a_handler_that_awaits_anything_but_its_calls_fails_and_holds_nothing(bench: MakeBench) -> None:
    handlers = "import types\n\n@types.coroutine\ndef post_once(call):\n    yield 'soon'\n"
    made = bench([OK], actions=[POST_ONCE], handlers=handlers)
    events: list[Event] = []
    with pytest.raises(TypeError):
        asyncio.run(made.connector.arun("post_once", {"recipient": "a"}, made.connection, on_event=events.append))
    assert [event.type for event in events] == ["started", "error"]
    made.connector.close()


def test_a_callback_sees_the_context_of_its_task(bench: MakeBench) -> None:
    name: ContextVar[str] = ContextVar("name")
    made, seen = bench([OK, OK]), set[tuple[str, str]]()

    async def main(own: str) -> None:
        name.set(own)

        def listen(_event: Event) -> None:
            seen.add((own, name.get()))

        await made.connector.arun("get_parcel", {"parcel_id": "a"}, made.connection, on_event=listen)

    async def both() -> None:
        await asyncio.gather(main("a"), main("b"))

    asyncio.run(both())
    assert seen == {("a", "a"), ("b", "b")}
    made.connector.close()


PAGES = [
    response(200, {"parcels": [{"id": "1"}, {"id": "2"}], "paging": {"more": True, "cursor": "c2"}}),
    response(200, {"parcels": [{"id": "3"}], "paging": {"more": False}}),
]


@pytest.mark.parametrize(("wanted", "pages"), [(1, 1), (2, 1), (3, 2)])
def test_rows_come_one_by_one_in_a_task_and_pages_when_they_are_needed(
    bench: MakeBench, wanted: int, pages: int
) -> None:
    made = bench(PAGES, connector=ONE_CALL)
    events: list[Event] = []

    async def main() -> list[str]:
        rows = []
        reading = made.connector.aiterate("list_parcels", {}, made.connection, on_event=events.append)
        async for row in reading:
            rows.append(row["id"])
            if len(rows) == wanted:
                break
        await reading.aclose()
        return rows

    assert asyncio.run(main()) == ["1", "2", "3"][:wanted]
    assert len(made.requests) == pages
    assert [event.type for event in events].count("result") == 1
    made.connector.close()


def test_reading_rows_that_is_cancelled_while_it_waits_gives_its_place_back(bench: MakeBench) -> None:
    clock = Sleeper()
    store = NotifyingStore(clock)
    made = bench(PAGES, clock=clock, store=store, connector=ONE_CALL)

    async def main() -> None:
        async def read() -> list[Any]:
            return [row async for row in made.connector.aiterate("list_parcels", {}, made.connection)]

        task = asyncio.create_task(read())
        await until(clock.fell_asleep)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert store.peek(store.limits[0])[0].waiting == {}

    asyncio.run(main())
    assert len(made.requests) == 1
    made.connector.close()


def test_mistakes_reach_the_task(bench: MakeBench) -> None:
    made = bench()
    with pytest.raises(UnknownActionError):
        asyncio.run(made.connector.arun("nothing", {}, made.connection))
    with pytest.raises(InputError):
        asyncio.run(made.connector.arun("get_parcel", {}, made.connection))
    made.connector.close()


def test_after_closing_a_connector_runs_again(bench: MakeBench) -> None:
    made = bench([OK, OK])
    for _ in range(2):
        asyncio.run(made.connector.arun("get_parcel", {"parcel_id": "a"}, made.connection))
        made.connector.close()
    assert len(made.requests) == 2
