"""`python -m tests.connector.dbos.worker FOLDER SERVICE URL`: a DBOS worker of parcels that a test kills."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from connector.clock import SystemClock
from connector.connections.connection import Connection
from connector.connector import Connector
from connector.dbos import started
from connector.lanes.environment import store_at
from connector.lanes.lane import LaneWorker
from connector.throttle.memory_store import MemoryStore
from tests.connector.parcels import API_KEY


def main(folder: str, service: str, url: str) -> None:
    """Work until killed."""
    connector = Connector.load(Path(folder), store=MemoryStore(SystemClock()))
    worker = LaneWorker(connector, lambda name: Connection(name=name, api_key=API_KEY, base_url=service), store_at(url))
    with started(worker, url, "the-worker"):
        time.sleep(600)


if __name__ == "__main__":
    main(*sys.argv[1:])
