"""Celery workers in processes of their own, with a real Redis, that a test or a benchmark kills."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from celery import Celery

from connector.connections.connection import Connection
from connector.connector import Connector
from connector.lanes.environment import store_at
from connector.lanes.lane import Position
from connector.lanes.store import LanesStatus, LaneStore
from connector.lanes.submit import submit
from tests.connector.batch.test_kills import Counting
from tests.connector.parcels import ACTIONS, manifest, write_folder
from tests.connector.throttle.server import RedisServer

ROOT = Path(__file__).resolve().parents[3]


@dataclass
class Scene:
    """A service that counts, a broker, a store, and workers."""

    place: Path
    redis: RedisServer
    counting: Counting
    store: LaneStore
    folder: Path
    environment: dict[str, str]
    pool: tuple[str, ...] = ("--pool", "solo")
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def submit(self, text: str, action: str, name: str, **options: Any) -> None:
        """Hand a file to the workers, from a process that is none of them."""
        path = self.place / f"{name}.csv"
        path.write_text(text, encoding="utf-8")
        names = {line.split(",")[0] for line in text.splitlines()[1:]} if "connection_column" in options else {"work"}
        connections = {each: Connection(name=each) for each in names}
        with (
            Connector.load(self.folder) as connector,
            Celery(broker=self.environment["CELERY_BROKER_URL"], set_as_current=False) as producer,
        ):
            batch = connector.batch(action, path, connections, **options)

            def queue(*turn: object) -> None:
                producer.send_task("connector.run_lane", (*turn, Position().to_list()))

            submit(batch, name, self.store, queue)

    def start(self) -> subprocess.Popen[bytes]:
        """Another worker, whose processes are a group of their own."""
        command = [sys.executable, "-m", "celery", "-A", "tests.connector.celery.worker", "--quiet", "worker"]
        options = ["--without-gossip", "--without-mingle", "--loglevel", "ERROR", "-n", f"w{len(self.workers)}@%h"]
        worker = subprocess.Popen(
            [*command, *options, *self.pool],
            cwd=ROOT,
            env=os.environ | self.environment,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.workers.append(worker)
        return worker

    def kill(self, worker: subprocess.Popen[bytes]) -> None:
        """Kill a worker and its children."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()

    def finished(self, name: str, seconds: float = 120.0) -> LanesStatus:
        """The status of a batch once it is over."""
        ends = time.monotonic() + seconds
        while not (status := self.store.status(name)).is_over:
            assert time.monotonic() < ends, status
            time.sleep(0.1)
        return status

    def results(self, name: str, action: str, outcome: str) -> list[str]:
        """The lines of a result file without its header."""
        with Connector.load(self.folder) as connector:
            columns = self.store.plan(name).result_columns(connector.find(action))
        self.store.write_results(name, self.place / name, columns)
        return (self.place / name / f"{outcome}.csv").read_text(encoding="utf-8").splitlines()[1:]


@contextlib.contextmanager
def scene(
    place: Path, redis: RedisServer, counting: Counting, batches: str, visibility: float = 2.0, **words: Any
) -> Iterator[Scene]:
    """A scene whose workers have ended when the block has."""
    words = {"throttle": {"calls": 100_000, "renewalPeriod": 60_000}, **words}
    folder = write_folder(place / "parcels", ACTIONS, connector=manifest(**words))
    store = store_at(batches)
    environment = {
        "CELERY_BROKER_URL": f"redis+socket://{redis.socket}",
        "CONNECTOR_BATCHES": batches,
        "TEST_THROTTLE": f"unix://{redis.socket}",
        "TEST_FOLDER": str(folder),
        "TEST_SERVICE": f"http://127.0.0.1:{counting.server_port}",
        "TEST_VISIBILITY": str(visibility),
        "PYTHONWARNINGS": "ignore",  # Celery's own, of a worker that runs as root
    }
    made = Scene(place, redis, counting, store, folder, environment)
    try:
        yield made
    finally:
        for worker in made.workers:
            made.kill(worker)
        store.close()
