"""The application of workers that have no other: `celery -A connector.celery worker`.

Importing this module makes it the current application of the process.
"""

from __future__ import annotations

from celery import Celery

from connector.celery.tasks import VISIBILITY_TIMEOUT

app = Celery("connector", include=["connector.celery.tasks"])
"""Its broker is that of `CELERY_BROKER_URL`."""

app.conf.update(
    broker_transport_options={
        "visibility_timeout": VISIBILITY_TIMEOUT,
        "unacked_restore_interval": 10,
        "unacked_restore_throttle": 1,
    },
    broker_connection_retry_on_startup=True,
    worker_prefetch_multiplier=1,
    task_ignore_result=True,
)
