"""Many calls at once, in threads and as tasks: `python -m benchmarks.concurrency`; `--json FILE` writes the figures.

`send_message` with `requests`, the official SDK and `Connector.run`, from 1 thread and from 100; with the asyncio SDK
and `Connector.arun`, as 1,000 tasks. The service is on loopback and responds at once, so what counts is the CPU
time per 1,000 calls of the process that makes them. Then 2,000 tasks at once whose responses take a second each.
"""

from __future__ import annotations

import asyncio
import resource
import statistics
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any

import courier as sdk
import requests

from benchmarks import report
from benchmarks.loopback import serving
from benchmarks.report import show
from benchmarks.runs import INPUTS, connector
from connector import Connection, Connector

KEY = "k-0123456789"
MESSAGE = {"to": {"user_id": "ada"}, "content": {"title": "Hi", "body": "There"}}
THREADS, TASKS, AT_ONCE, LIMIT = 100, 1_000, 2_000, 20_000
GROUPS = ("1 thread", "100 threads", "1,000 tasks")
TARGETS = {"run / requests": 0.9, "run / official SDK": 0.55}
"""At most so much CPU time as the other, from 100 threads."""
SECONDS = 6.0
"""At most so many for 2,000 tasks at once, a second each."""

Call = Callable[[], object]


@contextmanager
def _contenders(url: str, courier: Connector) -> Iterator[dict[str, Call]]:
    """The ways to make the call from a thread, by name."""
    local, connection = threading.local(), Connection(api_key=KEY, base_url=url)
    sessions: list[requests.Session] = []

    def by_requests() -> None:
        session = getattr(local, "session", None)
        if session is None:
            session = local.session = requests.Session()  # it is not made for several threads
            session.headers["Authorization"] = f"Bearer {KEY}"
            sessions.append(session)
        session.post(f"{url}/send", json={"message": MESSAGE}, timeout=30).json()

    with sdk.Courier(api_key=KEY, base_url=url, max_retries=2) as client:
        yield {
            "requests": by_requests,
            "official SDK": lambda: client.send.message(message=MESSAGE),  # type: ignore[arg-type]
            "run": partial(courier.run, "send_message", INPUTS, connection),
        }
    for session in sessions:
        session.close()


def _in_threads(call: Call, threads: int, calls: int) -> tuple[float, float]:
    """Seconds, and CPU seconds."""
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda _: call(), range(threads)))
        began, cpu = time.perf_counter(), time.process_time()
        list(pool.map(lambda _: call(), range(calls)))
        return time.perf_counter() - began, time.process_time() - cpu


async def _as_tasks(call: Callable[[], Awaitable[object]], calls: int) -> tuple[float, float]:
    await asyncio.gather(*(call() for _ in range(50)))
    began, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(call() for _ in range(calls)))
    return time.perf_counter() - began, time.process_time() - cpu


async def _tasks_of_sdk(url: str) -> tuple[float, float]:
    async with sdk.AsyncCourier(api_key=KEY, base_url=url, max_retries=2, timeout=120) as client:
        return await _as_tasks(lambda: client.send.message(message=MESSAGE), TASKS)  # type: ignore[arg-type]


def _tasks_of_run(url: str) -> tuple[float, float]:
    with connector(LIMIT) as courier:
        call = partial(courier.arun, "send_message", INPUTS, Connection(api_key=KEY, base_url=url))
        return asyncio.run(_as_tasks(call, TASKS))


def _round(url: str, calls: int) -> dict[str, dict[str, tuple[float, float]]]:
    """Calls per second and CPU seconds per 1,000 calls, by group and contender."""
    found: dict[str, dict[str, tuple[float, float]]] = {group: {} for group in GROUPS}
    with connector(LIMIT) as courier, _contenders(url, courier) as ways:
        for group, threads in zip(GROUPS, (1, THREADS), strict=False):
            for name, call in ways.items():
                found[group][name] = _per_call(*_in_threads(call, threads, calls), calls)
    found[GROUPS[2]]["official SDK"] = _per_call(*asyncio.run(_tasks_of_sdk(url)), TASKS)
    found[GROUPS[2]]["run"] = _per_call(*_tasks_of_run(url), TASKS)
    return found


def _per_call(seconds: float, cpu: float, calls: int) -> tuple[float, float]:
    return calls / seconds, 1_000 * cpu / calls


def at_once() -> float:
    """Seconds of 2,000 tasks at once, a second each, where as many may be in flight."""
    files, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(files, min(most, 2 * AT_ONCE)), most))
    with serving(delay=1.0) as url, connector(LIMIT, max_in_flight=AT_ONCE) as courier:
        call = partial(courier.arun, "send_message", INPUTS, Connection(api_key=KEY, base_url=url))

        async def every() -> None:
            await asyncio.gather(*(call() for _ in range(AT_ONCE)))

        asyncio.run(asyncio.wait_for(call(), 30))
        began = time.perf_counter()
        asyncio.run(every())
        return time.perf_counter() - began


def main() -> None:
    """Measure and print."""
    parser = report.parser(__doc__, rounds=5)
    parser.add_argument("--calls", type=int, default=500, help="calls from threads in a round")
    options = parser.parse_args()
    with serving() as url:
        rounds = [_round(url, options.calls) for _ in range(options.rounds)]
    figures: dict[str, Any] = {group: _figures([each[group] for each in rounds]) for group in GROUPS}
    for group in GROUPS:
        _show(group, figures[group])
    figures["2,000 at once, seconds"] = seconds = at_once()
    show(f"2,000 tasks at once, a second each: {seconds:.1f} s, {report.verdict(seconds, SECONDS)}")
    report.finish(figures, options.json)


def _figures(rounds: list[dict[str, tuple[float, float]]]) -> dict[str, dict[str, float]]:
    """Medians of every contender, and of the ratio of the CPU time of a run to each other's, round by round."""
    shown: dict[str, dict[str, float]] = {"calls per second": {}, "CPU seconds per 1,000 calls": {}, "ratios": {}}
    for name in rounds[0]:
        shown["calls per second"][name] = statistics.median(each[name][0] for each in rounds)
        shown["CPU seconds per 1,000 calls"][name] = statistics.median(each[name][1] for each in rounds)
        if name != "run":
            ratio = statistics.median(each["run"][1] / each[name][1] for each in rounds)
            shown["ratios"][f"run / {name}"] = ratio
    return shown


def _show(group: str, figures: dict[str, dict[str, float]]) -> None:
    show(group)
    for name, rate in figures["calls per second"].items():
        show(f"  {name:14} {rate:7.0f} calls/s  {figures['CPU seconds per 1,000 calls'][name]:6.3f} CPU s per 1,000")
    for name, ratio in figures["ratios"].items():
        bound = f"  {report.verdict(ratio, TARGETS[name])}" if group == GROUPS[1] else ""
        show(f"  {name:20} {ratio:5.2f}{bound}")


if __name__ == "__main__":
    main()
