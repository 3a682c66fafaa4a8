"""What `celery -A tests.connector.celery.worker worker` runs: parcels on the service and the Redis of a test."""

from __future__ import annotations

import os
from pathlib import Path

from connector.celery.application import app
from connector.celery.tasks import use_worker
from connector.connections.connection import Connection
from connector.connector import Connector
from connector.lanes.environment import store_at
from connector.lanes.lane import LaneWorker
from connector.throttle.redis_store import RedisStore
from tests.connector.parcels import API_KEY

app.conf.broker_transport_options = {
    "visibility_timeout": float(os.environ["TEST_VISIBILITY"]),
    "unacked_restore_interval": 1,
    "unacked_restore_throttle": 1,
}


def make() -> LaneWorker:
    """The worker of this process."""
    store = RedisStore.from_url(os.environ["TEST_THROTTLE"], empty_is_new=True)
    connector = Connector.load(Path(os.environ["TEST_FOLDER"]), store=store)
    url = os.environ["TEST_SERVICE"]
    return LaneWorker(
        connector,
        lambda name: Connection(name=name, api_key=API_KEY + name, base_url=url),
        store_at(os.environ["CONNECTOR_BATCHES"]),
    )


use_worker(make)
