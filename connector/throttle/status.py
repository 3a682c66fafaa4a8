"""How much of a limit is used, without using any of it."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from connector.throttle.bucket import RateLimit
from connector.throttle.store import Store


class ThrottleStatus(BaseModel):
    """How much of a limit is used.

    Attributes:
        calls: Calls in any `renewal_period` seconds.
        used: Calls made in the last period, with those that are reserved already.
        free: Calls that can be made at once.
        next_in: Seconds until the next call is possible; 0 when it is now.
        asked: A number of calls that was asked about.
        asked_in: Seconds until the last of them could be made.
        warnings: What should be known about the place where the limit is kept.
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
    """How much of a limit is used, and how long `calls` further calls would take."""
    bucket, now = store.peek(limit)
    return ThrottleStatus(
        calls=limit.calls,
        renewal_period=limit.period,
        used=sum(now - limit.period < at for at in bucket.times),
        free=sum(at + bucket.padded_period <= now for at in bucket.times) if bucket.paused_until <= now else 0,
        next_in=round(bucket.available_at(1, now) - now, 3),
        asked=calls,
        asked_in=round(bucket.available_at(calls, now) - now, 3),
        warnings=store.warnings(),
    )
