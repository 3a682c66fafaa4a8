"""What a test does with processes, in one of its own.

Run as `python -m tests.connector.throttle.processes WHAT FOLDER`, where WHAT is one of its functions.

Prints a JSON object. Real processes on the real clock, with limits of tenths of a second.
"""

from __future__ import annotations

import fcntl
import gc
import json
import os
import random
import resource
import signal
import struct
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from connector.clock import SystemClock
from connector.throttle import private_file
from connector.throttle.bucket import RateLimit
from connector.throttle.file_store import FileStore
from connector.throttle.limiter import acquire
from connector.throttle.memory_store import MemoryStore
from connector.throttle.store import ThrottleStoreError
from tests.connector.throttle.worlds import departing

LIMIT = RateLimit("home", 20, 0.1)
FOREVER = 1e9
KILLS = 40
_TIME = struct.Struct("<d")


def _store(folder: Path) -> FileStore:
    return FileStore(lambda: folder, SystemClock())


def _child(work: Callable[[], None]) -> int:
    child = os.fork()
    if child:
        return child
    try:
        work()
        os._exit(0)
    finally:
        os._exit(1)


class Log:
    """When calls left, from all processes."""

    def __init__(self, folder: Path) -> None:
        self._path = folder.with_name("log")
        self._handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def take(self, store: FileStore, count: int = 1) -> None:
        """Make calls, and note the times that they count from."""
        for _ in range(count):
            permit = acquire(store, SystemClock(), [LIMIT], FOREVER)
            departing(permit)
            os.write(self._handle, _TIME.pack(permit._reservation.times[0]))

    @property
    def times(self) -> list[float]:
        return [at for (at,) in _TIME.iter_unpack(self._path.read_bytes())]


def killed(folder: Path) -> dict[str, Any]:
    """Kill processes that do nothing but make calls, at any instruction, and make one after each."""
    rng = random.Random(11)  # noqa: S311 - when to kill
    log = Log(folder)
    store = _store(folder)
    slowest = 0.0

    def take_for_ever() -> None:
        own = _store(folder)
        # Some of them are killed while they wait in line.
        for _ in range(2):
            own.reserve([LIMIT], FOREVER)
        while True:
            log.take(own)

    for _ in range(KILLS):
        child = _child(take_for_ever)
        time.sleep(rng.uniform(0.0005, 0.01))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        before = time.monotonic()
        log.take(store)
        slowest = max(slowest, time.monotonic() - before)
    return {"times": log.times, "slowest": slowest, "warnings": store.warnings()}


