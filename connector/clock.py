"""Time as a value that is passed in, so that tests never wait for real."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from typing import Protocol


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
        if cancelled is None:
            time.sleep(max(0.0, seconds))
        else:
            cancelled.wait(max(0.0, seconds))


def iso_from_epoch_milliseconds(milliseconds: float) -> str | None:
    """`2026-11-22T08:00:00.000Z` for milliseconds since 1970; None when no calendar has such a date."""
    try:
        moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (OverflowError, OSError, ValueError):
        return None
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
