"""Four processes of four threads ask a counting server for all they can get: `python -m benchmarks.soak [--true]`.

The calls go through the real connector, the store in files, and HTTP. A limit of 50 calls in 2 seconds for three
periods; with `--true` once more with 100 calls in 60 seconds, which takes three minutes.
"""

from __future__ import annotations

import argparse
import dataclasses
import multiprocessing
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.queues import Queue
from pathlib import Path
from typing import Any

from benchmarks import counting
from connector.catalogue.loader import load
from connector.clock import SystemClock
from connector.connections.connection import Connection
from connector.connector import Connector
from connector.definition.action import Throttle
from connector.errors import ConnectorError
from connector.throttle.file_store import FileStore

PROCESSES, THREADS, PERIODS = 4, 4, 3
FORK = multiprocessing.get_context("fork")
ROOT = Path(__file__).resolve().parents[1]


def serve(address: Queue[int], told: Queue[list[float]], stop: Any) -> None:
    """Answer every request, and tell at the end when each arrived."""
    arrived: list[float] = []

    class Counting(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def parse_request(self) -> bool:
            arrived.append(time.monotonic())
            return super().parse_request()

        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Counting)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    address.put(server.server_port)
    stop.wait()
    server.shutdown()
    told.put(arrived)


def work(url: str, folder: Path, limit: Throttle, until: float, told: Queue[tuple[int, list[str]]]) -> None:
    """Run an action again and again from four threads; tell how many runs succeeded, and why others did not."""
    bundle = load(ROOT)
    bundle = dataclasses.replace(bundle, manifest=bundle.manifest.model_copy(update={"throttle": limit}))
    values: dict[str, Any] = dict.fromkeys(bundle.manifest.connection.required, "nobody")
    connection = Connection(base_url=url, **values)
    done: list[int] = []
    lost: list[str] = []

    def run() -> None:
        # Nobody begins to wait for a token that comes after the end.
        while time.monotonic() < until:
            try:
                left = until - time.monotonic()
                connector.run(bundle.manifest.connection.test, {}, connection, max_wait=max(0.0, left))
                done.append(1)
            except ConnectorError as error:
                if time.monotonic() + (getattr(error, "wait", None) or 0) < until:
                    lost.append(str(error))

    with Connector(bundle, store=FileStore(lambda: folder, SystemClock())) as connector:
        threads = [threading.Thread(target=run) for _ in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    told.put((len(done), lost))


def soak(calls: int, period: float) -> str:
    """Drive for three periods; a sentence on what the server counted."""
    address: Queue[int] = FORK.Queue()
    arrived: Queue[list[float]] = FORK.Queue()
    told: Queue[tuple[int, list[str]]] = FORK.Queue()
    stop = FORK.Event()
    server = FORK.Process(target=serve, args=(address, arrived, stop), daemon=True)
    server.start()
    url = f"http://127.0.0.1:{address.get(timeout=10)}"
    limit = Throttle.model_validate({"calls": calls, "renewalPeriod": period})
    with tempfile.TemporaryDirectory() as folder:
        # The start of the processes is not what is measured; the guard makes three bursts fit three periods.
        until = time.monotonic() + 2 + PERIODS * period
        workers = [FORK.Process(target=work, args=(url, Path(folder), limit, until, told)) for _ in range(PROCESSES)]
        for worker in workers:
            worker.start()
        results = [told.get(timeout=PERIODS * period + 60) for _ in workers]
        for worker in workers:
            worker.join()
    stop.set()
    times = sorted(arrived.get(timeout=10))
    server.join()
    answered = sum(done for done, _ in results)
    lost = [reason for _, reasons in results for reason in reasons]
    reasons = f" ({'; '.join(sorted(set(lost)))})" if lost else ""
    counted = counting.judged([at - times[0] for at in times], calls, period, PERIODS)
    return (
        f"{calls} calls in {period:g} s, {PROCESSES} processes of {THREADS} threads, {PERIODS} periods\n  {counted}\n"
        f"  lost calls: {len(lost)}{reasons}; arrived {len(times)}, answered {answered}\n"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--true", action="store_true", help="also the true limit of 100 calls in 60 seconds")
    also_true = parser.parse_args().true
    sys.stdout.write(counting.machine() + "\n")
    for calls, period in [(50, 2.0), *([(100, 60.0)] if also_true else [])]:
        sys.stdout.write(soak(calls, period))
        sys.stdout.flush()


if __name__ == "__main__":
    main()
