"""A place that is given up, however that happens, is free for the next; and a 429 holds everybody else."""

from __future__ import annotations

import asyncio
import threading
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from connector.clock import complete
from connector.errors import ThrottledError
from connector.http.request import HttpRequest
from connector.http.response import HttpResponse
from connector.http.retry import LONGEST_RETRY_AFTER
from connector.testing import FakeClock, response
from connector.throttle.bucket import RateLimit
from connector.throttle.limiter import acquire
from connector.throttle.store import Store
from tests.connector.parcels import make_bench, manifest
from tests.connector.runs import make_run
from tests.connector.throttle.worlds import FOREVER, World

HOME = RateLimit("home", 3, 10.0)
REQUEST = HttpRequest("GET", "https://api.parcels.example/parcels", {}, None)


class Ending(FakeClock):
    """A sleep that ends in another way than by its time."""

    def __init__(self, start: float, end: Any) -> None:
        super().__init__(start)
        self._end = end

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self._end()


@pytest.mark.parametrize("error", [KeyboardInterrupt, asyncio.CancelledError, MemoryError])
def test_a_wait_that_ends_early_gives_its_place_back_to_every_process(world: World, error: type[BaseException]) -> None:
    def end() -> None:
        raise error

    for _ in range(3):
        world.store.reserve([HOME], 0)
    for _ in range(5):
        with pytest.raises(error):
            acquire(world.store, Ending(world.clock.monotonic(), end), [HOME], 60)
    assert world.stores[-1].reserve([HOME], FOREVER).wait == pytest.approx(HOME.padded_period, abs=1e-5)


def test_a_wait_that_a_pause_makes_longer_than_the_deadline_gives_its_place_back(world: World) -> None:
    def paused() -> None:
        world.stores[-1].pause(HOME, 30)

    for _ in range(3):
        world.store.reserve([HOME], 0)
    with pytest.raises(ThrottledError) as caught:
        acquire(world.store, Ending(world.clock.monotonic(), paused), [HOME], 20)
    assert caught.value.wait == pytest.approx(30, abs=1e-3)
    world.clock.advance(30.001)
    assert [world.store.reserve([HOME], FOREVER).wait for _ in range(3)] == [0, 0, 0]


def test_a_cancelled_task_gives_its_place_back(world: World, tmp_path: Path) -> None:
    asleep = threading.Event()

    class Sleeper(FakeClock):
        async def asleep(self, seconds: float) -> None:
            assert seconds > 0
            asleep.set()
            await asyncio.Event().wait()

    bench = make_bench(
        tmp_path / "folder",
        [response(200, {"id": "p1"})],
        connector=manifest(throttle={"calls": 1, "renewalPeriod": 60}),
        clock=Sleeper(world.clock.monotonic()),
        store=world.store,
    )
    bench.run("get_parcel", {"parcel_id": "a"})

    async def cancel() -> None:
        task = asyncio.create_task(bench.connector.arun("get_parcel", {"parcel_id": "b"}, bench.connection))
        assert await asyncio.to_thread(asleep.wait, 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel())
    (shown,) = bench.connector.throttle(bench.connection)
    bench.connector.close()
    assert shown.used == 1
    assert shown.next_in == pytest.approx(60.25, abs=1e-3)


def send(store: Store, clock: FakeClock, reply: HttpResponse, seed: int) -> HttpResponse:
    run = make_run(
        lambda _: reply, store, clock, rate_limits=[HOME], repeatable=False, seed=seed, deadline=1e12, max_wait=1e9
    )
    return complete(run.send(REQUEST), clock)


@pytest.mark.parametrize(
    ("header", "pause"),
    [("25", 25), ("a date", 25), ("", 1), ("soon", 1), ("-7", 1), ("999999999", LONGEST_RETRY_AFTER)],
)
def test_a_429_holds_everybody_until_retry_after_and_a_little_jitter_within_bounds(
    world: World, header: str, pause: float
) -> None:
    clock = world.clock
    if header == "a date":
        header = format_datetime(clock.wall() + timedelta(seconds=25), usegmt=True)
    assert send(world.store, clock, response(429, retry_after=header), 1).status == 429
    begun = clock.monotonic()
    assert send(world.stores[-1], clock, response(200, {}), 2).status == 200
    assert pause < clock.monotonic() - begun <= pause + HOME.safety_margin
    # The refused call counts as one of the three.
    assert world.store.reserve([HOME], FOREVER).wait == 0


def test_a_429_holds_no_other_connection(world: World) -> None:
    send(world.store, world.clock, response(429, retry_after="25"), 1)
    assert world.store.reserve([HOME._replace(name="other")], 0).wait == 0
