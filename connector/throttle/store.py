"""What every store of buckets does, and what a caller gets from it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from connector.errors import ThrottledError
from connector.throttle.bucket import Bucket, RateLimit


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

    def reserve(self, limits: Sequence[RateLimit], max_wait: float) -> Reservation:
        """Take a token from every bucket, in one step.

        Raises:
            ThrottledError: The wait would be longer than `max_wait` seconds; nothing was taken.
        """

    def release(self, limits: Sequence[RateLimit], reservation: Reservation) -> None:
        """Give a reservation back that was not used; exact where it is still the newest."""

    def remaining(self, limits: Sequence[RateLimit], reservation: Reservation) -> float:
        """Seconds until its time or a pause's end; negative once passed, minus infinity if it holds no longer."""

    def pause(self, limit: RateLimit, seconds: float) -> None:
        """Let nobody call for that many seconds: the service said so."""

    def peek(self, limit: RateLimit) -> tuple[Bucket, float]:
        """A bucket's ring as it is, not to be changed, and the time it is to be read at. Takes nothing."""

    def warnings(self) -> tuple[str, ...]:
        """What the user of a run should be told about the store's condition; empty when all is well."""


def throttled_error(wait: float, max_wait: float) -> ThrottledError:
    """The error of a caller who may wait `max_wait` seconds where `wait` would be needed."""
    return ThrottledError(
        f"The limit of calls is used up: the next call is possible in {wait:.1f} seconds, "
        f"longer than the {max_wait:g} that this run may wait.",
        wait=wait,
        hint="Run it later, or allow a longer wait.",
    )
