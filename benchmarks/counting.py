"""What both scripts count: calls in the fullest window, and the share of what was possible."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence


def most_in_any_window(times: Sequence[float], period: float) -> int:
    """How many of the times lie in the fullest window."""
    ordered = sorted(times)
    most = first = 0
    for last, at in enumerate(ordered):
        while ordered[first] <= at - period:
            first += 1
        most = max(most, last - first + 1)
    return most


def verdict_on(times: Sequence[float], calls: int, period: float, periods: int) -> str:
    """A sentence on what passed in so many periods."""
    within = sum(at < periods * period for at in times)
    most = most_in_any_window(times, period)
    over = f" OVER by {most - calls}" if most > calls else ""
    return (
        f"most in any window: {most:4d} of {calls}{over}; "
        f"share of the ideal: {100 * within / (calls * periods):6.2f} % ({within} of {calls * periods})"
    )


def machine() -> str:
    """Where and when it was measured."""
    load = ", ".join(f"{load:.1f}" for load in os.getloadavg())
    return f"Python {platform.python_version()}, {platform.system()}, {os.cpu_count()} cores, load {load}"
