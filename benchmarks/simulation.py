"""Waits, fairness and sizes without waiting for them: `python -m benchmarks.simulation [--seed N] [--quick]`.

A simulation of events, the same for the same seed. `waits` asks how long calls of one connection wait for its limit of
100 calls in 60 seconds, `fairness` what the calls of other connections wait for when one of them gets a large batch,
and `shards` how many Redis servers keep the limits of many connections.
"""

from __future__ import annotations

import heapq
import itertools
import math
import random
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from benchmarks import report
from connector.lanes.lane import MAX_WAIT, TURN_ROWS, TURN_SECONDS
from connector.throttle.bucket import RateLimit

LIMIT = RateLimit("c", 100, 60.0)
RESPONSE_SECONDS = 0.3
LOOK_SECONDS = 0.005
"""What it costs a worker to take a task and to find that its call has to wait."""

RESERVATION_SECONDS = 56e-6
"""What a reservation costs Redis, as measured."""

Policy = Literal["blocking workers", "a retry for each row", "lanes"]
POLICIES: tuple[Policy, ...] = ("blocking workers", "a retry for each row", "lanes")


class Tokens:
    """The limit of one connection: each token comes back a period and a margin after its call left."""

    def __init__(self, limit: RateLimit = LIMIT) -> None:
        self._limit = limit
        self._left: deque[float] = deque(maxlen=limit.calls)

    def ready_at(self, now: float) -> float:
        """When the next call may leave."""
        if len(self._left) < self._limit.calls:
            return now
        return max(now, self._left[0] + self._limit.padded_period)

    def take(self, now: float) -> float:
        """Let a call leave as soon as it may; when that is."""
        at = self.ready_at(now)
        self._left.append(at)
        return at


