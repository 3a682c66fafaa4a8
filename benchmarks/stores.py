"""Where the call limit is kept, and what that costs: `python -m benchmarks.stores`; `--json FILE` writes the figures.

Microseconds of an acquire, from one thread: free (a token is there) and full (there is none), in turn with limits and
pyrate-limiter, where they are installed. Then 10,000 connections with a limit each, in memory and in files: megabytes,
and the most file descriptors that were open. `benchmarks.throttle` also counts what each of them lets through.
"""

from __future__ import annotations

import importlib.util
import resource
import statistics
import tempfile
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import report, throttle
from benchmarks.descriptors import open_files
from connector.clock import SystemClock
from connector.throttle.bucket import RateLimit
from connector.throttle.file_store import FileStore
from connector.throttle.memory_store import MemoryStore
from connector.throttle.store import Store

CONNECTIONS = 10_000
DESCRIPTORS, MEGABYTES = 256, 20.0
"""At most, for 10,000 connections."""
REDIS_RATIO = 2.0
"""At most so many times the moving window of limits, which keeps no line and no pause."""


def acquires(rounds: int) -> dict[str, dict[str, dict[str, float]]]:
    """Microseconds, free and full, by store and contender; and the ratio of ours to each."""
    found: dict[str, dict[str, dict[str, float]]] = {}
    for group, contenders in throttle.GROUPS.items():
        there = [(name, make) for name, make in contenders if name.startswith("ours") or _installed(name)]
        with throttle.place(group) as folder:
            if folder is None:
                continue
            turns = [
                {name: throttle.cost(make, folder, 1, f"{number}-") for name, make in there} for number in range(rounds)
            ]
        ours = there[0][0]
        for position, kind in enumerate(("free", "full")):
            costs = {name: statistics.median(turn[name][position] for turn in turns) for name, _ in there}
            ratios = {
                f"{ours} / {name}": statistics.median(turn[ours][position] / turn[name][position] for turn in turns)
                for name, _ in there[1:]
            }
            found.setdefault(group, {})[kind] = {**costs, **ratios}
    return found


def _installed(name: str) -> bool:
    return importlib.util.find_spec(name.partition(",")[0].replace("-", "_")) is not None


def connections() -> dict[str, dict[str, float]]:
    """Megabytes and descriptors of so many limits, by store."""
    made: dict[str, Callable[[Path], Store]] = {
        "memory": lambda _: MemoryStore(SystemClock()),
        "files": lambda folder: FileStore(lambda: folder, SystemClock()),
    }
    found = {}
    for name, make in made.items():
        with tempfile.TemporaryDirectory() as folder:
            store, most, before = make(Path(folder)), 0, open_files()
            tracemalloc.start()
            for number in range(CONNECTIONS):
                store.reserve([RateLimit(f"{number:064x}", throttle.CALLS, throttle.PERIOD)], 0)
                most = max(most, open_files() - before) if number % 50 == 0 else most
            _, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            store.close()
        found[name] = {"megabytes": peak / 1e6, "descriptors": float(most)}
    return found


def main() -> None:
    """Measure and print."""
    parser = report.parser(__doc__, rounds=5)
    options = parser.parse_args()
    figures: dict[str, Any] = {"acquire": acquires(options.rounds)}
    for group, kinds in figures["acquire"].items():
        for kind, costs in kinds.items():
            shown = ", ".join(f"{name} {cost:.2f}" for name, cost in costs.items())
            report.show(f"{group}, {kind}: {shown}")
    redis = figures["acquire"].get("Redis (machines)", {}).get("free", {}).get("ours / limits")
    if redis is not None:
        report.show(f"Redis / limits: {report.verdict(redis, REDIS_RATIO)}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (DESCRIPTORS, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    figures["10,000 connections"] = connections()
    for name, found in figures["10,000 connections"].items():
        size, files = found["megabytes"], found["descriptors"]
        report.show(
            f"{CONNECTIONS:,} connections in {name}: {size:.1f} MB and {files:.0f} of {DESCRIPTORS} file descriptors"
        )
        report.show(f"  in MB {report.verdict(size, MEGABYTES)}")
    report.finish(figures, options.json)


if __name__ == "__main__":
    main()
