"""Running the rows of a batch on this machine: several at a time, each connection at its own limit.

The calling thread hands rows out, lane after lane, to threads that run them. A lane hands out as many rows as the limit
of its connection has room for, so that no thread sleeps for the limit and a small lane never waits behind a large one.
"""

from __future__ import annotations

import contextlib
import queue
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from connector.batch.folder import BatchFolder
from connector.batch.lanes import Lane
from connector.batch.report import BatchProgress
from connector.batch.row_run import RowResult, RowRunner
from connector.batch.source import Row
from connector.client import Client
from connector.clock import Clock
from connector.errors import AuthorizationError, ConnectorError, DefinitionError, ThrottledError, UnavailableError
from connector.throttle.status import ThrottleStatus, throttle_status

MOST_UNAVAILABLE = 5
"""Rows of one connection in a row that find the service unavailable, before the batch stops."""

_LEAST_WAIT = 0.01
_REPORT_EVERY = 0.5
_GRACE = 2.0
"""Seconds for which rows in flight are waited for when the batch is stopped."""


@dataclass
class BatchRunner:
    """Runs the lanes of a batch to their end.

    Attributes:
        folder: Where the results are.
        rows: Rows in the file.
        concurrency: Rows that run at a time.
        on_progress: Called before anything is sent, about twice a second, and at the end.
    """

    client: Client
    runner: RowRunner
    folder: BatchFolder
    lanes: Sequence[Lane]
    clock: Clock
    rows: int
    concurrency: int
    on_progress: Callable[[BatchProgress], None]
    _work: queue.SimpleQueue[tuple[Lane, Row, bool] | None] = field(default_factory=queue.SimpleQueue)
    _results: queue.SimpleQueue[tuple[Lane, RowResult | BaseException]] = field(default_factory=queue.SimpleQueue)
    _in_flight: int = 0
    _at_start: int = 0
    _busy: float = 0.0
    _tried: set[int] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self) -> ConnectorError | None:
        """Run every row; why it stopped before the last one, if it did.

        Raises:
            KeyboardInterrupt: After the rows in flight have ended, or a moment later.
            OSError: The folder cannot be written to.
        """
        threads = [
            threading.Thread(target=self._serve, daemon=True, name=f"batch-{number}")
            for number in range(self.concurrency)
        ]
        for thread in threads:
            thread.start()
        self._at_start, reported = self.folder.progress.finished, 0.0
        ready = deque(self.lanes)
        self.on_progress(self._progress())  # how long it will take, before anything is sent
        try:
            while not self.runner.stopped.is_set():
                self._hand_out(ready)
                if not self._in_flight and not ready:
                    return None
                began, running = self.clock.monotonic(), self._in_flight > 0
                stopped = self._collect(self._pause(ready), ready)
                if stopped is not None:
                    return stopped
                now = self.clock.monotonic()
                self._busy += (now - began) * running
                if now - reported >= _REPORT_EVERY:
                    reported = now
                    self.on_progress(self._progress())
            return None
        finally:
            self._end(threads)
            self.on_progress(self._progress())

    def _serve(self) -> None:
        """Run rows until there are none; in a thread."""
        while (work := self._work.get()) is not None:
            lane, row, last = work
            departed = False

            def on_departure(lane: Lane = lane) -> None:
                nonlocal departed
                departed = True
                with self._lock:
                    lane.undeparted -= 1

            try:
                result: RowResult | BaseException = RowResult(row, None)
                if not self.runner.stopped.is_set():
                    result = self.runner.run(row, lane.connection, on_departure, last=last)
            except BaseException as error:
                result = error
            if not departed:
                on_departure()
            self._results.put((lane, result))

    @property
    def _most(self) -> int:
        """Rows that are handed out at a time: some more than run, so that a thread has its next row at once."""
        return self.concurrency + self.concurrency // 4

    def _hand_out(self, ready: deque[Lane]) -> None:
        """Give rows to the threads, one lane after the other, as long as threads and limits have room."""
        skipped = 0
        while ready and self._in_flight < self._most and skipped < len(ready):
            lane = ready[0]
            if lane.left <= lane.in_flight:
                ready.popleft()  # it need not wait for room that no row of it uses
                continue
            ready.rotate(-1)
            if not self._has_room(lane):
                skipped += 1
                continue
            row = lane.next_row()
            if row is None:
                ready.remove(lane)
                continue
            skipped = 0
            lane.credit -= 1
            lane.in_flight += 1
            self._in_flight += 1
            with self._lock:
                lane.undeparted += 1
            last = row.number in self._tried
            self._tried.discard(row.number)
            self._work.put((lane, row, last))

    def _has_room(self, lane: Lane) -> bool:
        """Whether the limits of the lane's connection have room for another call now."""
        if lane.credit > 0:
            return True
        now = self.clock.monotonic()
        if now < lane.not_before:
            return False
        states = self._states(lane, 1)
        with self._lock:
            lane.credit = min(state.free for state in states) - lane.undeparted
        if lane.credit <= 0:
            lane.not_before = now + max(_LEAST_WAIT, *(state.next_in for state in states))
        return lane.credit > 0

    def _states(self, lane: Lane, calls: int) -> list[ThrottleStatus]:
        store = self.client.store_of(lane.connection)
        return [throttle_status(store, limit, calls) for limit in lane.limits]

    def _pause(self, ready: deque[Lane]) -> float:
        """Seconds until a lane may have room again, at most until the next report."""
        if not ready or self._in_flight >= self._most:
            return _REPORT_EVERY
        wait = min(lane.not_before for lane in ready) - self.clock.monotonic()
        return min(max(wait, _LEAST_WAIT), _REPORT_EVERY)

    def _collect(self, wait: float, ready: deque[Lane]) -> ConnectorError | None:
        """Take the results that are there, waiting for the first; why the batch must stop, if it must."""
        try:
            taken = [self._results.get(timeout=wait)]
        except queue.Empty:
            return None
        with contextlib.suppress(queue.Empty):
            while True:
                taken.append(self._results.get_nowait())
        self.folder.flush()
        stops = [self._take(lane, result, ready) for lane, result in taken]
        return next((stop for stop in stops if stop is not None), None)

    def _take(self, lane: Lane, result: RowResult | BaseException, ready: deque[Lane]) -> ConnectorError | None:
        lane.in_flight -= 1
        self._in_flight -= 1
        if isinstance(result, BaseException):
            raise result
        error = result.error
        lane.unavailable = lane.unavailable + 1 if isinstance(error, UnavailableError) and error.retryable else 0
        if result.outcome is not None:
            lane.left -= 1
        elif isinstance(error, AuthorizationError | DefinitionError) or lane.unavailable >= MOST_UNAVAILABLE:
            return error
        else:
            # Tried once more after the others; a wait for the call limit of our own does not count as a try.
            if not isinstance(error, ThrottledError) or error.status is not None:
                self._tried.add(result.row.number)
            lane.again.append(result.row)
            if lane not in ready:
                ready.append(lane)
        return error if lane.unavailable >= MOST_UNAVAILABLE else None

    def _end(self, threads: Sequence[threading.Thread]) -> None:
        """Stop the threads. Those that wait for a response are waited for a moment; their rows are in the journal."""
        self.runner.stopped.set()
        for _ in threads:
            self._work.put(None)
        ends = self.clock.monotonic() + _GRACE
        for thread in threads:
            thread.join(max(0.0, ends - self.clock.monotonic()))
        self.folder.flush()

    def _progress(self) -> BatchProgress:
        counts = self.folder.progress.counts
        finished = sum(counts.values())
        left = self.rows - finished
        asked = [(lane, lane.left - lane.in_flight) for lane in self.lanes if lane.left] or [(self.lanes[0], 0)]
        states = [(state, calls) for lane, calls in asked for state in self._states(lane, max(1, calls))]
        forecast = max((state.asked_in for state, calls in states if calls > 0), default=0.0)
        # While no row is in flight the batch waits for the limit, which says nothing about how fast rows run.
        rate = (finished - self._at_start) / self._busy if self._busy > 0 else 0.0
        fullest = max((state for state, _ in states), key=lambda state: state.used / state.calls)
        return BatchProgress(
            rows=self.rows,
            **counts,
            in_flight=min(self._in_flight, self.concurrency),
            used=fullest.used,
            calls=fullest.calls,
            renewal_period=fullest.renewal_period,
            seconds_left=max(forecast, left / rate if rate else 0.0) if rate or forecast else None,
        )
