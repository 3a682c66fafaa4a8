"""Waiting for the call limit: reserve a time, sleep until then outside any lock, first come, first served."""

from __future__ import annotations

import contextlib
import random
import threading
from collections.abc import Callable, Sequence

from connector.clock import Clock
from connector.errors import ConnectorError, ThrottledError
from connector.throttle.bucket import LEAST_SAFETY_MARGIN, RateLimit
from connector.throttle.store import Reservation, Store, throttled_error

_TRIES = 5
"""How often a caller that woke too late reserves again."""

_RNG = random.Random()  # noqa: S311 - spreads callers, hides nothing


def acquire(
    store: Store,
    clock: Clock,
    limits: Sequence[RateLimit],
    max_wait: float,
    cancelled: threading.Event | None = None,
    on_wait: Callable[[str, float], None] = lambda _reason, _seconds: None,
    rng: random.Random = _RNG,
) -> float:
    """Take a token from every bucket and wait for its time; the seconds waited.

    Args:
        store: Where the buckets live.
        clock: Where the waiting is done.
        limits: The limits the call counts against.
        max_wait: Longest total wait in seconds.
        cancelled: Set by somebody else to give the place up.
        on_wait: Told of a wait before it begins: what for, and how many seconds.
        rng: Spreads those who wait for the end of one pause, within the safety margin.

    Raises:
        ThrottledError: The wait would be too long, or was cancelled; nothing is spent.
    """
    started = before = clock.monotonic()
    for _ in range(_TRIES):
        reservation = store.reserve(limits, max(0.0, max_wait - (before - started)))
        late = 0.0
        try:
            if reservation.wait > 0:
                late = _wait(store, clock, limits, reservation, started + max_wait, cancelled, on_wait, rng)
            else:
                _heed(cancelled)
        except BaseException:
            # What ended the wait is what matters; a place that cannot be given back stays spent.
            with contextlib.suppress(ConnectorError):
                store.release(limits, reservation)
            raise
        before = clock.monotonic()
        late = max(late, before - reservation.made - reservation.wait)
        if late <= LEAST_SAFETY_MARGIN or late <= _safety_margin(limits):
            return before - started
        # Woken too late, or held by a pause: a call now could crowd the next window.
    raise ThrottledError("This machine is too busy to keep to the limit of calls.", hint="Run it later.")


def _safety_margin(limits: Sequence[RateLimit]) -> float:
    """Seconds by which a call may be late without harm to any of the limits."""
    return limits[0].safety_margin if len(limits) == 1 else min([limit.safety_margin for limit in limits])


def _heed(cancelled: threading.Event | None) -> None:
    if cancelled is not None and cancelled.is_set():
        raise ThrottledError("The run was cancelled while it waited for its turn.")


def _wait(
    store: Store,
    clock: Clock,
    limits: Sequence[RateLimit],
    reservation: Reservation,
    deadline: float,
    cancelled: threading.Event | None,
    on_wait: Callable[[str, float], None],
    rng: random.Random,
) -> float:
    """Sleep until the time has come and no pause holds; the seconds by which it has passed, infinity if all is void."""
    told, safety_margin, paused = 0.0, _safety_margin(limits), reservation.paused
    while True:
        _heed(cancelled)
        left = store.remaining(limits, reservation)
        if left <= 0:
            return -left
        if clock.monotonic() + left > deadline + safety_margin:
            raise throttled_error(left, max(0.0, deadline - clock.monotonic()))
        if left > told:
            on_wait("waiting for the limit of calls", left)
            # Who has more to wait for than before is held by a pause that began meanwhile.
            paused = paused or told > 0
            told = left
        if paused:
            left += rng.uniform(0, safety_margin / 2)
        clock.sleep(left, cancelled)
