"""Runs a batch in a process of its own, which the test kills."""

from __future__ import annotations

import sys
from pathlib import Path

from connector.clock import SystemClock
from connector.connections.connection import Connection
from connector.connector import Connector
from connector.throttle.memory_store import MemoryStore
from tests.connector.parcels import API_KEY


def main(folder: str, action: str, file: str, url: str) -> int:
    """Run it; the exit status says whether rows are left."""
    connector = Connector.load(Path(folder), store=MemoryStore(SystemClock()))
    connection = Connection(name="work", api_key=API_KEY, base_url=url)
    report = connector.batch(action, Path(file), connection).run()
    return 1 if report.left else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
