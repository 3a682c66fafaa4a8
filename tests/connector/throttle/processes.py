"""What a test does with processes, in one of its own.

Run as `python -m tests.connector.throttle.processes killed|shared|forked FOLDER`.

Prints a JSON object. It has a single thread when it forks, which a process that runs tests cannot promise.
"""

from __future__ import annotations

import json
import os
import random
import signal
import struct
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from connector.clock import SystemClock
from connector.throttle.bucket import RateLimit
from connector.throttle.file_store import FileStore

BUCKET = RateLimit("home", 5, 1.0)
FOREVER = 1e9
KILLS = 60
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


def _grants(log: Path) -> list[float]:
    return [at for (at,) in _TIME.iter_unpack(log.read_bytes())]


def killed(folder: Path) -> dict[str, Any]:
    """Kill processes that do nothing but take tokens, at any instruction, and take one after each."""
    rng = random.Random(11)  # noqa: S311 - when to kill
    log = folder / "log"
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    store = _store(folder)
    slowest = 0.0

    def take_for_ever() -> None:
        own = _store(folder)
        while True:
            os.write(out, _TIME.pack(own.reserve([BUCKET], FOREVER).at))

    for _ in range(KILLS):
        child = _child(take_for_ever)
        time.sleep(rng.uniform(0.0005, 0.01))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        before = time.monotonic()
        os.write(out, _TIME.pack(store.reserve([BUCKET], FOREVER).at))
        slowest = max(slowest, time.monotonic() - before)
    return {"grants": _grants(log), "slowest": slowest, "warnings": store.warnings()}


def shared(folder: Path) -> dict[str, Any]:
    """Four processes of four threads take tokens of one bucket at once."""
    log = folder / "log"
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def take_in_threads() -> None:
        store = _store(folder)

        def take() -> None:
            for _ in range(50):
                os.write(out, _TIME.pack(store.reserve([BUCKET], FOREVER).at))

        threads = [threading.Thread(target=take) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    statuses = [os.waitpid(child, 0)[1] for child in [_child(take_in_threads) for _ in range(4)]]
    return {"grants": _grants(log), "statuses": statuses}


def forked(folder: Path) -> dict[str, Any]:
    """A process forks while another of its threads holds the store; both go on."""
    log = folder / "log"
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    inside, leave = threading.Event(), threading.Event()

    class Slow(SystemClock):
        """Stands still within the critical section, once."""

        def monotonic(self) -> float:
            if threading.current_thread() is not threading.main_thread() and not inside.is_set():
                inside.set()
                leave.wait(20)
            return super().monotonic()

    store = FileStore(lambda: folder, Slow())
    store.reserve([BUCKET], FOREVER)

    def take(count: int) -> None:
        for _ in range(count):
            os.write(out, _TIME.pack(store.reserve([BUCKET], FOREVER).at))

    holder = threading.Thread(target=take, args=(10,))
    holder.start()
    inside.wait(20)
    child = _child(lambda: take(10))
    # The child waits for the file now, as any other process would, and not for a lock that nobody can open.
    time.sleep(0.05)
    ended_early = os.waitpid(child, os.WNOHANG)[0] != 0
    leave.set()
    holder.join()
    status = os.waitpid(child, 0)[1]
    return {"grants": _grants(log), "status": status, "ended_early": ended_early}


if __name__ == "__main__":
    told = {"killed": killed, "shared": shared, "forked": forked}[sys.argv[1]](Path(sys.argv[2]))
    sys.stdout.write(json.dumps(told))