def waits(load: float, burst: int, calls: int, rng: random.Random) -> list[float]:
    """Seconds that calls wait for the limit, sorted.

    Args:
        load: Share of the limit that is asked for.
        burst: Calls that come at once.
        calls: How many are simulated.
        rng: Makes the arrivals, at random times.
    """
    tokens, now, found = Tokens(), 0.0, []
    rate = load * LIMIT.calls / LIMIT.period / burst
    for _ in range(calls // burst):
        now += rng.expovariate(rate)
        found += [tokens.take(now) - now for _ in range(burst)]
    return sorted(found)


@dataclass(order=True)
class _Task:
    """What a queue holds: a row, or a lane with many."""

    at: float
    order: int
    connection: int = field(compare=False)
    arrived: float = field(compare=False)
    rows: int = field(compare=False, default=1)


@dataclass(frozen=True)
class Fairness:
    """What became of the calls of the other connections.

    Attributes:
        waits: Seconds until each call left, of those that did, sorted.
        unserved: Calls that did not leave in the time.
        attempts: How often a worker took a task, for each row that left.
    """

    waits: list[float]
    unserved: int
    attempts: float


def fairness(
    policy: Policy, rows: int, others: int, workers: int, seconds: float, rng: random.Random, every: float = 20.0
) -> Fairness:
    """Drop a batch on one of many connections, each of the others with a call now and then.

    Args:
        policy: What a worker does with a call that has to wait.
        rows: Of the batch.
        others: How many other connections there are.
        workers: How many tasks run at a time.
        seconds: How long is simulated.
        rng: Makes the arrivals of the others.
        every: Seconds between two calls of another connection, on average.
    """
    order = itertools.count()
    tokens = [Tokens() for _ in range(others + 1)]
    tasks = [_Task(at, next(order), connection, at) for at, connection in _arrivals(others, seconds, every, rng)]
    asked = len(tasks)
    batch = [_Task(0.0, next(order), 0, 0.0, rows)] if policy == "lanes" else []
    batch += [_Task(0.0, next(order), 0, 0.0) for _ in range(0 if batch else rows)]
    waiting = tasks + batch
    heapq.heapify(waiting)
    ready: deque[_Task] = deque()
    free = [0.0] * workers
    found: list[float] = []
    taken = left = 0
    while True:
        now = free[0]
        if not ready and waiting:
            now = max(now, waiting[0].at)
        while waiting and waiting[0].at <= now:
            ready.append(heapq.heappop(waiting))
        if now > seconds or not ready:
            break
        task = ready.popleft()
        taken += 1
        ends, again = _run(policy, task, tokens[task.connection], now)
        sent = task.rows - (again.rows if again is not None else 0)
        left += sent
        if sent and task.connection:
            found.append(now - task.arrived)
        if again is not None:
            heapq.heappush(waiting, _Task(again.at, next(order), task.connection, task.arrived, again.rows))
        heapq.heapreplace(free, ends)
    return Fairness(sorted(found), asked - len(found), taken / max(1, left))


def _run(policy: Policy, task: _Task, tokens: Tokens, now: float) -> tuple[float, _Task | None]:
    """When the worker is free again, and the task with what is left of it."""
    ready = tokens.ready_at(now)
    if policy == "blocking workers":
        return tokens.take(now) + RESPONSE_SECONDS, None
    if policy == "a retry for each row":
        if ready > now:
            return now + LOOK_SECONDS, _Task(ready, 0, task.connection, task.arrived)
        return tokens.take(now) + RESPONSE_SECONDS, None
    ends, rows = now + LOOK_SECONDS, task.rows
    for _ in range(TURN_ROWS):
        if not rows:
            return ends, None
        ready = tokens.ready_at(ends)
        if ready - ends > MAX_WAIT:
            return ends, _Task(ready, 0, task.connection, task.arrived, rows)
        if ends - now >= TURN_SECONDS:
            break
        ends = tokens.take(ends) + RESPONSE_SECONDS
        rows -= 1
    return ends, _Task(ends, 0, task.connection, task.arrived, rows) if rows else None


def _arrivals(others: int, seconds: float, every: float, rng: random.Random) -> Iterator[tuple[float, int]]:
    for connection in range(1, others + 1):
        at = rng.expovariate(1 / every)
        while at < seconds:
            yield at, connection
            at += rng.expovariate(1 / every)


def shards(calls: float, leased: int = 1, busy: float = 0.5) -> int:
    """Redis servers that keep the limits of so many calls a second.

    Args:
        calls: Calls a second, of all connections.
        leased: Tokens that are taken in one trip.
        busy: Share of the time in which a server may be busy.
    """
    return max(1, math.ceil(calls / leased * RESERVATION_SECONDS / busy))


def quantile(values: Sequence[float], share: float) -> float:
    """A quantile of sorted values."""
    return values[min(len(values) - 1, int(share * len(values)))] if values else math.nan


def main() -> None:
    """Simulate and print."""
    parser = report.parser(__doc__)
    parser.add_argument("--seed", type=int, default=20261126)
    parser.add_argument("--quick", action="store_true", help="a tenth of the calls")
    arguments = parser.parse_args()
    size = 10 if arguments.quick else 1
    write = sys.stdout.write
    write(f"Waits of one connection, {LIMIT.calls} calls in {LIMIT.period:g} s; seconds, p50 / p95 / p99\n")
    for burst in (1, 10, 100):
        for load in (0.5, 0.8, 0.9, 0.95):
            found = waits(load, burst, 1_000_000 // size, random.Random(arguments.seed))  # noqa: S311 - arrivals
            shown = " / ".join(f"{quantile(found, share):.1f}" for share in (0.5, 0.95, 0.99))
            write(f"  bursts of {burst:3d} at {load:4.0%}: {shown}\n")
    rows, seconds = 20_000 // size, 1_800.0 / size
    write(f"\n{rows:,} rows on one of 201 connections, 10 workers, {seconds:g} s; waits of the others\n")
    for policy in POLICIES:
        rng = random.Random(arguments.seed)  # noqa: S311 - arrivals
        result = fairness(policy, rows, 200, 10, seconds, rng)
        shown = " / ".join(f"{quantile(result.waits, share):.2f}" for share in (0.5, 0.99, 1.0))
        write(f"  {policy}: {shown} s, {result.unserved:,} not served; {result.attempts:.2f} tasks a row\n")
    write("\nThe same with lanes, by how busy the workers are; p50 / p95 / p99 of the others\n")
    for busy in (0.5, 0.8, 0.9, 0.95):
        rng = random.Random(arguments.seed)  # noqa: S311 - arrivals
        every = 200 * RESPONSE_SECONDS / (10 * busy - LIMIT.calls / LIMIT.period * RESPONSE_SECONDS)
        result = fairness("lanes", rows, 200, 10, seconds, rng, every)
        write(
            f"  {busy:4.0%}: "
            + " / ".join(f"{quantile(result.waits, share):.2f}" for share in (0.5, 0.95, 0.99))
            + "\n"
        )
    write("\nRedis servers at half load, by calls a second: one trip a call / ten tokens a trip\n")
    for calls in (1_000, 10_000, 50_000, 166_667):
        write(f"  {calls:7,}: {shards(calls)} / {shards(calls, leased=10)}\n")


if __name__ == "__main__":
    main()
