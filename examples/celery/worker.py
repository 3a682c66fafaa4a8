"""The workers of `run.py`: `celery -A worker worker`.

In production `celery -A connector.celery worker` needs no such file: a connection's name then means a stored
connection, or the environment's. Here it means an account of the sandbox.
"""

from __future__ import annotations

import os

from connector import Connection, Connector
from connector.celery import app, use_worker
from connector.lanes.environment import store_at
from connector.lanes.lane import LaneWorker
from connector.throttle import RedisStore

__all__ = ["app"]

# So short that the script need not wait for what the killed worker had. In production it is 180 seconds.
app.conf.broker_transport_options = {
    "visibility_timeout": 4,
    "unacked_restore_interval": 1,
    "unacked_restore_throttle": 1,
}


def make() -> LaneWorker:
    """The worker of this process."""
    store = RedisStore.from_url(os.environ["CONNECTOR_THROTTLE"], empty_is_new=True)
    connector = Connector.load("courier", store=store)

    def connection(name: str) -> Connection:
        return Connection(name=name, api_key=f"sandbox-{name}", base_url=os.environ["SANDBOX_URL"])

    return LaneWorker(connector, connection, store_at(os.environ["CONNECTOR_BATCHES"]))


use_worker(make)
