"""A million rows, page after page: `python -m benchmarks.iteration`; `--json FILE` writes the figures.

`Connector.iterate` over `list_messages`, a hundred rows on a page, and `requests` that walks the same pages with
`.json()`, in turn, each in a process of its own. Rows per second of CPU time, and the megabytes by which the peak of
the process has grown since its first ten thousand rows. The service is on loopback and responds at once.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import requests

from benchmarks import report
from benchmarks.loopback import COUNT, serving
from benchmarks.runs import connector
from connector import Connection

ROOT = Path(__file__).resolve().parents[1]
ACTION, PAGE, KEY = "list_messages", 100, "k-0123456789"
WARM_UP = 10_000
MEGABYTES = 5.0
"""At most so many for a million rows."""


def by_requests(url: str, rows: int) -> Iterator[Any]:
    """The rows as plain JSON."""
    cursor: dict[str, str] = {}
    with requests.Session() as session:
        while rows > 0:
            page = session.get(f"{url}/messages", params=cursor, timeout=30).json()
            yield from page["results"]
            rows -= len(page["results"])
            cursor = {"cursor": page["paging"]["cursor"]}


def by_iterate(url: str, rows: int) -> Iterator[Any]:
    """The rows as `Connector.iterate` gives them."""
    with connector(1_000_000) as courier:
        connection = Connection(api_key=KEY, base_url=url)
        yield from courier.iterate(ACTION, {}, connection, max_items=rows, timeout=1e6)


WAYS = {"requests": by_requests, "iterate": by_iterate}


def work(way: str, url: str, rows: int) -> None:
    """Walk the rows, and print the figures as JSON."""
    count, before, began = 0, 0, 0.0
    for _ in WAYS[way](url, rows):
        count += 1
        if count == min(WARM_UP, rows // 2):
            before, began = _peak(), time.process_time()
    seconds = time.process_time() - began
    grown = (_peak() - before) / (1_048_576 if sys.platform == "darwin" else 1_024)
    report.show(json.dumps({"rows": count, "rows per second": (count - WARM_UP) / seconds, "megabytes": grown}))


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def page_of_rows() -> bytes:
    """A page whose cursor is another one every time."""
    with connector(1) as courier:
        examples = courier.find(ACTION).definition.examples
    body = next(example.interactions[0].response.body for example in examples if example.outputs is not None)
    rows = (body["results"] * PAGE)[:PAGE]
    return json.dumps({**body, "results": rows, "paging": {"more": True, "cursor": COUNT.decode()}}).encode()


def main() -> None:
    """Measure and print."""
    parser = report.parser(__doc__, rounds=1)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--work", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.work:
        way, url = options.work
        work(way, url, options.rows)
        return
    rounds = []
    with serving({"GET /messages": (200, page_of_rows())}) as url:
        for _ in range(options.rounds):
            rounds.append({way: _asked(way, url, options.rows) for way in WAYS})
    figures: dict[str, Any] = {
        way: {name: statistics.median(each[way][name] for each in rounds) for name in rounds[0][way]} for way in WAYS
    }
    ratio = statistics.median(
        each["requests"]["rows per second"] / each["iterate"]["rows per second"] for each in rounds
    )
    for way, found in figures.items():
        rate, grown = found["rows per second"], found["megabytes"]
        report.show(f"{way:9} {found['rows']:,.0f} rows, {rate:,.0f} rows per CPU second, grown by {grown:.1f} MB")
    figures["iterate / requests"] = ratio
    grown = figures["iterate"]["megabytes"]
    report.show(f"CPU time, iterate / requests: {ratio:.2f}")
    report.show(f"memory in MB: {report.verdict(grown, MEGABYTES)}")
    report.finish(figures, options.json)


def _asked(way: str, url: str, rows: int) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.iteration", "--rows", str(rows), "--work", way, url]
    shown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout  # noqa: S603 - this program
    found: dict[str, float] = json.loads(shown)
    return found


if __name__ == "__main__":
    main()
