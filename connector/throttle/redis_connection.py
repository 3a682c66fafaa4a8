"""Connections to Redis that respond within the time of the call, whatever the server does."""

from __future__ import annotations

import math
import threading
import time
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

_TIMEOUT = 2.0
"""Seconds for a response, and to connect; less where the call has less time."""

_LEAST = 0.001
"""Seconds; a socket takes 0 for something else."""

_call = threading.local()


def bound(seconds: float) -> None:
    """Bound what connections made by `client` do in this thread from now on."""
    _call.ends = time.monotonic() + seconds


def _left() -> float:
    ends = getattr(_call, "ends", math.inf)
    return max(_LEAST, min(_TIMEOUT, ends - time.monotonic()))


class _WithDeadline:
    """What is put before a connection class of the Redis library; public methods only."""

    def connect(self) -> None:
        """Connect in what is left of the time."""
        self.socket_connect_timeout = _left()
        super().connect()  # type: ignore[misc]

    def read_response(self, *args: Any, **options: Any) -> Any:
        """The response, if it begins in time."""
        left = _left()
        if left < _TIMEOUT and not self.can_read(timeout=left):  # type: ignore[attr-defined]
            self.disconnect()  # type: ignore[attr-defined]
            raise redis.TimeoutError("no response in time")
        return super().read_response(*args, **options)  # type: ignore[misc]


def client(url: str) -> redis.Redis:
    """A client of the server at `redis://host:port/db`. It tries a second time where the first was not heard."""
    pool = redis.ConnectionPool.from_url(
        url,
        socket_timeout=_TIMEOUT,
        socket_connect_timeout=_TIMEOUT,
        health_check_interval=30,
        retry=Retry(NoBackoff(), 1),
    )
    pool.connection_class = type("DeadlineConnection", (_WithDeadline, pool.connection_class), {})
    return redis.Redis.from_pool(pool)
