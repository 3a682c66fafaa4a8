"""`python -m connector.dbos --name NAME`: a worker as its environment describes it, until Ctrl-C or SIGTERM."""

from __future__ import annotations

import argparse
import os
import signal
import threading

from connector.dbos.workflows import database_url, started
from connector.lanes.environment import worker_from


def main() -> None:
    """Run a worker."""
    parser = argparse.ArgumentParser(prog="python -m connector.dbos", description="Run batches on DBOS.")
    parser.add_argument("--name", required=True, help="name of this worker; each has its own, and keeps it")
    parser.add_argument("--concurrency", type=int, default=8, help="lanes that run at a time (default: 8)")
    arguments = parser.parse_args()
    worker = worker_from()
    url = database_url(os.environ)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with started(worker, url, arguments.name, arguments.concurrency):
        stop.wait()


if __name__ == "__main__":
    main()
