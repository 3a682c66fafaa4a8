"""The throttle beside pyrate-limiter and limits, in the same run: `python -m benchmarks.throttle [--quick]`.

Costs are microseconds of an acquire as its caller sees them, medians over fresh limits of 100 calls per minute: free
(a token is there) and full (there is none, and the caller may not wait), from 1 and from 8 threads, from 1 and from 4
processes. Then every contender is asked for all it gives over ten periods in real time, and what passed is counted.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import counting, report
from connector.clock import SystemClock
from connector.errors import ThrottledError
from connector.throttle.bucket import RateLimit
from connector.throttle.file_store import FileStore
from connector.throttle.limiter import acquire
from connector.throttle.memory_store import MemoryStore
from connector.throttle.store import Store
from tests.connector.throttle.server import RedisServer, executable

CALLS, PERIOD = 100, 60.0
FORK = multiprocessing.get_context("fork")


@dataclass(frozen=True)
class Limiter:
    """What every contender can do: take a token and wait for it, or take one only if it is there."""

    take: Callable[[], object]
    try_take: Callable[[], bool]


Make = Callable[[int, float, Path, str], Limiter]
"""Makes a limiter of so many calls per seconds, in a folder, or on the Redis server's socket in it under a name."""


def _ours(store: Store, calls: int, period: float, name: str) -> Limiter:
    clock, limits = SystemClock(), [RateLimit(name, calls, period)]

    def try_take() -> bool:
        try:
            acquire(store, clock, limits, 0)
        except ThrottledError:
            return False
        return True

    return Limiter(lambda: acquire(store, clock, limits, 1e9), try_take)


def ours_memory(calls: int, period: float, folder: Path, name: str) -> Limiter:
    """This project's store in memory."""
    del folder
    return _ours(MemoryStore(SystemClock()), calls, period, name)


def ours_file(calls: int, period: float, folder: Path, name: str) -> Limiter:
    """This project's store in files."""
    return _ours(FileStore(lambda: folder, SystemClock()), calls, period, name)


def ours_redis(calls: int, period: float, folder: Path, name: str) -> Limiter:
    """This project's store in Redis."""
    from connector.throttle.redis_store import RedisStore  # noqa: PLC0415 - only where there is a server

    return _ours(RedisStore.from_url(f"unix://{folder / 's'}", SystemClock(), empty_is_new=True), calls, period, name)


def _pyrate(limit: Any) -> Limiter:
    from pyrate_limiter import Limiter as Pyrate  # noqa: PLC0415

    limiter = Pyrate(limit)
    return Limiter(lambda: limiter.try_acquire("it"), lambda: bool(limiter.try_acquire("it", blocking=False)))


def pyrate_memory(calls: int, period: float, folder: Path, name: str) -> Limiter:
    """pyrate-limiter in memory."""
    from pyrate_limiter import InMemoryBucket, Rate  # noqa: PLC0415

    del folder, name
    return _pyrate(InMemoryBucket([Rate(calls, int(period * 1000))]))


def pyrate_sqlite(calls: int, period: float, folder: Path, name: str) -> Limiter:
    """pyrate-limiter in SQLite."""
    from pyrate_limiter import Rate, SQLiteBucket  # noqa: PLC0415

    return _pyrate(SQLiteBucket.init_from_file([Rate(calls, int(period * 1000))], db_path=str(folder / f"{name}.db")))


def pyrate_redis(calls: int, period: float, folder: Path, name: str) -> Limiter:
    """pyrate-limiter in Redis."""
    import redis  # noqa: PLC0415
    from pyrate_limiter import Rate, RedisBucket  # noqa: PLC0415

    client = redis.Redis(unix_socket_path=str(folder / "s"))
    return _pyrate(RedisBucket.init([Rate(calls, int(period * 1000))], client, f"pyrate-{name}"))


def _limits(storage: Any, calls: int, period: float, name: str) -> Limiter:
    from limits import RateLimitItemPerSecond, strategies  # noqa: PLC0415

    window, item = strategies.MovingWindowRateLimiter(storage), RateLimitItemPerSecond(calls, int(period))

    def take() -> None:
        # limits does not wait; this is what its documentation offers for it.
        while not window.hit(item, name):
            time.sleep(max(0.001, window.get_window_stats(item, name).reset_time - time.time()))

    return Limiter(take, lambda: bool(window.hit(item, name)))


def limits_memory(calls: int, period: float, folder: Path, name: str) -> Limiter:
    """The moving window of limits in memory."""
    from limits import storage  # noqa: PLC0415

    del folder
    return _limits(storage.MemoryStorage(), calls, period, name)


def limits_redis(calls: int, period: float, folder: Path, name: str) -> Limiter:
    """The moving window of limits in Redis."""
    from limits import storage  # noqa: PLC0415

    return _limits(storage.storage_from_string(f"redis+unix://{folder / 's'}"), calls, period, name)


GROUPS: dict[str, list[tuple[str, Make]]] = {
    "memory (threads)": [("ours", ours_memory), ("pyrate-limiter", pyrate_memory), ("limits", limits_memory)],
    "one machine (processes)": [("ours, file", ours_file), ("pyrate-limiter, SQLite", pyrate_sqlite)],
    "Redis (machines)": [("ours", ours_redis), ("pyrate-limiter", pyrate_redis), ("limits", limits_redis)],
}


def _made(make: Make, folder: Path, name: str) -> Limiter:
    limiter = make(CALLS, PERIOD, folder, name)
    limiter.take()
    return limiter


