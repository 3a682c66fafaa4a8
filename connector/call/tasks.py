"""Runs as tasks of an event loop: one that waits holds no thread, and those in flight are bounded.

A run is driven a stretch at a time, from one wait to the next, in a thread; in between it is a suspended coroutine and
a timer of the event loop. Calls have threads of their own, so that the steps of other runs never wait for them.
"""

from __future__ import annotations

import contextlib
import contextvars
import sys
import threading
from collections.abc import AsyncGenerator, Coroutine, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from connector.clock import Clock, Step
from connector.throttle.fork import renew_in_child

if sys.platform != "win32":
    import resource

_STEP_THREADS = 4
"""Threads for what happens between calls: it computes, and waits for locks and stores at most."""

_MOST_IN_FLIGHT = 1_000
_WINDOWS_IN_FLIGHT = 500
"""Calls in flight by default; each has a socket, and Windows has no bound of open files to ask for."""

_T = TypeVar("_T")


@dataclass(frozen=True)
class _End(Generic[_T]):
    value: _T


def default_in_flight() -> int:
    """Calls that are in flight at most where nobody says otherwise: half of the files that this process may open."""
    if sys.platform == "win32":
        return _WINDOWS_IN_FLIGHT
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _MOST_IN_FLIGHT if files == resource.RLIM_INFINITY else max(1, min(_MOST_IN_FLIGHT, files // 2))


class TaskThreads:
    """The threads of a connector's tasks.

    Args:
        max_in_flight: How many of them make calls; `default_in_flight` where left out.
    """

    def __init__(self, max_in_flight: int | None = None) -> None:
        self.max_in_flight = default_in_flight() if max_in_flight is None else max_in_flight
        self._sizes = {"step": _STEP_THREADS, "call": self.max_in_flight}
        self.start_over()
        renew_in_child(self)

    def start_over(self) -> None:
        """For a forked child, which has none of its parent's threads."""
        self._lock = threading.Lock()
        self._pools: dict[str, ThreadPoolExecutor] = {}

    async def complete(self, run: Coroutine[Step, None, _T], clock: Clock) -> _T:
        """Drive a run to its end; as `connector.clock.complete`, without a thread while it waits.

        A cancelled task gives its place in the call limit back at once. A call that has left is not waited for; the
        run makes no other.
        """
        import asyncio  # noqa: PLC0415 - it takes a while, and whoever has an event loop has it

        context, cancelled = contextvars.copy_context(), threading.Event()
        kind = "step"
        try:
            while True:
                work = self._submit(kind, context.run, _advance, run, kind == "call", cancelled)
                step: _End[_T] | Step = await asyncio.wrap_future(work)
                if isinstance(step, _End):
                    return step.value
                kind = "call" if step is None else "step"
                if step is not None:
                    await clock.asleep(step)
        except asyncio.CancelledError:
            cancelled.set()
            if work.done():
                await asyncio.shield(asyncio.wrap_future(self._submit("step", _stop, run)))
            else:
                work.add_done_callback(lambda _: _stop(run))
            raise
        except Exception:
            _stop(run)  # where it waited for something else
            raise

    async def iterate(self, pages: AsyncGenerator[Sequence[_T], None], clock: Clock) -> AsyncGenerator[_T, None]:
        """The items of page after page; as `connector.clock.iterate`, without a thread while it waits."""
        try:
            while (page := await self.complete(anext(pages, None), clock)) is not None:
                for item in page:
                    yield item
        except GeneratorExit:  # the caller has seen enough
            await self.complete(pages.aclose(), clock)
            raise

    def close(self) -> None:
        """Let the threads end when nothing is left for them to do. Runs that wait get new ones."""
        with self._lock:
            while self._pools:
                self._pools.popitem()[1].shutdown(wait=False)

    def _submit(self, kind: str, *work: Any) -> Future[Any]:
        with self._lock:
            pool = self._pools.get(kind)
            if pool is None:
                pool = self._pools[kind] = ThreadPoolExecutor(self._sizes[kind], f"connector-{kind}")
            return pool.submit(*work)


def _advance(run: Coroutine[Step, None, _T], has_call_thread: bool, cancelled: threading.Event) -> _End[_T] | Step:
    """Drive a run to its next wait, or to its next call where this thread is for none."""
    try:
        while not cancelled.is_set():
            step = run.send(None)
            if step is not None or not has_call_thread:
                return step
    except StopIteration as end:
        return _End(end.value)
    return None


def _stop(run: Coroutine[Step, None, Any]) -> None:
    """End a run where it is, so that it gives back what it holds; one that has ended stays as it is."""
    import asyncio  # noqa: PLC0415 - as above

    with contextlib.suppress(asyncio.CancelledError, RuntimeError, StopIteration):
        run.throw(asyncio.CancelledError())
