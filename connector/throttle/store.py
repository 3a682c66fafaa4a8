"""What every store of buckets does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from connector.clock import rounded
from connector.definition.number_text import number_text
from connector.errors import ThrottledError, UnavailableError
from connector.throttle.bucket import Bucket, RateLimit, Reservation

STORE_TIMEOUT = 5.0
"""Seconds for which a store waits for locks or a server where its caller has no deadline of its own."""


class ThrottleStoreError(UnavailableError):
    """The place where the call limit is kept did not respond in time, so no call was made."""

    code = "throttle_store"


class Store(Protocol):
    """Where buckets live: memory, files, a server. Every method is one short critical section.

    Each method that takes a `timeout` waits no longer than that many seconds for locks and servers, then raises
    `ThrottleStoreError`.
    """

    def reserve(self, limits: Sequence[RateLimit], max_wait: float, timeout: float = STORE_TIMEOUT) -> Reservation:
        """Take a token from every bucket, or a place in every line, in one step.

        Raises:
            ThrottledError: The wait would be longer than `max_wait` seconds; nothing was taken.
        """

    def claim(self, limits: Sequence[RateLimit], reservation: Reservation, timeout: float = STORE_TIMEOUT) -> float:
        """Let a waiting call leave if its time has come: it counts from now.

        Returns:
            Seconds still to wait; 0 where it may leave now; minus infinity where it has lost its place, because it
            came too late or because the store has changed, and must reserve again.
        """

    def depart(self, limits: Sequence[RateLimit], reservation: Reservation, timeout: float = STORE_TIMEOUT) -> bool:
        """Count a granted call from now, because it leaves later than it was granted; no other time is changed.

        Returns:
            Whether it may leave now. Where not (a pause has begun, or a whole period has passed), it must be released
            and reserved again.
        """

    def stamp(self, limits: Sequence[RateLimit], reservation: Reservation, timeout: float = STORE_TIMEOUT) -> None:
        """Count a granted call from now, because it has left at some time until now; a pause changes nothing."""

    def release(self, limits: Sequence[RateLimit], reservation: Reservation, timeout: float = STORE_TIMEOUT) -> None:
        """Give a reservation back whose call was not made, waiting or granted; everybody behind moves forward."""

    def pause(self, limit: RateLimit, seconds: float, timeout: float = STORE_TIMEOUT) -> None:
        """Let nobody call for that many seconds: the service asked for it."""

    def peek(self, limit: RateLimit, timeout: float = STORE_TIMEOUT) -> tuple[Bucket, float]:
        """A copy of a bucket, and the time now on its clock. Takes nothing."""

    def warnings(self) -> tuple[str, ...]:
        """What the user of a run should know about the store's condition; empty when all is well."""

    def close(self) -> None:
        """Close files and connections. The store can still be used; it opens them again."""


def throttled_error(wait: float, max_wait: float) -> ThrottledError:
    """The error of a caller who may wait `max_wait` seconds where `wait` would be needed."""
    return ThrottledError(
        f"The call limit is used up: the next call is possible in {rounded(wait, 1):.1f} seconds, "
        f"longer than the maximum wait of {number_text(rounded(max_wait, 3))} seconds.",
        wait=wait,
        hint="Run it later, or allow a longer wait.",
    )
