"""Batches on Celery workers. Needs the extra `celery`, with Redis as the broker.

    export CELERY_BROKER_URL=redis://localhost:6379/0 CONNECTOR_BATCHES=/srv/batches
    celery -A connector.celery worker --pool threads --concurrency 8

    from connector.celery import submit

    submit(connector.batch("send_message", "people.csv", connection), "people")

The environment of a worker is described in `connector.lanes.environment`. An application with a Celery of its own
loads the task by `app.autodiscover_tasks(["connector.celery"])`. What a turn does is `connector.lanes`'s.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

try:
    from connector.celery.tasks import run_lane, submit, use_worker
except ModuleNotFoundError as error:
    if (error.name or "").partition(".")[0] not in {"celery", "kombu", "redis"}:
        raise
    raise ImportError("Celery is not installed. Install the extra “celery”.") from error

__all__ = ["app", "run_lane", "submit", "use_worker"]


def __getattr__(name: str) -> Any:
    if name != "app":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    # It would become the current application of a host that has one of its own.
    return import_module("connector.celery.application").app
