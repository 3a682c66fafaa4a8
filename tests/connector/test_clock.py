from __future__ import annotations

import asyncio
import itertools
import math
from collections.abc import AsyncGenerator

import pytest

from connector.clock import SystemClock, complete, iso_from_epoch_milliseconds, iterate, network, pause
from connector.testing import FakeClock


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (1_795_334_400_123, "2026-11-22T08:00:00.123Z"),
        (59_999, "1970-01-01T00:00:59.999Z"),
        (60_000, "1970-01-01T00:01:00.000Z"),
        (951_868_799_009, "2000-02-29T23:59:59.009Z"),
        (3_999_999_999_999, "2096-10-02T07:06:39.999Z"),
        (4_000_000_000_001, "2096-10-02T07:06:40.001Z"),
        (1.5, "1970-01-01T00:00:00.001Z"),
        (253_402_300_799_000, "9999-12-31T23:59:59.000Z"),
        (253_402_300_800_000, None),
        (-1, "1969-12-31T23:59:59.999Z"),
        (1e300, None),
        pytest.param(10**400, None, id="no calendar"),
        (math.inf, None),
        (math.nan, None),
    ],
)
def test_epoch_milliseconds_become_iso_text_or_nothing(milliseconds: float, text: str | None) -> None:
    assert iso_from_epoch_milliseconds(milliseconds) == text


def test_the_machines_clock_never_waits_for_what_is_over() -> None:
    clock = SystemClock()
    before = clock.monotonic()
    clock.sleep(-1)
    asyncio.run(clock.asleep(-1))
    assert clock.monotonic() - before < 30
    assert clock.wall().tzinfo is not None


def test_the_machines_clock_sleeps_in_short_naps(monkeypatch: pytest.MonkeyPatch) -> None:
    # A signal that comes just before a long sleep would be noticed only when it ends.
    naps: list[float] = []
    now = [0.0]

    def nap(seconds: float) -> None:
        naps.append(seconds)
        now[0] += seconds

    monkeypatch.setattr("connector.clock.time.sleep", nap)
    monkeypatch.setattr("connector.clock.time.monotonic", lambda: now[0])
    SystemClock().sleep(2.5)
    assert naps == [1.0, 1.0, 0.5]


def test_a_coroutine_is_driven_to_its_end_with_a_sleep_per_wait() -> None:
    async def steps() -> str:
        await pause(2)
        await network()
        await pause(3)
        return "done"

    clock = FakeClock()
    assert complete(steps(), clock) == "done"
    assert clock.slept == [2, 3]


def test_what_ends_a_sleep_ends_the_coroutine_there() -> None:
    ended: list[str] = []

    async def steps() -> None:
        try:
            await pause(2)
        finally:
            ended.append("given back")

    class Stopping(FakeClock):
        def sleep(self, *_: object) -> None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        complete(steps(), Stopping())
    assert ended == ["given back"]


def test_what_a_coroutine_raises_is_raised_where_it_is_driven() -> None:
    async def steps() -> None:
        await pause(2)
        raise KeyError

    clock = FakeClock()
    with pytest.raises(KeyError):
        complete(steps(), clock)
    assert clock.slept == [2]


@pytest.mark.parametrize("taken", [0, 1, 2, 3, 9])
def test_pages_are_driven_when_they_are_asked_for_and_closed_wherever_the_reader_stops(taken: int) -> None:
    done: list[str] = []

    async def pages() -> AsyncGenerator[list[int], None]:
        try:
            for page in ([1, 2], [], [3]):
                await pause(1)
                done.append(f"page {page}")
                yield page
        finally:
            done.append("closed")

    clock = FakeClock()
    items = iterate(pages(), clock)
    assert done == []
    assert list(itertools.islice(items, taken)) == [1, 2, 3][:taken]
    items.close()  # type: ignore[attr-defined]
    read = {0: 0, 1: 1, 2: 1, 3: 3, 9: 3}[taken]
    assert len(clock.slept) == read
    assert done == [f"page {page}" for page in ([1, 2], [], [3])][:read] + ["closed"] * bool(taken)
