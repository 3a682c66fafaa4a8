from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from connector.errors import InputError, UnknownActionError
from connector.http.request import HttpRequest
from connector.http.response import HttpResponse
from connector.http.transport import SendOptions
from connector.testing import FakeClock, ScriptedTransport, response
from connector.throttle.bucket import RateLimit, Reservation
from connector.throttle.memory_store import MemoryStore
from tests.connector.parcels import MakeBench, manifest

OK = response(200, {"id": "p1"})
ONE_CALL = manifest(throttle={"calls": 1, "renewalPeriod": 60})


class Gate(ScriptedTransport):
    """Answers only when the test lets it."""

    def __init__(self) -> None:
        super().__init__([OK] * 200)
        self.entered = threading.Event()
        self.opened = threading.Event()

    def send(self, request: HttpRequest, secret_headers: Mapping[str, str], options: SendOptions) -> HttpResponse:
        self.entered.set()
        assert self.opened.wait(10)
        return super().send(request, secret_headers, options)


class Sleeper(FakeClock):
    """Sleeps until it is cancelled, and tells that it sleeps."""

    def __init__(self) -> None:
        super().__init__()
        self.asleep = threading.Event()

    def sleep(self, seconds: float, cancelled: threading.Event | None = None) -> None:
        del seconds  # only the test ends this sleep
        self.asleep.set()
        assert cancelled is not None
        assert cancelled.wait(10)


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
        await until(clock.asleep)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await until(store.released)

    asyncio.run(main())
    assert len(made.requests) == 1
    assert store.reserve(store.limits, 1e9).wait == 60.25
    made.connector.close()


def test_a_cancelled_task_makes_no_further_attempt(bench: MakeBench) -> None:
    clock = Sleeper()
    store = NotifyingStore(clock)
    made = bench([response(503), OK], clock=clock, store=store)

    async def main() -> None:
        task = asyncio.create_task(made.connector.arun("get_parcel", {"parcel_id": "b"}, made.connection))
        await until(clock.asleep)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await until(store.released)

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
