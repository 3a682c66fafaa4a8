"""What one process may use of a limit while the server that keeps it is gone."""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence

from connector.throttle import bucket as rule
from connector.throttle.bucket import Bucket, RateLimit, Reservation
from connector.throttle.memory_store import Buckets
from connector.throttle.store import ThrottleStoreError, throttled_error


class Share:
    """One process's share of every limit, from the copy that it keeps of its own calls. Its caller holds the lock.

    Args:
        processes: How many processes share the limits; None where nobody may call while the server is gone.
        local: This process's own calls.
    """

    def __init__(self, processes: int | None, local: Buckets) -> None:
        self.processes = processes
        self._local = local
        self._lines: dict[RateLimit, dict[int, float]] = {}
        self._lost = False
        self._lost_at = self._back_at = -math.inf
        self._alone = threading.local()

    def turn(self, now: float, *, lost: bool) -> None:
        """The server has gone, or has come back, or is as it was."""
        self._alone.now = lost
        if lost is self._lost:
            return
        self._lost = lost
        self._lines.clear()
        if lost:
            self._lost_at = now
        else:
            self._back_at = now

    def warnings(self) -> tuple[str, ...]:
        """That this thread's last call was made alone."""
        if not getattr(self._alone, "now", False):
            return ()
        return (f"Redis could not be reached: this process kept to its share, 1/{self.processes} of the call limit.",)

    def bucket(self, limit: RateLimit, now: float) -> Bucket:
        """The share as a bucket.

        Raises:
            ThrottleStoreError: It is less than one call.
        """
        share = self._share(limit, now)
        if share is None:
            raise ThrottleStoreError(
                "The call limit is kept in Redis, Redis could not be reached, and the share of one process is less "
                "than one call.",
                hint="Start it, or check its address. No call was made.",
            )
        share.waiting = self._lines.setdefault(limit, {})
        return share

    def _share(self, limit: RateLimit, now: float) -> Bucket | None:
        calls = limit.calls // (self.processes or 1)
        if not calls:
            return None
        local, share = self._local.of(limit, now), Bucket(limit._replace(calls=calls))
        for place in range(local.oldest - calls, local.oldest):
            share.grant(local.times[place % local.calls])
        share.paused_until = max(local.paused_until, self._lost_at + limit.padded_period)
        return share

    def own_ready_at(self, limit: RateLimit, now: float) -> float:
        """When this process may call by its own calls alone."""
        at = self._local.of(limit, now).ready_at(0, now)
        until = self._back_at + limit.padded_period
        if at >= until:
            return at
        # Others may have used their shares until now, of which the server knows nothing.
        share = self._share(limit, now)
        return max(at, until if share is None else min(share.ready_at(0, now), until))

    def reserve(self, limits: Sequence[RateLimit], max_wait: float, now: float, name: int) -> Reservation:
        """A token of the share, or a place in its line; see `Store.reserve`."""
        entries = self._entries(limits, now)
        wait = rule.wait_for(entries, [bucket.in_line(now) for bucket, _ in entries])
        if wait > max_wait:
            raise throttled_error(wait, max_wait)
        reservation = Reservation(max(0.0, wait), now, (), name, False, True)
        if wait <= 0:
            self._enter(limits, reservation, now)
        else:
            for bucket, _ in entries:
                bucket.waiting[name] = now + wait
            self._keep(limits, entries)
        return reservation

    def claim(self, limits: Sequence[RateLimit], reservation: Reservation, now: float) -> float:
        """Let a call that waits in the share's line leave; see `Store.claim`."""
        entries = self._entries(limits, now)
        left = rule.claim(entries, reservation, now)
        self._keep(limits, entries)
        if left == 0:
            self._enter(limits, reservation, reservation.since)
        return left

    def can_move(self, limits: Sequence[RateLimit], reservation: Reservation, now: float) -> bool:
        """Whether a call that was granted alone may still leave."""
        return len(reservation.times) == len(limits) and all(
            self._local.of(limit, now).can_move(at, now) for limit, at in zip(limits, reservation.times, strict=True)
        )

    def leave(self, limits: Sequence[RateLimit], reservation: Reservation) -> None:
        """Give a place in the share's line back."""
        for limit in limits:
            self._lines.get(limit, {}).pop(reservation.name, None)

    def _entries(self, limits: Sequence[RateLimit], now: float) -> list[rule.Entry]:
        return [(self.bucket(limit, now), now) for limit in limits]

    def _keep(self, limits: Sequence[RateLimit], entries: Sequence[rule.Entry]) -> None:
        """A bucket that drops who did not come makes a line of its own."""
        for limit, (bucket, _) in zip(limits, entries, strict=True):
            self._lines[limit] = bucket.waiting

    def _enter(self, limits: Sequence[RateLimit], reservation: Reservation, at: float) -> None:
        times = []
        for limit in limits:
            local = self._local.of(limit, at)
            times.append(max(at, local.newest()))
            local.grant(times[-1])
        reservation.times = times
