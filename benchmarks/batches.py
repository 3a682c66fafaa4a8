"""What a batch keeps and costs: `python -m benchmarks.batches [kills] [million] [throughput] [estimate]`.

The service is on loopback in this process, responds at once, and counts; each batch runs in a process of its own.

- `kills`: 5,000 rows of an action with an idempotency key, killed 20 times, and 4,000 rows of one without, killed 12
  times: how many effects, how many twice, how many lost. Half a minute to two.
- `million`: the dry run of a million rows, and going on with them when 990,000 are finished: seconds and peak memory.
- `throughput`: 3,000 rows with the limit lifted, and the same requests from as many threads with `requests`, in turn.
- `estimate`: 600 rows at the connector's own limit: how good the estimate of the end was after the first period, and
  how much of the limit was used. Five minutes at 100 calls in 60 seconds.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import csv
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import requests

from benchmarks import counting, report
from benchmarks.report import show
from connector import Connection, Connector
from connector.batch.batch import Batch
from connector.batch.report import BatchProgress
from connector.catalogue.loader import load
from connector.clock import SystemClock
from connector.throttle.memory_store import MemoryStore

ROOT = Path(__file__).resolve().parents[1]
KEYED, KEYLESS = ("send_message", 5_000, 20), ("resend_message", 4_000, 12)
MILLION, FINISHED = 1_000_000, 990_000
ROWS, THREADS, ROUNDS = 3_000, 16, 7
LIFTED = 10_000, 1.0
RESPONSE = b'HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n{"requestId": "1-2"}'


class Service:
    """Counts calls by idempotency key, or by path where there is none.

    Attributes:
        calls: How often each was called.
        keys: The keys under which each body came.
        times: When each call arrived, in seconds of a clock.
        delay: Seconds until the response.
    """

    def __init__(self) -> None:
        self.calls: Counter[bytes] = Counter()
        self.keys: dict[bytes, set[bytes]] = {}
        self.times: list[float] = []
        self.delay = 0.0
        self.until = 0
        self.reached = threading.Event()

    def arrived(self, head: bytes, body: bytes) -> None:
        """Count a call."""
        self.times.append(time.monotonic())
        fields = [line.partition(b":") for line in head.split(b"\r\n")[1:]]
        key = next((value.strip() for name, _, value in fields if name.lower() == b"idempotency-key"), None)
        self.calls[key or head.partition(b"\r\n")[0]] += 1
        self.keys.setdefault(body or head, set()).add(key or b"")
        if len(self.times) >= self.until:
            self.reached.set()


class _Call(asyncio.Protocol):
    def __init__(self, service: Service) -> None:
        self._service, self._content = service, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._content += data
        head, found, body = self._content.partition(b"\r\n\r\n")
        lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        if found and len(body) >= (int(lengths[0].split(b":")[1]) if lengths else 0):
            self._content = b""
            self._service.arrived(head, body)
            asyncio.get_running_loop().call_later(self._service.delay, self._respond)

    def _respond(self) -> None:
        self._transport.write(RESPONSE)  # type: ignore[attr-defined]


@contextlib.contextmanager
def served() -> Iterator[tuple[Service, str]]:
    """A service and its URL."""
    service, loop = Service(), asyncio.new_event_loop()
    server = loop.run_until_complete(loop.create_server(lambda: _Call(service), "127.0.0.1", 0, backlog=1_024))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    yield service, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def written(place: Path, action: str, rows: int) -> Path:
    """A file of rows for an action."""
    path = place / f"{action}.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        if action == KEYED[0]:
            file.write("user_id,title,body\n")
            file.writelines(f"user-{row},Hi {row},Your order {row} is on its way\n" for row in range(rows))
        else:
            file.write("message_id\n")
            file.writelines(f"1-{row:08x}\n" for row in range(rows))
    return path


def batch(connector: Connector, action: str, path: Path, url: str) -> Batch:
    """A batch over the file, against the service."""
    values: dict[str, Any] = dict.fromkeys(connector.definition.connection.required, "nobody")
    return connector.batch(action, path, Connection(name="work", base_url=url, **values), concurrency=THREADS)


def work(what: str, action: str, path: str, url: str) -> None:
    """Run a batch, or its dry run, in this process; print the seconds, the peak memory and the progress as JSON."""
    bundle, seen = load(ROOT), []
    if what != "estimate":
        bundle = report.limited(bundle, *LIFTED)
    began = time.monotonic()

    def note(progress: BatchProgress) -> None:
        if what == "estimate":
            seen.append((time.monotonic() - began, progress.seconds_left, progress.finished))

    with Connector(bundle, store=MemoryStore(SystemClock())) as connector:
        made = batch(connector, action, Path(path), url)
        if what == "dry":
            made.dry_run()
        else:
            made.run(note)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1_024
    spent = {"seconds": time.monotonic() - began, "cpu": time.process_time(), "megabytes": peak}
    show(json.dumps({**spent, "seen": seen}))


def _process(what: str, action: str, path: Path, url: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "benchmarks.batches", "--work", what, action, str(path), url]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)  # noqa: S603 - this program


def _whole(what: str, action: str, path: Path, url: str) -> dict[str, Any]:
    with _process(what, action, path, url) as process:
        shown, _ = process.communicate()
    found: dict[str, Any] = json.loads(shown)
    return found


def kills() -> None:
    """Kill batches, and count."""
    for action, rows, times in (KEYED, KEYLESS):
        with tempfile.TemporaryDirectory() as folder, served() as (service, url):
            path = written(Path(folder), action, rows)
            for kill in range(times):
                service.reached.clear()
                service.until = (kill + 1) * rows // (times + 1)
                with _process("run", action, path, url) as process:
                    while not service.reached.wait(0.05) and process.poll() is None:
                        pass
                    process.kill()
            _whole("run", action, path, url)
            place = path.with_name(f"{path.stem}.batch")
            done, unknown = (list(csv.DictReader((place / f"{name}.csv").open())) for name in ("success", "unknown"))
            numbers = [int(row["_row"]) for row in [*done, *unknown]]
            effects = len(service.keys)
            twice = sum(len(keys) > 1 for keys in service.keys.values()) if action == KEYED[0] else 0
            twice = twice or (sum(n > 1 for n in service.calls.values()) if action == KEYLESS[0] else 0)
            called = b"\n".join(service.keys)
            unsent = sum(row.get("message_id", "").encode() not in called for row in unknown)
            show(
                f"{action}, {rows:,} rows, {times} kills: {len(service.times):,} calls, {effects:,} distinct effects, "
                f"{twice} twice, {rows - effects - unsent} lost; {len(done):,} rows in success, {len(unknown)} unknown "
                f"({unsent} of them never sent), {len(numbers) - len(set(numbers))} in the results twice"
            )


def million() -> None:
    """A million rows."""
    with tempfile.TemporaryDirectory() as folder, served() as (service, url):
        path = written(Path(folder), KEYED[0], MILLION)
        dry = _whole("dry", KEYED[0], path, url)
        show(f"dry run of {MILLION:,} rows: {dry['seconds']:.0f} s, {dry['cpu']:.0f} s of CPU, {dry['megabytes']} MB")
        with Connector(load(ROOT), store=MemoryStore(SystemClock())) as connector:
            made = batch(connector, KEYED[0], path, url)
            with made._opened(made._record(*made._index())) as opened:
                for row in range(1, FINISHED + 1):
                    values = {
                        "user_id": f"user-{row}",
                        "title": "Hi",
                        "body": "There",
                        "_row": row,
                        "_out.requestId": "1",
                    }
                    opened.started(row, time.time(), durable=False)
                    opened.finish(row, "done", values)
                    if row % 100 == 0:
                        opened.flush()
        began, service.until = time.monotonic(), 1
        with _process("run", KEYED[0], path, url) as process:
            service.reached.wait()
            first = time.monotonic() - began
            ran = json.loads(process.communicate()[0])
        show(
            f"going on with {MILLION - FINISHED:,} of them: the first call after {first:.0f} s, with the start of the "
            f"program; all {len(service.times):,} calls after {ran['seconds']:.0f} s, {ran['megabytes']} MB"
        )


def plain(url: str, path: str) -> None:
    """The same requests from as many threads with a `requests.Session` each; prints the seconds."""
    local = threading.local()

    def send(row: dict[str, str]) -> None:
        session = local.__dict__.setdefault("session", requests.Session())
        message = {"to": {"user_id": row["user_id"]}, "content": {"title": row["title"], "body": row["body"]}}
        headers = {"Authorization": "Bearer nobody", "Idempotency-Key": f"key-{row['user_id']}"}
        session.post(f"{url}/send", json={"message": message}, headers=headers, timeout=30).raise_for_status()

    began = time.monotonic()
    with Path(path).open(encoding="utf-8", newline="") as file, ThreadPoolExecutor(THREADS) as pool:
        for _ in pool.map(send, csv.DictReader(file)):
            pass
    show(json.dumps({"seconds": time.monotonic() - began}))


def throughput() -> None:
    """Rows a second, in turn with plain requests."""
    for delay in (0.0, 0.05):
        rates: dict[str, list[float]] = {"plain": [], "batch": []}
        rows = ROWS if not delay else ROWS // 3
        for _ in range(ROUNDS):
            with tempfile.TemporaryDirectory() as folder, served() as (service, url):
                service.delay = delay
                path = written(Path(folder), KEYED[0], rows)
                for name, what in (("plain", "plain"), ("batch", "run")):
                    _whole(what, KEYED[0], path, url)
                    arrived, service.times = service.times, []
                    rates[name].append((rows - 1) / (arrived[-1] - arrived[0]))
        shown = ", ".join(f"{name} {statistics.median(each):,.0f} ({max(each):,.0f})" for name, each in rates.items())
        show(f"rows a second from {THREADS} threads, responses after {delay * 1_000:.0f} ms, median (best): {shown}")


def estimate() -> None:
    """At the connector's own limit."""
    limit = load(ROOT).manifest.throttle
    with tempfile.TemporaryDirectory() as folder, served() as (service, url):
        path = written(Path(folder), KEYED[0], 6 * limit.calls)
        ran = _whole("estimate", KEYED[0], path, url)
    after = [(at, left) for at, left, _ in ran["seen"] if at > limit.renewal_period and left]
    end = service.times[-1] - service.times[0]
    wrong = max(abs(at + left - ran["seconds"]) / ran["seconds"] for at, left in after)
    periods = int(end // limit.renewal_period)
    times = [at - service.times[0] for at in service.times]
    show(
        f"estimates of the end after the first period: at most {wrong:.1%} of the whole time wrong ({len(after)} looks)"
    )
    show(counting.verdict_on(times, limit.calls, limit.renewal_period, periods))


def main() -> None:
    """Measure and print."""
    parser = report.parser(__doc__)
    every = {"kills": kills, "million": million, "throughput": throughput, "estimate": estimate}
    parser.add_argument("what", nargs="*", metavar="WHAT", help=f"{', '.join(every)}; all when left out")
    parser.add_argument("--work", nargs=4, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.work:
        what, action, path, url = arguments.work
        plain(url, path) if what == "plain" else work(what, action, path, url)
        return
    show(counting.machine())
    for name in arguments.what or every:
        every[name]()


if __name__ == "__main__":
    main()
