"""The workers of `run.py`: `python worker.py`."""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor

from lane_workflow import TASK_QUEUE, LaneWorkflow
from temporalio import activity
from temporalio.client import Client
from temporalio.worker import Worker

from connector import Connection, Connector
from connector.lanes.environment import store_at
from connector.lanes.lane import LaneWorker, Position

CONCURRENCY = 4


def make() -> LaneWorker:
    """What gives lanes their turns. On several machines the call limit must be in Redis; here it is in files."""

    def connection(name: str) -> Connection:
        return Connection(name=name, api_key=f"sandbox-{name}", base_url=os.environ["SANDBOX_URL"])

    return LaneWorker(Connector.load("courier"), connection, store_at(os.environ["CONNECTOR_BATCHES"]))


_worker = make()


@activity.defn(name="give_turn")
def give_turn(name: str, lane: int, position: list[int]) -> tuple[list[int] | None, float]:
    """Run some rows of a lane."""
    turn = _worker.turn(name, lane, Position(*position))
    return None if turn.position is None else turn.position.to_list(), turn.delay


async def main() -> None:
    """Work until killed."""
    client = await Client.connect(os.environ["TEMPORAL_ADDRESS"])
    with ThreadPoolExecutor(CONCURRENCY) as threads:
        await Worker(
            client,
            task_queue=TASK_QUEUE,
            workflows=[LaneWorkflow],
            activities=[give_turn],
            activity_executor=threads,
            max_concurrent_activities=CONCURRENCY,
        ).run()


if __name__ == "__main__":
    asyncio.run(main())
