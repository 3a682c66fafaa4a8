"""What the Celery workers of `benchmarks.lanes` run: the Courier connector against a server that counts."""

from __future__ import annotations

import json
import os
from pathlib import Path

from benchmarks.report import limited
from connector.catalogue.loader import load
from connector.celery.application import app
from connector.celery.tasks import use_worker
from connector.connections.connection import Connection
from connector.connector import Connector
from connector.lanes.environment import store_at
from connector.lanes.lane import LaneWorker
from connector.throttle.redis_store import RedisStore

ROOT = Path(__file__).resolve().parents[1]

if "BENCHMARK_VISIBILITY" in os.environ:
    app.conf.broker_transport_options = {
        "visibility_timeout": float(os.environ["BENCHMARK_VISIBILITY"]),
        "unacked_restore_interval": 1,
        "unacked_restore_throttle": 1,
    }


def connector(store: RedisStore | None = None) -> Connector:
    """The connector with the call limit of the benchmark."""
    return Connector(limited(load(ROOT), *json.loads(os.environ["BENCHMARK_LIMIT"])), store=store)


def make() -> LaneWorker:
    """The worker of this process."""
    store = RedisStore.from_url(os.environ["BENCHMARK_REDIS"], empty_is_new=True)
    url = os.environ["BENCHMARK_SERVICE"]
    return LaneWorker(
        connector(store),
        lambda name: Connection(name=name, api_key=f"key-of-{name}", base_url=url),
        store_at(os.environ["CONNECTOR_BATCHES"]),
    )


use_worker(make)
