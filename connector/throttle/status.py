"""How much of a limit is used, without using any of it."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from connector.throttle.bucket import RateLimit
from connector.throttle.store import Store


class ThrottleStatus(BaseModel):
    """How much of a limit is used.

    Attributes:
        calls: Calls in any `renewal_period` seconds.
        used: Calls made in the last period, with those that wait.
        free: Calls that can be made at once.
        next_in: Seconds until the next call is possible; 0 when it is now.
        asked: A number of calls that was asked about.
        asked_in: Seconds until the last of them could be made.
        warnings: What you should know about the place where the limit is kept.
    """

    model_config = ConfigDict(frozen=True)

    calls: int
    renewal_period: float
    used: int
    free: int
    next_in: float
    asked: int
    asked_in: float
    warnings: tuple[str, ...] = ()


def throttle_status(store: Store, limit: RateLimit, calls: int) -> ThrottleStatus:
    """How much of a limit is used, and how long `calls` further calls would take. Takes no token."""
    bucket, now = store.peek(limit)
    waiting = bucket.in_line(now)
    returned = sum(at + bucket.padded_period <= now for at in bucket.times) if bucket.paused_until <= now else 0
    return ThrottleStatus(
        calls=limit.calls,
        renewal_period=limit.period,
        used=min(limit.calls, sum(now - limit.period < at for at in bucket.times) + waiting),
        free=max(0, returned - waiting),
        next_in=round(max(0.0, bucket.ready_at(waiting, now) - now), 3),
        asked=calls,
        asked_in=round(max(0.0, bucket.ready_at(waiting + calls - 1, now) - now), 3),
        warnings=store.warnings(),
    )
