"""Four processes of twenty threads ask a counting server for all they can get: `python -m benchmarks.soak --help`.

The calls go through the real connector, the store in files, and HTTP; with `--handshake` through HTTPS, whose
handshakes take that many seconds. A limit of 50 calls in 2 seconds for three periods; with `--true` once more with 100
calls in 60 seconds, which takes three minutes. A call is counted when its first line arrives.
"""

from __future__ import annotations

import multiprocessing
import os
import ssl
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.queues import Queue
from pathlib import Path
from typing import Any

from benchmarks import counting, report
from connector.catalogue.loader import load
from connector.clock import SystemClock
from connector.connections.connection import Connection
from connector.connector import Connector
from connector.errors import ConnectorError
from connector.throttle.file_store import FileStore
from tests.faults import certificates

PROCESSES, THREADS, PERIODS = 4, 20, 3
FORK = multiprocessing.get_context("fork")
ROOT = Path(__file__).resolve().parents[1]


class CountingServer(ThreadingHTTPServer):
    """Notes when the first byte of every request arrives, after handshakes that take their time."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, tls: ssl.SSLContext | None, handshake: float) -> None:
        super().__init__(("127.0.0.1", 0), CountingHandler)
        self.arrived: list[float] = []
        self._tls = tls
        self._handshake = handshake

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Shake hands in the connection's own thread."""
        if self._tls is not None:
            time.sleep(self._handshake)
            request = self._tls.wrap_socket(request, server_side=True)
        super().finish_request(request, client_address)


class CountingHandler(BaseHTTPRequestHandler):
    """Responds to everything with an empty object."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: CountingServer

    def parse_request(self) -> bool:
        """The first line is there."""
        self.server.arrived.append(time.monotonic())
        return super().parse_request()

    def do_GET(self) -> None:
        """An empty object, in one write."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def serve(
    address: Queue[int], shown: Queue[list[float]], stop: Any, tls: ssl.SSLContext | None, handshake: float
) -> None:
    """Respond to every request, and report at the end when each arrived."""
    server = CountingServer(tls, handshake)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    address.put(server.server_port)
    stop.wait()
    server.shutdown()
    shown.put(server.arrived)


def work(url: str, folder: Path, limit: tuple[int, float], until: float, shown: Queue[tuple[int, list[str]]]) -> None:
    """Run an action again and again from four threads; report how many runs succeeded, and why others did not."""
    bundle = report.limited(load(ROOT), *limit)
    values: dict[str, Any] = dict.fromkeys(bundle.manifest.connection.required, "nobody")
    connection = Connection(base_url=url, **values)
    done: list[int] = []
    lost: list[str] = []

    def run() -> None:
        # Nobody begins to wait for a token that comes after the end.
        while time.monotonic() < until:
            try:
                left = until - time.monotonic()
                connector.run(bundle.manifest.connection.test_action, {}, connection, max_wait=max(0.0, left))
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
    shown.put((len(done), lost))


def soak(calls: int, period: float, handshake: float | None) -> str:
    """Drive for three periods; a sentence on what the server counted."""
    address: Queue[int] = FORK.Queue()
    arrived: Queue[list[float]] = FORK.Queue()
    shown: Queue[tuple[int, list[str]]] = FORK.Queue()
    stop = FORK.Event()
    place = tempfile.TemporaryDirectory()
    tls = None
    if handshake is not None:
        made = certificates.make(Path(place.name))
        tls = made.right
        os.environ["REQUESTS_CA_BUNDLE"] = str(made.authority)
    server = FORK.Process(target=serve, args=(address, arrived, stop, tls, handshake or 0.0), daemon=True)
    server.start()
    url = f"{'https' if tls else 'http'}://127.0.0.1:{address.get(timeout=10)}"
    with tempfile.TemporaryDirectory() as folder:
        # The start of the processes is not what is measured; the guard makes three bursts fit three periods.
        until = time.monotonic() + 2 + PERIODS * period
        workers = [
            FORK.Process(target=work, args=(url, Path(folder), (calls, period), until, shown)) for _ in range(PROCESSES)
        ]
        for worker in workers:
            worker.start()
        results = [shown.get(timeout=PERIODS * period + 60) for _ in workers]
        for worker in workers:
            worker.join()
    stop.set()
    place.cleanup()
    times = sorted(arrived.get(timeout=10))
    server.join()
    replied = sum(done for done, _ in results)
    lost = [reason for _, reasons in results for reason in reasons]
    reasons = f" ({'; '.join(sorted(set(lost)))})" if lost else ""
    counted = counting.verdict_on([at - times[0] for at in times], calls, period, PERIODS)
    return (
        f"{calls} calls in {period:g} s, {PROCESSES} processes of {THREADS} threads, {PERIODS} periods\n  {counted}\n"
        f"  lost calls: {len(lost)}{reasons}; arrived {len(times)}, answered {replied}"
    )


def main() -> None:
    """Measure and print."""
    parser = report.parser(__doc__)
    parser.add_argument("--true", action="store_true", help="also the true limit of 100 calls in 60 seconds")
    parser.add_argument("--handshake", type=float, metavar="SECONDS", help="HTTPS, with handshakes that take so long")
    arguments = parser.parse_args()
    report.show(counting.machine())
    for calls, period in [(50, 2.0), *([(100, 60.0)] if arguments.true else [])]:
        report.show(soak(calls, period, arguments.handshake))


if __name__ == "__main__":
    main()
