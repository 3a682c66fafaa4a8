"""Time as a value that is passed in, so that tests never wait for real."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from typing import Protocol

_MAX_NAP = 1.0
"""Seconds that the machine's clock sleeps at once."""


class Clock(Protocol):
    """What the runtime asks of time."""

    def monotonic(self) -> float:
        """Seconds that never go back; only differences mean something."""

    def wall(self) -> datetime:
        """The time of day, with its zone."""

    def sleep(self, seconds: float, cancelled: threading.Event | None = None) -> None:
        """Wait that many seconds, or less if `cancelled` is set meanwhile."""


class SystemClock:
    """The machine's own clock."""

    def monotonic(self) -> float:
        """Seconds since some point in the past, never going back."""
        return time.monotonic()

    def wall(self) -> datetime:
        """The time of day in UTC."""
        return datetime.now(UTC)

    def sleep(self, seconds: float, cancelled: threading.Event | None = None) -> None:
        """Wait that many seconds, or less if `cancelled` is set meanwhile."""
        ends = time.monotonic() + seconds
        while (left := min(_MAX_NAP, ends - time.monotonic())) > 0:
            # A signal that arrives just before the machine goes to sleep is looked at when it wakes.
            if cancelled is None:
                time.sleep(left)
            elif cancelled.wait(left):
                return


def iso_from_epoch_milliseconds(milliseconds: float) -> str | None:
    """`2026-11-22T08:00:00.000Z` for milliseconds since 1970; None when no calendar has such a date."""
    try:
        moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (OverflowError, OSError, ValueError):
        return None
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
