"""The token bucket: never more than N calls of one connection in any period, and all N of them when wanted.

Each token returns exactly one period, plus a guard, after it was taken. The k-th call is granted at

    t(k) = max(now, t(k - N) + period + guard, floor)

so the state of a bucket is the ring of its last N grants and a floor that a 429 raises. Taking a token only
reserves a time; the caller sleeps until then outside the lock, first come, first served.
"""

from __future__ import annotations

import contextlib
import copy
import math
import random
import threading
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from connector.clock import Clock
from connector.errors import ConnectorError, ThrottledError

_TRIES = 5
"""How often a caller that woke too late reserves again."""

_LEAST_GUARD = 0.05
_RNG = random.Random()  # noqa: S311 - spreads callers, hides nothing


class Bucket(NamedTuple):
    """One limit: never more than `calls` in any `period` seconds under this name."""

    name: str
    calls: int
    period: float

    @property
    def guard(self) -> float:
        """Seconds added to the period, because waking up and the way to the service are never exact."""
        return max(_LEAST_GUARD, self.period / 240)

    @property
    def span(self) -> float:
        """Seconds until a token that was taken is there again."""
        return self.period + self.guard


class Reservation(NamedTuple):
    """A call that may be made at a time of its own.

    Attributes:
        at: The granted time on the store's clock, in seconds.
        wait: Seconds from the reservation to that time.
        made: When it was reserved, on the clock of this process.
        marks: Per bucket the sequence number of the grant, so that the newest can be given back.
        replaced: Per bucket the older grant whose place in the ring this one took.
        paused: Whether it waits for the end of a pause, as everybody does.
        name: The reservation's own name, where the store knows it by one.
    """

    at: float
    wait: float
    made: float
    marks: tuple[int, ...]
    replaced: tuple[float, ...]
    paused: bool = False
    name: str = ""


class Store(Protocol):
    """Where buckets live: memory, files, a server. Every method is one short critical section."""

    def reserve(self, buckets: Sequence[Bucket], max_wait: float) -> Reservation:
        """Take a token from every bucket, in one step.

        Raises:
            ThrottledError: The wait would be longer than `max_wait` seconds; nothing was taken.
        """

    def release(self, buckets: Sequence[Bucket], reservation: Reservation) -> None:
        """Give a reservation back that was not used; exact where it is still the newest."""

    def remaining(self, buckets: Sequence[Bucket], reservation: Reservation) -> float:
        """Seconds until its time or a pause's end; negative once passed, minus infinity if it holds no longer."""

    def pause(self, bucket: Bucket, seconds: float) -> None:
        """Let nobody call for that many seconds: the service said so."""

    def look(self, bucket: Bucket) -> tuple[Ring, float]:
        """A bucket's ring as it is, not to be changed, and the time it is to be read at. Takes nothing."""

    def warnings(self) -> tuple[str, ...]:
        """What the user of a run should be told about the store's condition; empty when all is well."""


class Ring:
    """The last N grants of a bucket."""

    __slots__ = ("calls", "floor", "sequence", "span", "times")

    def __init__(self, bucket: Bucket) -> None:
        self.calls = bucket.calls
        self.span = bucket.span
        self.times = [-math.inf] * bucket.calls
        self.sequence = 0
        self.floor = -math.inf

    def next(self) -> float:
        """When the next token is there; in the past when it is there now."""
        at = self.times[self.sequence % self.calls] + self.span
        return at if at > self.floor else self.floor  # noqa: FURB136 - every call does it; max() takes twice as long

    def grant(self, at: float) -> float:
        """Take the next token at that time; the older grant whose place it takes."""
        place = self.sequence % self.calls
        older, self.times[place] = self.times[place], at
        self.sequence += 1
        return older

    def copy(self) -> Ring:
        """The same ring, for looking at."""
        twin = copy.copy(self)
        twin.times = list(self.times)
        return twin

    def due(self, count: int, now: float) -> float:
        """When the last of `count` further calls could be made, if they were all asked for at once."""
        rounds, place = divmod(count - 1, self.calls)
        first = self.times[(self.sequence + place) % self.calls] + self.span
        return max(now, first, self.floor) + rounds * self.span

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


