"""The rule of the call limit: never more than N calls of a connection in any period, and all N of them when wanted.

A bucket holds N tokens, and each returns one period, plus a safety margin, after the call that took it left. Its state
is the ring of its last N call times, the calls that wait in line, and the end of the pause that a 429 asked for:

    ready(k) = max(time of the k-th oldest of the last N calls + period + safety margin, paused_until)

A call that has k others before it in the line may leave at ready(k + 1). A call is entered in the ring when it leaves,
so one that gives its place up was never there, and all behind it move forward.
"""

from __future__ import annotations

import copy
import math
from array import array
from collections.abc import Sequence
from typing import NamedTuple

LEAST_SAFETY_MARGIN = 0.05
"""Seconds."""

_IDLE = array("d", [-math.inf])


class RateLimit(NamedTuple):
    """Never more than `calls` in any `period` seconds under this name."""

    name: str
    calls: int
    period: float

    @property
    def safety_margin(self) -> float:
        """Seconds added to the period, because waking up and the way to the service are never exact."""
        return self.period / 240 if self.period > 240 * LEAST_SAFETY_MARGIN else LEAST_SAFETY_MARGIN

    @property
    def padded_period(self) -> float:
        """Seconds until a token that was taken is available again: the period and the safety margin."""
        return self.period + self.safety_margin


class Bucket:
    """The last N calls of a limit, and those that wait.

    Args:
        limit: The limit.
        times: The ring to work on, oldest call first; of a bucket that was never used when left out.

    Attributes:
        times: When each of the last N calls left, in seconds on the bucket's clock; minus infinity where none did.
        oldest: The place of the oldest of them.
        paused_until: Nobody may call before this time.
        waiting: The calls in line by name, first come first; each with the time that it was last given.
        lease: Seconds past that time for which a waiting call keeps its place: whoever was killed never comes.
    """

    __slots__ = ("calls", "lease", "margin", "oldest", "padded_period", "paused_until", "times", "waiting")

    def __init__(self, limit: RateLimit, times: array[float] | memoryview[float] | None = None) -> None:
        self.calls = limit.calls
        self.margin = margin = limit.safety_margin
        self.padded_period = limit.period + margin
        self.lease = 1.0 + margin
        self.times = _IDLE * limit.calls if times is None else times
        self.oldest = 0
        self.paused_until = -math.inf
        self.waiting: dict[int, float] = {}

    def ready_at(self, ahead: int, now: float) -> float:
        """When a call may leave that has `ahead` others before it; in the past where it may leave now."""
        rounds = 0
        if ahead >= self.calls:
            rounds, ahead = divmod(ahead, self.calls)
        at: float = self.times[(self.oldest + ahead) % self.calls] + self.padded_period
        at = max(at, self.paused_until)
        return max(at, now) + rounds * self.padded_period if rounds else at

    def in_line(self, now: float) -> int:
        """How many calls wait; those whose owner has not come for them lose their place."""
        waiting = self.waiting
        if waiting and min(waiting.values()) + self.lease < now:
            self.waiting = waiting = {name: at for name, at in waiting.items() if at + self.lease >= now}
        return len(waiting)

    def place_of(self, name: int, now: float) -> int | None:
        """How many calls wait before this one; None where it is not in line, or no longer."""
        self.in_line(now)
        if name not in self.waiting:
            return None
        return next(place for place, other in enumerate(self.waiting) if other == name)

    def grant(self, at: float) -> None:
        """Enter a call that leaves at that time."""
        self.times[self.oldest] = at
        self.oldest = (self.oldest + 1) % self.calls

    def newest(self) -> float:
        """When the last call left."""
        at: float = self.times[self.oldest - 1]
        return at

    def remove(self, at: float) -> bool:
        """Take a call back that was to leave at that time and did not; whether it was there."""
        place = self._place(at)
        if place is None:
            return False
        newest = self.oldest - 1
        for later in range(place, newest):
            self.times[later] = self.times[later + 1]
        self.times[newest] = -math.inf
        self.oldest = newest % self.calls
        return True

    def _place(self, at: float) -> int | None:
        """Where in the ring a call is; sought from the newest on, as it was entered a moment ago."""
        for place in range(self.oldest - 1, self.oldest - 1 - self.calls, -1):
            if self.times[place] <= at:
                return place if self.times[place] == at else None
        return None

    def can_move(self, at: float, now: float) -> bool:
        """Whether a call that was entered at `at` and has not left may leave now instead."""
        return now - at < self.padded_period and now >= self.paused_until and self._place(at) is not None

    def move(self, at: float, now: float) -> None:
        """Enter a call as leaving now that was entered at `at`, or before all that are known."""
        self.remove(at)
        self.grant(max(now, self.newest()))

    def forget_unused(self, now: float) -> bool:
        """Whether nothing of this bucket matters any more: every token is there and nobody waits."""
        return self.newest() + self.padded_period <= now and self.paused_until <= now and not self.in_line(now)

    def copy(self) -> Bucket:
        """The same bucket, for reading."""
        twin = copy.copy(self)
        twin.times = array("d", self.times)
        twin.waiting = dict(self.waiting)
        return twin


