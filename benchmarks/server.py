"""What HTTP adds to a run, and how soon `serve` is ready: `python -m benchmarks.server`; `--json FILE` for figures.

One action over HTTP, as JSON and as events, in turn with `Connector.run` in this process; the sandbox that all of them
call, and the server, are processes of their own.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit

from benchmarks import report
from connector import Connection, Connector
from connector.catalogue.loader import Bundle, load
from connector.definition.files import find
from connector.server import ServedConnector, create_app
from connector.web.access_control import AccessControl
from connector.web.policy import AccessPolicy, host_names
from connector.web.serve import listen, serve

ACTION = "get_list"
INPUTS = {"list_id": "news.weekly"}
_PROGRAM = [sys.executable, "-m", "connector", "--connector", "courier"]
_WARM_UP = 50


def main() -> None:
    """Measure, and print a table."""
    arguments = report.parser(__doc__, figures=True)
    arguments.add_argument("--runs", type=int, default=500, help="runs of each kind")
    arguments.add_argument("--starts", type=int, default=5, help="starts of the program")
    arguments.add_argument("--serve", metavar="URL", help=argparse.SUPPRESS)
    options = arguments.parse_args()
    bundle = report.limited(load(find("courier")), 100_000, 1)
    if options.serve:
        serve_sandbox(bundle, options.serve)
        return
    with sandbox() as url, Connector(bundle) as connector, served(url) as ask:
        connection = Connection(base_url=url, api_key="sandbox")
        alone, plain, events = timed(
            options.runs,
            lambda: connector.run(ACTION, INPUTS, connection),
            lambda: ask(""),
            lambda: ask("text/event-stream"),
        )
    ready = statistics.median(time_to_ready() for _ in range(options.starts))
    figures = {"run": alone, "run over HTTP": plain, "run as events": events}
    for name, took in figures.items():
        report.show(f"{name:22} {took:6.2f} ms, {took / alone:.2f} x run")
    report.show(f"serve is ready after   {ready:6.2f} s")
    report.finish({**figures, "serve is ready, seconds": ready}, options.json)


def timed(runs: int, *kinds: Callable[[], object]) -> list[float]:
    """The median of each kind of run in milliseconds; by turns, so that other work on the machine slows all alike."""
    taken: list[list[float]] = [[] for _ in kinds]
    for _ in range(_WARM_UP + runs):
        for kind, times in zip(kinds, taken, strict=True):
            started = time.perf_counter()
            kind()
            times.append(time.perf_counter() - started)
    return [statistics.median(times[_WARM_UP:]) * 1000 for times in taken]


@contextlib.contextmanager
def sandbox() -> Iterator[str]:
    """The URL of a sandbox in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        database = f"{folder}/sandbox.sqlite3"
        with started(*_PROGRAM, "sandbox", "--port", "0", "--db", database) as url:
            yield url


def serve_sandbox(bundle: Bundle, url: str) -> None:
    """Serve the connector with one connection, to a sandbox, until the program is ended."""
    listener = listen("127.0.0.1", 0)
    port = listener.getsockname()[1]
    policy = AccessPolicy(host_names("127.0.0.1", port), port)
    connection = Connection(base_url=url, api_key="sandbox")
    report.show(f"http://127.0.0.1:{port}/?token={policy.token.reveal()}")
    with Connector(bundle) as connector:
        app = create_app(ServedConnector(bundle, connector, {"sandbox": connection}))
        serve(AccessControl(app, policy), listener)


@contextlib.contextmanager
def served(sandbox_url: str) -> Iterator[Callable[[str], bytes]]:
    """A function that runs the action over HTTP, on one connection that is kept open, in a process of its own."""
    with started(sys.executable, "-m", "benchmarks.server", "--serve", sandbox_url) as printed:
        url = urlsplit(printed)
        headers = {"Authorization": f"Bearer {parse_qs(url.query)['token'][0]}", "Content-Type": "application/json"}
        wire = http.client.HTTPConnection(url.netloc)

        def ask(accept: str) -> bytes:
            wire.request("POST", f"/actions/{ACTION}/run", json.dumps(INPUTS), {**headers, "Accept": accept})
            response = wire.getresponse()
            content = response.read()
            if response.status != http.HTTPStatus.OK:
                raise RuntimeError(content.decode())
            return content

        with contextlib.closing(wire):
            yield ask


@contextlib.contextmanager
def started(*command: str) -> Iterator[str]:
    """The first line that a program prints, which runs as long as the block."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:  # noqa: S603
        try:
            yield process.stdout.readline().strip() if process.stdout else ""
        finally:
            process.terminate()


def time_to_ready() -> float:
    """Seconds from the start of the program to its first response."""
    started_at = time.perf_counter()
    with started(*_PROGRAM, "serve", "--port", "0") as printed:
        url = urlsplit(printed)
        wire = http.client.HTTPConnection(url.netloc)
        with contextlib.closing(wire):
            wire.request("GET", "/catalogue", headers={"Authorization": f"Bearer {parse_qs(url.query)['token'][0]}"})
            wire.getresponse().read()
        return time.perf_counter() - started_at


if __name__ == "__main__":
    main()
