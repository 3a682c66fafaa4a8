"""Time as a value that is passed in, so that tests never wait for real; and waiting without holding a thread.

What waits is a coroutine: it yields the seconds it has to wait (`pause`), or None where it is about to wait for the
network (`network`). `complete` drives one in the caller's thread; `connector.call.tasks` drives many on an event loop.
"""

from __future__ import annotations

import math
import time
from collections.abc import AsyncGenerator, Coroutine, Generator, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from types import coroutine
from typing import Protocol, TypeVar

_T = TypeVar("_T")

_MAX_NAP = 1.0
"""Seconds that the machine's clock sleeps at once."""


class Clock(Protocol):
    """What the runtime asks of time."""

    def monotonic(self) -> float:
        """Seconds that never go back; only differences mean something."""

    def wall(self) -> datetime:
        """The time of day, with its zone."""

    def sleep(self, seconds: float) -> None:
        """Wait that many seconds in this thread."""

    async def asleep(self, seconds: float) -> None:
        """Wait that many seconds on the event loop."""


class SystemClock:
    """The machine's own clock."""

    def monotonic(self) -> float:
        """Seconds since some point in the past, never going back."""
        return time.monotonic()

    def wall(self) -> datetime:
        """The time of day in UTC."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Wait that many seconds in this thread."""
        ends = time.monotonic() + seconds
        while (left := min(_MAX_NAP, ends - time.monotonic())) > 0:
            # A signal that arrives just before the machine goes to sleep is looked at when it wakes.
            time.sleep(left)

    async def asleep(self, seconds: float) -> None:
        """Wait that many seconds on the event loop."""
        import asyncio  # noqa: PLC0415 - it takes a while, and whoever has an event loop has it

        await asyncio.sleep(max(0.0, seconds))


Step = float | None
"""What a coroutine yields: seconds to wait, or None where it will hold its thread until the network responds."""


@coroutine
def pause(seconds: float) -> Generator[Step, None, None]:
    """Wait that many seconds; whoever drives the coroutine decides how."""
    yield seconds


@coroutine
def network() -> Generator[Step, None, None]:
    """From here to the next wait the thread waits for the network."""
    yield None


def complete(steps: Coroutine[Step, None, _T], clock: Clock) -> _T:
    """Drive a coroutine to its end in this thread, and sleep where it waits.

    Returns:
        What the coroutine returns; it raises what the coroutine raises.
    """
    try:
        while True:
            seconds = steps.send(None)
            if seconds is not None:
                try:
                    clock.sleep(seconds)
                except BaseException as stopped:
                    steps.throw(stopped)  # it gives back what it holds
                    raise
    except StopIteration as end:
        value: _T = end.value
        return value


def iterate(pages: AsyncGenerator[Sequence[_T], None], clock: Clock) -> Iterator[_T]:
    """The items of page after page, each page driven in this thread when its first item is asked for."""
    try:
        while (page := complete(anext(pages, None), clock)) is not None:
            yield from page
    finally:
        complete(pages.aclose(), clock)


def rounded(seconds: float, places: int) -> float:
    """Seconds with so many decimal places, half upwards as in JavaScript."""
    scale = 10.0**places
    return math.floor(seconds * scale + 0.5) / scale


_LAST_QUICK = 4_000_000_000_000
"""Milliseconds, in 2096. Up to here Python's own arithmetic with fractions gives the same milliseconds."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECONDS = [f"{number:02}." for number in range(60)]
_MILLISECONDS = [f"{number:03}Z" for number in range(1_000)]


def iso_from_epoch_milliseconds(milliseconds: float) -> str | None:
    """`2026-11-22T08:00:00.000Z` for milliseconds since 1970; None when no calendar has such a date."""
    if type(milliseconds) is int and 0 <= milliseconds < _LAST_QUICK:
        seconds, rest = divmod(milliseconds, 1_000)
        minute, second = divmod(seconds, 60)
        return f"{_minute(minute)}{_SECONDS[second]}{_MILLISECONDS[rest]}"
    try:
        moment = _EPOCH + timedelta(milliseconds=math.trunc(milliseconds))
    except (OverflowError, ValueError):
        return None
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@lru_cache(4_096)
def _minute(minute: int) -> str:
    """`2026-11-22T08:00:` for minutes since 1970."""
    return datetime.fromtimestamp(60 * minute, UTC).isoformat()[:17]
