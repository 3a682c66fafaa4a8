"""The workers' own command lines, with nothing but an environment: Celery's, and `python -m connector.dbos`."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.connections.connection import Connection
from connector.connector import Connector
from connector.lanes.environment import store_at
from tests.connector.batch.test_kills import Counting, counting
from tests.connector.dbos.sqlite import skip_if_old
from tests.connector.parcels import ACTIONS, API_KEY, manifest, write_folder
from tests.connector.throttle.conftest import own_server
from tests.connector.throttle.server import RedisServer

__all__ = ["counting", "own_server"]
pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[3]
CELERY = ("celery", "-A", "connector.celery", "worker", "--pool", "solo", "--without-gossip", "--without-mingle")
SUBMIT_TO_CELERY = """
import sys
from connector import Connection, Connector
from connector.celery import app, submit
with Connector.load(sys.argv[1]) as connector:
    submit(connector.batch("send_parcel", sys.argv[2], Connection(name="environment")), "b")
app.close()
"""


@contextlib.contextmanager
def running(*command: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("engine", ["celery", "dbos"])
def test_a_worker_needs_nothing_but_its_environment(
    engine: str, tmp_path: Path, counting: Counting, own_server: RedisServer
) -> None:
    words = {"baseUrl": f"http://127.0.0.1:{counting.server_port}", "throttle": {"calls": 100, "renewalPeriod": 0.5}}
    folder = write_folder(tmp_path / "parcels", ACTIONS, connector=manifest(**words))
    file = tmp_path / "rows.csv"
    file.write_text("recipient\nada\ngrace\n")
    url = f"sqlite:///{tmp_path / 'batches.sqlite'}"
    environment = {
        "CONNECTOR_NAME": str(folder),
        "CONNECTOR_BATCHES": url,
        "CONNECTOR_STATE_DIR": str(tmp_path),
        "PARCELS_API_KEY": API_KEY,
        "CELERY_BROKER_URL": f"redis+socket://{own_server.socket}",
        "PYTHONWARNINGS": "ignore",  # Celery's own, of a worker that runs as root
    }
    command: tuple[str, ...] = CELERY
    if engine == "celery":
        code = [sys.executable, "-c", SUBMIT_TO_CELERY, str(folder), str(file)]
        subprocess.run(code, check=True, cwd=ROOT, env=os.environ | environment, timeout=120)
    else:
        from connector.dbos import submit  # noqa: PLC0415 - where it is meant

        skip_if_old()
        command = ("connector.dbos", "--name", "one", "--concurrency", "2")
        with Connector.load(folder) as connector, contextlib.closing(store_at(url)) as store:
            submit(connector.batch("send_parcel", file, Connection(name="environment")), "b", store, url)
    with contextlib.closing(store_at(url)) as store, running(*command, **environment) as worker:
        ends = time.monotonic() + 120
        while not store.status("b").is_over:
            assert time.monotonic() < ends
            assert worker.poll() is None
            time.sleep(0.1)
        assert store.status("b").counts["done"] == 2
        worker.send_signal(signal.SIGTERM)
        output, _ = worker.communicate(timeout=120)
    assert worker.returncode == 0, output
    assert API_KEY not in output
    assert len(counting.calls) == 2