def _timed(act: Callable[[], object], times: int) -> float:
    started = time.perf_counter()
    for _ in range(times):
        act()
    return (time.perf_counter() - started) / times * 1e6


def cost(make: Make, folder: Path, rounds: int, name: str = "") -> tuple[float, float]:
    """Free and full, one thread."""
    free, full = [], []
    for number in range(rounds):
        limiter = _made(make, folder, f"{name}one-{number}")
        free.append(_timed(limiter.take, CALLS - 1))
        full.append(_timed(limiter.try_take, CALLS))
    return statistics.median(free), statistics.median(full)


def cost_with_threads(make: Make, folder: Path, rounds: int, threads: int = 8) -> float:
    """Free: the time of all calls of all threads, by their number."""
    found = []
    each = (CALLS - 1) // threads
    for number in range(rounds):
        limiter = _made(make, folder, f"threads-{number}")
        gate = threading.Barrier(threads + 1)
        workers = [threading.Thread(target=_work, args=(gate, limiter, each)) for _ in range(threads)]
        for worker in workers:
            worker.start()
        gate.wait()
        started = time.perf_counter()
        for worker in workers:
            worker.join()
        found.append((time.perf_counter() - started) / (each * threads) * 1e6)
    return statistics.median(found)


def _work(gate: threading.Barrier, limiter: Limiter, times: int) -> None:
    gate.wait()
    _timed(limiter.take, times)


def cost_with_processes(make: Make, folder: Path, rounds: int, processes: int = 4) -> float:
    """Free: the time of all calls of all processes, by their number."""
    gate, shown = FORK.Barrier(processes), FORK.Queue()

    def work() -> None:
        for number in range(rounds):
            limiter = make(CALLS, PERIOD, folder, f"processes-{number}")
            limiter.take()
            gate.wait()
            shown.put(_timed(limiter.take, CALLS // processes - 1))

    workers = [FORK.Process(target=work) for _ in range(processes)]
    for worker in workers:
        worker.start()
    found: list[float] = [shown.get(timeout=120) for _ in range(rounds * processes)]
    for worker in workers:
        worker.join()
    return statistics.median(found) / processes


def demand(make: Make, folder: Path, calls: int, period: float, periods: int, processes: int) -> list[float]:
    """When calls passed while 16 threads in so many processes asked for all they could get."""
    shown = FORK.Queue()
    start = time.monotonic() + 0.5

    def work() -> None:
        limiter = make(calls, period, folder, "demand")
        passed: list[float] = []
        threads = [
            threading.Thread(target=_ask, args=(limiter, passed, start, periods * period), daemon=True)
            for _ in range(16 // processes)
        ]
        for thread in threads:
            thread.start()
        time.sleep(max(0.0, start + periods * period + 0.2 - time.monotonic()))
        shown.put(list(passed))

    workers = [FORK.Process(target=work) for _ in range(processes)]
    for worker in workers:
        worker.start()
    passed = [at - start for _ in workers for at in shown.get(timeout=periods * period + 60)]
    for worker in workers:
        worker.terminate()
        worker.join()
    return passed


def _ask(limiter: Limiter, passed: list[float], start: float, length: float) -> None:
    time.sleep(max(0.0, start - time.monotonic()))
    while time.monotonic() < start + length:
        limiter.take()
        passed.append(time.monotonic())


def _row(name: str, cells: Sequence[float], best: Sequence[float]) -> str:
    shown = [f"{cell:9.1f} ({cell / ours:5.1f}x)" for cell, ours in zip(cells, best, strict=True)]
    return f"  {name:<24}{''.join(f'{cell:>19}' for cell in shown)}"


@contextlib.contextmanager
def place(group: str) -> Iterator[Path | None]:
    """A folder for the contenders of a group, with a Redis server's socket in it; None where there is no server."""
    if not group.startswith("Redis"):
        with tempfile.TemporaryDirectory() as folder:
            yield Path(folder)
        return
    program = executable()
    if program is None:
        yield None
        return
    server = RedisServer(program)
    try:
        yield server.socket.parent
    finally:
        server.close()


def main() -> None:
    """Measure and print."""
    parser = report.parser(__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds, and periods of half a second")
    quick = parser.parse_args().quick
    rounds, calls, period = (5, 20, 1.0) if quick else (30, 50, 5.0)
    say = sys.stdout.write
    say(counting.machine() + "\n")
    for group, contenders in GROUPS.items():
        with place(group) as folder:
            if folder is None:
                say(f"\n{group}: no Redis server is installed\n")
                continue
            processes = 1 if group.startswith("memory") else 4
            heads = ["free", "full", "8 threads", *(["4 processes"] if processes > 1 else [])]
            say(f"\n{group}: microseconds per acquire\n  {'':<24}{''.join(f'{head:>19}' for head in heads)}\n")
            best: list[float] = []
            for name, make in contenders:
                cells = [*cost(make, folder, rounds), cost_with_threads(make, folder, rounds)]
                cells += [cost_with_processes(make, folder, rounds)] if processes > 1 else []
                best = best or cells
                say(_row(name, cells, best) + "\n")
            say(f"\n{group}: {calls} calls in {period:g} s, 16 threads in {processes} process(es), 10 periods\n")
            for name, make in contenders:
                passed = demand(make, folder, calls, period, 10, processes)
                say(f"  {name:<24}{counting.verdict_on(passed, calls, period, 10)}\n")


if __name__ == "__main__":
    main()
