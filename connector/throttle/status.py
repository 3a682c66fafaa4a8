"""How much of a call limit is used."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from connector.throttle.limiter import Bucket, Store


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


def throttle_status(store: Store, bucket: Bucket, calls: int) -> ThrottleStatus:
    """How much of a limit is used, and how long `calls` further calls would take. Takes no token."""
    ring, now = store.look(bucket)
    return ThrottleStatus(
        calls=bucket.calls,
        renewal_period=bucket.period,
        used=sum(now - bucket.period < at for at in ring.times),
        free=sum(at + ring.span <= now for at in ring.times) if ring.floor <= now else 0,
        next_in=round(ring.due(1, now) - now, 3),
        asked=calls,
        asked_in=round(ring.due(calls, now) - now, 3),
        warnings=store.warnings(),
    )