def shared(folder: Path) -> dict[str, Any]:
    """Four processes of four threads make calls of one limit at once."""
    log = Log(folder)

    def take_in_threads() -> None:
        store = _store(folder)
        threads = [threading.Thread(target=log.take, args=(store, 25)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    statuses = [os.waitpid(child, 0)[1] for child in [_child(take_in_threads) for _ in range(4)]]
    return {"times": log.times, "statuses": statuses}


class Slow(SystemClock):
    """Stands still in the first other thread that asks for the time."""

    def __init__(self) -> None:
        self.inside, self.leave = threading.Event(), threading.Event()

    def monotonic(self) -> float:
        if threading.current_thread() is not threading.main_thread() and not self.inside.is_set():
            self.inside.set()
            self.leave.wait(20)
        return super().monotonic()


def forked(folder: Path) -> dict[str, Any]:
    """A process forks while another of its threads holds the store; both go on."""
    log = Log(folder)
    clock = Slow()
    store = FileStore(lambda: folder, clock)
    log.take(store)

    def reserve() -> None:
        store.release([LIMIT], store.reserve([LIMIT], FOREVER))

    holder = threading.Thread(target=reserve)
    holder.start()
    clock.inside.wait(20)
    child = _child(lambda: log.take(store, 10))
    # The child waits for the file now, as any other process would, and not for a lock that nobody can open.
    time.sleep(0.05)
    ended_early = os.waitpid(child, os.WNOHANG)[0] != 0
    clock.leave.set()
    holder.join()
    log.take(store, 9)
    status = os.waitpid(child, 0)[1]
    return {"times": log.times, "status": status, "ended_early": ended_early}


def forked_in_memory(folder: Path) -> dict[str, Any]:
    """A process forks while another of its threads holds a store in memory."""
    del folder
    clock = Slow()
    store = MemoryStore(clock)
    holder = threading.Thread(target=store.reserve, args=([LIMIT], FOREVER))
    holder.start()
    clock.inside.wait(20)
    signal.alarm(20)
    child = _child(lambda: _take_nothing(store.reserve([LIMIT], 0)))
    status = os.waitpid(child, 0)[1]
    clock.leave.set()
    holder.join()
    return {"status": status}


def forked_while_opening(folder: Path) -> dict[str, Any]:
    """A process forks while another of its threads opens a bucket; the child lives on and does nothing."""
    inside, leave = threading.Event(), threading.Event()
    write = private_file.write

    def slow_write(handle: int, content: bytes | bytearray) -> None:
        inside.set()
        leave.wait(20)
        write(handle, content)

    store = _store(folder)
    private_file.write = slow_write
    opener = threading.Thread(target=store.reserve, args=([LIMIT], FOREVER))
    opener.start()
    inside.wait(20)
    child = _child(lambda: time.sleep(60))
    leave.set()
    opener.join()
    private_file.write = write
    before = time.monotonic()
    # Another process, another connection: it needs the key's lock.
    other = _child(lambda: _take_nothing(_store(folder).reserve([LIMIT._replace(name="other")], FOREVER, 5.0)))
    status = os.waitpid(other, 0)[1]
    waited = time.monotonic() - before
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return {"status": status, "waited": waited}


def _take_nothing(_: object) -> None:
    """Nothing is done with what was taken."""


def held(folder: Path) -> dict[str, Any]:
    """Another process holds the files' locks and does not let go."""
    store = _store(folder)
    store.reserve([LIMIT], FOREVER)
    out, into = os.pipe()

    def hold() -> None:
        for path in folder.iterdir():
            handle = os.open(path, os.O_RDWR)
            fcntl.flock(handle, fcntl.LOCK_EX)
        os.write(into, b"x")
        time.sleep(60)

    holder = _child(hold)
    os.read(out, 1)
    clock = SystemClock()
    found: dict[str, Any] = {}
    for name, limit in [("open", LIMIT), ("new", LIMIT._replace(name="other"))]:
        before = time.monotonic()
        try:
            acquire(store, clock, [limit], 100, deadline=clock.monotonic() + 0.3)
        except ThrottleStoreError as error:
            found[name] = [time.monotonic() - before, error.message]
    os.kill(holder, signal.SIGKILL)
    os.waitpid(holder, 0)
    return {**found, "after": store.reserve([LIMIT], FOREVER).wait}


def descriptors(folder: Path) -> dict[str, Any]:
    """A thousand connections on one store, then a thousand stores, with few descriptors."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))
    store = _store(folder)
    for number in range(1_000):
        store.reserve([RateLimit(f"connection {number}", 2, 60.0)], 0)
    most = len(os.listdir("/proc/self/fd")) if sys.platform == "linux" else 0  # noqa: PTH208
    again = [store.reserve([RateLimit("connection 0", 2, 60.0)], FOREVER).wait for _ in range(2)]
    store.close()
    limit = RateLimit("connection 1", 2_000, 60.0)
    for number in range(1_000):
        each = _store(folder)
        each.reserve([limit], 0)
        if number % 2:
            each.close()  # and every other one is only forgotten
    gc.collect()
    left = len(os.listdir("/proc/self/fd")) if sys.platform == "linux" else 0  # noqa: PTH208
    return {"most": most, "left": left, "again": again}


if __name__ == "__main__":
    shown = globals()[sys.argv[1]](Path(sys.argv[2]))
    sys.stdout.write(json.dumps(shown))
