"""What a run costs: `python -m benchmarks.runs [CHECKOUT ...]`; other checkouts are measured in turn with this one.

Against a server on loopback that responds at once, in a process of its own: a bare `requests.Session.post`, `run`,
`run` with a callback for its events, `arun` one after another, and 200 `arun` at a time. Medians, and their ratios to
the bare request in the same process. Then 1,000 tasks that wait for the call limit, and the threads that they hold.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import dataclasses
import json
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import requests

from connector import Connection, Connector
from connector.call.options import RunOptions
from connector.catalogue.loader import load
from connector.clock import SystemClock
from connector.throttle.memory_store import MemoryStore

ROOT = Path(__file__).resolve().parents[1]
INPUTS = {"user_id": "ada", "title": "Hi", "body": "There"}
CALLS, TASKS, WAITING = 60, 200, 1_000


def connector(calls: int, **settings: Any) -> Connector:
    """The connector with another limit, kept in memory."""
    bundle = load(Path.cwd())
    throttle = bundle.manifest.throttle.model_copy(update={"calls": calls})
    bundle = dataclasses.replace(bundle, manifest=bundle.manifest.model_copy(update={"throttle": throttle}))
    return Connector(bundle, store=MemoryStore(SystemClock()), **settings)


def each(act: Callable[[], object], times: int = CALLS) -> float:
    """Seconds that one call takes, the median of many."""
    spent = []
    for _ in range(times):
        started = time.perf_counter()
        act()
        spent.append(time.perf_counter() - started)
    return statistics.median(spent)


def measure(url: str) -> dict[str, float]:
    """One round: seconds per call, by the way it is made."""
    with connector(1_000) as courier, requests.Session() as session:
        connection = Connection(api_key="k-0123456789", base_url=url)
        message = {"message": {"to": {"user_id": "ada"}, "content": {"title": "Hi", "body": "There"}}}
        run = partial(courier.run, "send_message", INPUTS, connection)
        seconds = {
            "requests": each(lambda: session.post(f"{url}/send", json=message, timeout=9).json()),
            "run": each(run),
        }
        if "on_event" in RunOptions.__annotations__:
            seconds["run, on_event"] = each(partial(run, on_event=lambda event: event.to_dict()))
        return seconds | asyncio.run(_tasks(partial(courier.arun, "send_message", INPUTS, connection)))


async def _tasks(arun: Callable[[], Any]) -> dict[str, float]:
    spent = []
    for _ in range(CALLS):
        started = time.perf_counter()
        await arun()
        spent.append(time.perf_counter() - started)
    started = time.perf_counter()
    await asyncio.gather(*(arun() for _ in range(TASKS)))
    return {"arun": statistics.median(spent), "arun, 200 at once": (time.perf_counter() - started) / TASKS}


async def _waiting(url: str) -> int:
    """Threads of this process while 1,000 tasks wait for the limit."""
    with connector(1) as courier:
        connection = Connection(api_key="k-0123456789", base_url=url)
        arun = partial(courier.arun, "send_message", INPUTS, connection, max_wait=1e9, timeout=1e9)
        tasks = [asyncio.create_task(arun()) for _ in range(WAITING)]
        await asyncio.sleep(3)
        threads = threading.active_count()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return threads


def work(url: str) -> None:
    """Measure a round per line on stdin."""
    for line in sys.stdin:
        found = asyncio.run(_waiting(url)) if line.strip() == "waiting" else measure(url)
        sys.stdout.write(json.dumps(found) + "\n")
        sys.stdout.flush()


def main() -> None:
    """Let the checkouts measure in turn, and print the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkouts", nargs="*", type=Path, help="folders of other checkouts")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        work(options.worker)
        return
    from benchmarks.loopback import serving  # noqa: PLC0415 - a worker may be of a checkout that has none

    with serving() as url, contextlib.ExitStack() as stack:
        workers = {place: stack.enter_context(_worker(place, url)) for place in [*options.checkouts, ROOT]}
        rounds = [{place: _ask(worker, "round") for place, worker in workers.items()} for _ in range(options.rounds)]
        for place, worker in workers.items():
            _show(place, [found[place] for found in rounds], _ask(worker, "waiting"))
            worker.communicate()


def _worker(place: Path, url: str) -> subprocess.Popen[str]:
    """A process that measures the connector of a checkout."""
    environment = {**os.environ, "PYTHONPATH": str(place.resolve())}
    command = [sys.executable, __file__, "--worker", url]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=place, env=environment, stdin=pipe, stdout=pipe, text=True)  # noqa: S603


def _ask(worker: subprocess.Popen[str], what: str) -> Any:
    assert worker.stdin is not None  # noqa: S101
    assert worker.stdout is not None  # noqa: S101
    worker.stdin.write(f"{what}\n")
    worker.stdin.flush()
    return json.loads(worker.stdout.readline())


def _show(place: Path, rounds: list[dict[str, float]], threads: int) -> None:
    lines = [f"{place}: threads while {WAITING} tasks wait: {threads}"]
    for name in rounds[0]:
        milliseconds = 1_000 * statistics.median(found[name] for found in rounds)
        ratio = statistics.median(found[name] / found["requests"] for found in rounds)
        lines.append(f"  {name:18} {milliseconds:7.3f} ms  {ratio:5.2f} x requests")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
