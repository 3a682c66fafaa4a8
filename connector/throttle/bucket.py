"""The rule of the call limit: never more than N calls of one connection in any period, and all N of them when wanted.

Each token returns exactly one period, plus a safety margin, after it was taken. The k-th call is granted at

    t(k) = max(now, t(k - N) + period + safety margin, paused_until)

so the state of a bucket is a ring of its last N call times, and the end of the pause that a 429 asked for.
"""

from __future__ import annotations

import copy
import math
from typing import NamedTuple

LEAST_SAFETY_MARGIN = 0.05
"""Seconds."""


class RateLimit(NamedTuple):
    """One limit: never more than `calls` in any `period` seconds under this name."""

    name: str
    calls: int
    period: float

    @property
    def safety_margin(self) -> float:
        """Seconds added to the period, because waking up and the way to the service are never exact."""
        return max(LEAST_SAFETY_MARGIN, self.period / 240)

    @property
    def padded_period(self) -> float:
        """Seconds until a token that was taken is there again."""
        return self.period + self.safety_margin


class Bucket:
    """The last N grants of a bucket."""

    __slots__ = ("calls", "padded_period", "paused_until", "sequence", "times")

    def __init__(self, limit: RateLimit) -> None:
        self.calls = limit.calls
        self.padded_period = limit.padded_period
        self.times = [-math.inf] * limit.calls
        self.sequence = 0
        self.paused_until = -math.inf

    def next_at(self) -> float:
        """When the next token is there; in the past when it is there now."""
        at = self.times[self.sequence % self.calls] + self.padded_period
        return at if at > self.paused_until else self.paused_until  # noqa: FURB136 - every call does it; max() takes twice as long

    def grant(self, at: float) -> float:
        """Take the next token at that time; the older grant whose place it takes."""
        place = self.sequence % self.calls
        older, self.times[place] = self.times[place], at
        self.sequence += 1
        return older

    def copy(self) -> Bucket:
        """The same bucket, for looking at."""
        twin = copy.copy(self)
        twin.times = list(self.times)
        return twin

    def available_at(self, count: int, now: float) -> float:
        """When the last of `count` further calls could be made, if they were all asked for at once."""
        rounds, place = divmod(count - 1, self.calls)
        first = self.times[(self.sequence + place) % self.calls] + self.padded_period
        return max(now, first, self.paused_until) + rounds * self.padded_period

    def undo(self, mark: int, older: float) -> None:
        """Give a grant back, if no other came after it; otherwise it stays spent, which is safe."""
        if self.sequence == mark:
            self.sequence -= 1
            self.times[self.sequence % self.calls] = older

    def forget_after(self, now: float) -> None:
        """Take back all grants that were not used until now; none of them can be given back any more."""
        used = sorted(at for at in self.times if at <= now)
        self.times = [-math.inf] * (self.calls - len(used)) + used
        self.sequence += 2 * self.calls - self.sequence % self.calls