class MemoryStore:
    """Buckets for the threads of one process.

    Args:
        clock: Where the time comes from.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._rings: dict[Bucket, Ring] = {}

    def _ring(self, bucket: Bucket) -> Ring:
        return self._rings.get(bucket) or self._rings.setdefault(bucket, Ring(bucket))

    def reserve(self, buckets: Sequence[Bucket], max_wait: float) -> Reservation:
        """Take a token from every bucket, in one step; see `Store.reserve`."""
        with self._lock:
            at = now = self._clock.monotonic()
            paused = False
            rings = []
            for bucket in buckets:
                rings.append(ring := self._ring(bucket))
                if (due := ring.next()) > at:
                    at, paused = due, due == ring.floor
            if at - now > max_wait:
                raise refusal(at - now, max_wait)
            marks, replaced = [], []
            for ring in rings:
                replaced.append(ring.grant(at))
                marks.append(ring.sequence)
            return Reservation(at, at - now, now, tuple(marks), tuple(replaced), paused)

    def release(self, buckets: Sequence[Bucket], reservation: Reservation) -> None:
        """Give the newest reservation back; an older one stays spent, which is safe."""
        with self._lock:
            rings = [self._ring(bucket) for bucket in buckets]
            for ring, mark, older in zip(rings, reservation.marks, reservation.replaced, strict=True):
                ring.undo(mark, older)

    def remaining(self, buckets: Sequence[Bucket], reservation: Reservation) -> float:
        """Seconds until the reserved time or the end of a pause; see `Store.remaining`."""
        with self._lock:
            floor = max(self._ring(bucket).floor for bucket in buckets)
            return max(reservation.at, floor) - self._clock.monotonic()

    def pause(self, bucket: Bucket, seconds: float) -> None:
        """Let nobody call for that many seconds."""
        with self._lock:
            ring = self._ring(bucket)
            ring.floor = max(ring.floor, self._clock.monotonic() + seconds)

    def look(self, bucket: Bucket) -> tuple[Ring, float]:
        """A copy of the bucket's ring, and the time now."""
        with self._lock:
            return self._ring(bucket).copy(), self._clock.monotonic()

    def warnings(self) -> tuple[str, ...]:
        """None: memory has no condition."""
        return ()


def refusal(wait: float, max_wait: float) -> ThrottledError:
    """The error of a caller who may wait `max_wait` seconds where `wait` would be needed."""
    return ThrottledError(
        f"The limit of calls is used up: the next call is possible in {wait:.1f} seconds, "
        f"longer than the {max_wait:g} that this run may wait.",
        wait=wait,
        hint="Run it later, or allow a longer wait.",
    )


def acquire(
    store: Store,
    clock: Clock,
    buckets: Sequence[Bucket],
    max_wait: float,
    cancelled: threading.Event | None = None,
    tell: Callable[[str, float], None] = lambda _reason, _seconds: None,
    rng: random.Random = _RNG,
) -> float:
    """Take a token from every bucket and wait for its time; the seconds waited.

    Args:
        store: Where the buckets live.
        clock: Where the waiting is done.
        buckets: The limits the call counts against.
        max_wait: Longest total wait in seconds.
        cancelled: Set by somebody else to give the place up.
        tell: Told of a wait before it begins: what for, and how many seconds.
        rng: Spreads those who wait for the end of one pause, within the guard.

    Raises:
        ThrottledError: The wait would be too long, or was cancelled; nothing is spent.
    """
    started = before = clock.monotonic()
    for _ in range(_TRIES):
        reservation = store.reserve(buckets, max(0.0, max_wait - (before - started)))
        late = 0.0
        try:
            if reservation.wait > 0:
                late = _wait(store, clock, buckets, reservation, started + max_wait, cancelled, tell, rng)
            else:
                _heed(cancelled)
        except BaseException:
            # What ended the wait is what matters; a place that cannot be given back stays spent.
            with contextlib.suppress(ConnectorError):
                store.release(buckets, reservation)
            raise
        before = clock.monotonic()
        late = max(late, before - reservation.made - reservation.wait)
        if late <= _LEAST_GUARD or late <= _guard(buckets):
            return before - started
        # Woken too late, or held by a pause: a call now could crowd the next window.
    raise ThrottledError("This machine is too busy to keep to the limit of calls.", hint="Run it later.")


def _guard(buckets: Sequence[Bucket]) -> float:
    """Seconds by which a call may be late without harm to any of the limits."""
    return buckets[0].guard if len(buckets) == 1 else min([bucket.guard for bucket in buckets])


def _heed(cancelled: threading.Event | None) -> None:
    if cancelled is not None and cancelled.is_set():
        raise ThrottledError("The run was cancelled while it waited for its turn.")


def _wait(
    store: Store,
    clock: Clock,
    buckets: Sequence[Bucket],
    reservation: Reservation,
    deadline: float,
    cancelled: threading.Event | None,
    tell: Callable[[str, float], None],
    rng: random.Random,
) -> float:
    """Sleep until the time has come and no pause holds; the seconds by which it has passed, infinity if all is void."""
    told, guard, paused = 0.0, _guard(buckets), reservation.paused
    while True:
        _heed(cancelled)
        left = store.remaining(buckets, reservation)
        if left <= 0:
            return -left
        if clock.monotonic() + left > deadline + guard:
            raise refusal(left, max(0.0, deadline - clock.monotonic()))
        if left > told:
            tell("waiting for the limit of calls", left)
            # Who has more to wait for than before is held by a pause that began meanwhile.
            paused = paused or told > 0
            told = left
        if paused:
            left += rng.uniform(0, guard / 2)
        clock.sleep(left, cancelled)