class Reservation:
    """A call that may leave, or one that waits in line.

    Attributes:
        wait: Seconds from the reservation until it may leave; 0 where it may leave now.
        since: The time by which it was entered as leaving, on the clock of this process.
        times: The same per limit, on the clock of its bucket; empty while it waits.
        name: Its name in the line.
        paused: Whether it waits for the end of a pause, as everybody does.
        alone: Whether it was granted without the server that keeps the buckets.
    """

    __slots__ = ("alone", "name", "paused", "since", "times", "wait")

    def __init__(
        self,
        wait: float,
        since: float,
        times: Sequence[float] = (),
        name: int = 0,
        paused: bool = False,
        alone: bool = False,
    ) -> None:
        self.wait = wait
        self.since = since
        self.times = times
        self.name = name
        self.paused = paused
        self.alone = alone


Entry = tuple[Bucket, float]
"""A bucket, and the time now on its clock."""


def wait_for(entries: Sequence[Entry], places: Sequence[int]) -> float:
    """Seconds until a call may leave that has so many others before it in each bucket."""
    return max(bucket.ready_at(ahead, now) - now for (bucket, now), ahead in zip(entries, places, strict=True))


def claim(entries: Sequence[Entry], reservation: Reservation, since: float) -> float:
    """Let a waiting call leave if its time has come; `since` is now, on the clock of this process.

    Returns:
        Seconds still to wait; 0 where it may leave now; minus infinity where it has lost its place.
    """
    places = [bucket.place_of(reservation.name, now) for bucket, now in entries]
    found = [place for place in places if place is not None]
    if len(found) < len(places):
        leave_line(entries, reservation)
        return -math.inf
    wait = wait_for(entries, found)
    if wait > 0:
        for bucket, now in entries:
            bucket.waiting[reservation.name] = now + wait
        return wait
    # One that wakes a little late counts from its due time, or every period would lose what waking costs.
    late = min(-wait, min(bucket.margin for bucket, _ in entries) / 4)
    times = []
    for bucket, now in entries:
        del bucket.waiting[reservation.name]
        times.append(max(now - late, bucket.newest()))
        bucket.grant(times[-1])
    reservation.times, reservation.since, reservation.wait = times, since - late, 0.0
    return 0.0


def leave_line(entries: Sequence[Entry], reservation: Reservation) -> None:
    """Give a reservation back that was not used: a place in line, or the tokens."""
    for bucket, _ in entries:
        bucket.waiting.pop(reservation.name, None)
    for (bucket, _), at in zip(entries, reservation.times, strict=False):
        bucket.remove(at)
    reservation.times = ()


def move(entries: Sequence[Entry], reservation: Reservation, since: float) -> bool:
    """Count a call from now instead of from when it was granted; whether that is possible."""
    if not all(bucket.can_move(at, now) for (bucket, now), at in zip(entries, reservation.times, strict=False)) or len(
        reservation.times
    ) != len(entries):
        return False
    stamp(entries, reservation, since)
    return True


def stamp(entries: Sequence[Entry], reservation: Reservation, since: float) -> None:
    """Count a call from now that has left at some time until now."""
    for (bucket, now), at in zip(entries, reservation.times, strict=True):
        bucket.move(at, now)
    reservation.times, reservation.since = [bucket.newest() for bucket, _ in entries], since
