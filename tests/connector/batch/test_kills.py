"""A batch whose process is killed at any moment loses no row, and sends none twice."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from connector.batch.journal import read_progress
from tests.connector.parcels import ACTIONS, manifest, write_folder

ROWS, KILLS = 120, 2


class Counting(ThreadingHTTPServer):
    """Counts the effects of keys, or of recipients of calls without one; says when enough calls have arrived."""

    daemon_threads = True
    request_queue_size = 100

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.calls: Counter[str] = Counter()
        self.lock = threading.Lock()
        self.until = 0
        self.reached = threading.Event()

    def handle_error(self, request: object, client_address: object) -> None:
        """Print nothing: clients that are killed break their connections."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Counting

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        name = self.headers.get("Idempotency-Key") or json.loads(content)["recipient"]
        with self.server.lock:
            self.server.calls[name] += 1
            if self.server.calls.total() >= self.server.until:
                self.server.reached.set()
        body = b'{"id": "p"}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Print nothing."""


@pytest.fixture
def counting() -> Iterator[Counting]:
    server = Counting()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def run_with_kills(counting: Counting, place: Path, action: str) -> Path:
    """Run a batch, killing its process after ever more calls, and then to its end."""
    words = {"throttle": {"calls": 100_000, "renewalPeriod": 1}}
    folder = write_folder(place / "parcels", ACTIONS, connector=manifest(**words))
    file = place / "rows.csv"
    file.write_text("recipient\n" + "".join(f"r{number}\n" for number in range(ROWS)))
    url = f"http://127.0.0.1:{counting.server_port}"
    command = [sys.executable, "-m", "tests.connector.batch.killed", str(folder), action, str(file), url]
    for kill in range(1, KILLS + 1):
        counting.reached.clear()
        counting.until = counting.calls.total() + 20 * kill
        with subprocess.Popen(command) as process:
            assert counting.reached.wait(60)
            process.kill()
    assert subprocess.run(command, check=False, timeout=60).returncode == 0
    return place / "rows.batch"


def test_rows_with_a_key_have_one_effect_each_whenever_the_process_is_killed(
    counting: Counting, tmp_path: Path
) -> None:
    place = run_with_kills(counting, tmp_path, "send_parcel")
    assert len(counting.calls) == ROWS
    rows = [line["_row"] for line in csv.DictReader((place / "success.csv").read_text().splitlines())]
    assert sorted(map(int, rows)) == list(range(1, ROWS + 1))


def test_rows_without_a_key_are_never_sent_twice_whenever_the_process_is_killed(
    counting: Counting, tmp_path: Path
) -> None:
    place = run_with_kills(counting, tmp_path, "post_once")
    assert max(counting.calls.values()) == 1
    counts = read_progress(place).counts
    assert counts["done"] + counts["unknown"] == ROWS
    unknown = [line["recipient"] for line in csv.DictReader((place / "unknown.csv").read_text().splitlines())]
    never_sent = [name for name in unknown if name not in counting.calls]
    assert len(never_sent) <= KILLS
