"""A DBOS worker that is killed goes on with what it had when it is started again, in SQLite and in PostgreSQL."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.connections.connection import Connection
from connector.connector import Connector
from connector.dbos import submit
from connector.lanes.environment import store_at
from tests.connector import postgres
from tests.connector.batch.test_kills import Counting, counting
from tests.connector.dbos.sqlite import skip_if_old
from tests.connector.parcels import ACTIONS, manifest, write_folder

__all__ = ["counting"]
ROOT = Path(__file__).resolve().parents[3]
ROWS = 100
pytestmark = pytest.mark.slow


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        skip_if_old()
        yield f"sqlite:///{tmp_path / 'batches.sqlite'}"
        return
    with postgres.server() as url:
        yield url


@contextlib.contextmanager
def worker(*arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """A worker that is killed at the end of the block."""
    with subprocess.Popen([sys.executable, "-m", "tests.connector.dbos.worker", *arguments], cwd=ROOT) as process:
        try:
            yield process
        finally:
            process.kill()


def test_a_killed_worker_loses_no_row_and_sends_none_twice(url: str, counting: Counting, tmp_path: Path) -> None:
    throttle = {"calls": 100_000, "renewalPeriod": 60_000}
    folder = write_folder(tmp_path / "parcels", ACTIONS, connector=manifest(throttle=throttle))
    path = tmp_path / "rows.csv"
    path.write_text("recipient\n" + "".join(f"r{number}\n" for number in range(ROWS)))
    store = store_at(url)
    arguments = (str(folder), f"http://127.0.0.1:{counting.server_port}", url)
    with contextlib.closing(store), Connector.load(folder) as connector:
        submit(connector.batch("send_parcel", path, Connection(name="work")), "keyed", store, url)
        submit(connector.batch("post_once", path, Connection(name="work")), "once", store, url)
        counting.until = 50
        with worker(*arguments):
            assert counting.reached.wait(120)
        with worker(*arguments):
            ends = time.monotonic() + 180
            while not all(store.status(name).is_over for name in ("keyed", "once")):
                assert time.monotonic() < ends
                time.sleep(0.1)
        keyed, once = store.status("keyed").counts, store.status("once").counts
    assert keyed == {"done": ROWS, "failed": 0, "unknown": 0}
    assert (once["done"] + once["unknown"], once["failed"]) == (ROWS, 0)
    sent_once = {name: calls for name, calls in counting.calls.items() if name.startswith("r")}
    assert set(sent_once.values()) == {1}
    assert len(counting.calls) - len(sent_once) == ROWS
