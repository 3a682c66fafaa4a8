"""File descriptors over a long life: `python -m benchmarks.descriptors [--count 10000]`.

With a limit of 256 descriptors, one connector makes a call under so many connections, and so many connectors are
loaded, used once and closed. Both use the store that is the default, in files, and real sockets.
"""

from __future__ import annotations

import os
import resource
import tempfile
import time
from pathlib import Path

from benchmarks import report
from benchmarks.loopback import serving
from connector import Connection, Connector

DESCRIPTORS = 256
FOLDER = Path(__file__).resolve().parents[1] / "tests/vectors/sample"


def open_files() -> int:
    """File descriptors that this process has open."""
    linux = Path("/proc/self/fd")
    return len(list((linux if linux.exists() else Path("/dev/fd")).iterdir()))


def _run(connector: Connector, url: str, key: str) -> None:
    connector.run("get_thing", {"thing_id": "t"}, Connection(api_key=key, base_url=url))


def connections(count: int, url: str) -> int:
    """The most descriptors that were open while one connector made a call under each of so many connections."""
    most = 0
    with Connector.load(FOLDER) as connector:
        for number in range(count):
            _run(connector, url, f"key-{number}")
            most = max(most, open_files())
    return most


def cycles(count: int, url: str) -> int:
    """The most that were open after any of so many connectors was loaded, used once and closed."""
    most = 0
    for number in range(count):
        with Connector.load(FOLDER) as connector:
            _run(connector, url, f"key-{number % 200}")
        most = max(most, open_files())
    return most


def main() -> None:
    """Measure and print."""
    parser = report.parser(__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    count: int = parser.parse_args().count
    resource.setrlimit(resource.RLIMIT_NOFILE, (DESCRIPTORS, DESCRIPTORS))
    for title, work in (("connections on one connector", connections), ("load, call and close", cycles)):
        with tempfile.TemporaryDirectory() as folder, serving({"GET /things/t": (200, b"{}")}) as url:
            os.environ["CONNECTOR_STATE_DIR"] = folder
            before, started = open_files(), time.monotonic()
            most = work(count, url)
            seconds = time.monotonic() - started
            report.show(
                f"{count:,} x {title}: at most {most} of {DESCRIPTORS} descriptors ({before} at the start), "
                f"{open_files()} at the end; {seconds:.1f} s, {1000 * seconds / count:.2f} ms each"
            )


if __name__ == "__main__":
    main()
