"""Whether and when a failed attempt may be made again. Pure decisions; nothing here waits or sends."""

from __future__ import annotations

import math
import random
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from connector.definition.service import RetryPolicy

LONGEST_RETRY_AFTER = 3600.0
"""Seconds. A service that asks for more is believed for an hour."""


def backoff(policy: RetryPolicy, attempt: int, retry_after: float | None, rng: random.Random) -> float:
    """Seconds to wait after the failed `attempt` (from 1): full jitter under a doubling bound.

    A Retry-After of the service is a floor, with a little jitter on top so that not everybody returns at once.
    """
    bound = min(policy.cap, policy.base * 2 ** min(attempt - 1, 30))
    drawn = rng.uniform(0, bound)
    if retry_after is None:
        return drawn
    return retry_after + min(drawn, 1.0)


def retry_after_seconds(header: str | None, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks for, as number or as date; None when it says nothing usable."""
    if not header:
        return None
    try:
        seconds = float(header.strip())
    except ValueError:
        try:
            moment = parsedate_to_datetime(header)
        except (TypeError, ValueError):
            return None
        seconds = (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds()
    if not math.isfinite(seconds):
        return None
    return min(max(0.0, seconds), LONGEST_RETRY_AFTER)
