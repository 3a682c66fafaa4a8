"""Buckets for many machines: one script in Redis, on the server's clock.

Redis decides alone and says how long to wait, never when: the clients' clocks differ. Every grant is remembered in
this process too, which bounds what a step of the server's clock can let through, and bridges an outage where that
was asked for.
"""

from __future__ import annotations

import math
import threading
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from connector.clock import Clock
from connector.errors import ThrottledError, UnavailableError
from connector.throttle.bucket import Bucket, RateLimit
from connector.throttle.store import Reservation, throttled_error

_MICRO = 1_000_000
_TRIES = 5
"""How often a thread asks again whose place in this process was taken by another."""

_SCRIPT = Path(__file__).with_name("acquire.lua")


class ThrottleStoreError(UnavailableError):
    """The server that keeps the limits cannot be reached, so no call is made."""

    code = "throttle_store"


class RedisStore:
    """Buckets in Redis, for every process on every machine that uses the same server.

    Args:
        client: A connected client; its own time-outs and retries apply.
        clock: Where this process's own time comes from.
        processes: How many processes share the limit while Redis cannot be reached: each then keeps to its share
            and the result says so. Nobody knows what the others did last, so the share begins one period after
            Redis was lost, and it binds for one period more after Redis came back. Left out, a run fails while
            Redis is gone.
        prefix: Begins every key.
    """

    def __init__(
        self, client: redis.Redis, clock: Clock, *, processes: int | None = None, prefix: str = "throttle"
    ) -> None:
        self._clock = clock
        self._processes = processes
        self._prefix = prefix
        self._script = client.register_script(self._lua())
        self._lock = threading.Lock()
        self._local_copies: dict[RateLimit, Bucket] = {}
        self._lost = False
        self._lost_at = self._back_at = -math.inf
        self._alone = threading.local()

    @classmethod
    def from_url(cls, url: str, clock: Clock, **options: Any) -> RedisStore:
        """A store on the server at `redis://host:port/db`; time-outs of a few seconds, one try again."""
        again = Retry(NoBackoff(), 1)
        client = redis.Redis.from_url(
            url, socket_timeout=5, socket_connect_timeout=5, health_check_interval=30, retry=again
        )
        return cls(client, clock, **options)

    @staticmethod
    def _lua() -> str:
        return _SCRIPT.read_text(encoding="utf-8")

    def reserve(self, limits: Sequence[RateLimit], max_wait: float) -> Reservation:
        """Take a token from every bucket, in one step; see `Store.reserve`."""
        for _ in range(_TRIES):
            request = uuid.uuid4().hex
            made = self._clock.monotonic()
            arguments: list[Any] = [request, _micro(self._own_wait(limits, made)), _micro(min(max_wait, 1e9))]
            for limit in limits:
                arguments += [limit.calls, _micro(limit.padded_period)]
            answer = self._call("reserve", limits, arguments)
            if answer is None:
                return self._shared(limits, max_wait)
            granted, wait, paused = int(answer[0]), int(answer[1]) / _MICRO, bool(int(answer[2]))
            if not granted:
                raise throttled_error(wait, max_wait)
            reservation = self._noted(limits, wait, made, paused=paused, name=request)
            if reservation is not None:
                return reservation
            self._call("release", limits, [request])
        raise ThrottledError("This machine is too busy to keep to the limit of calls.", hint="Run it later.")

    def release(self, limits: Sequence[RateLimit], reservation: Reservation) -> None:
        """Give the newest reservation back; an older one stays spent, which is safe."""
        with self._lock:
            for limit, mark, older in zip(limits, reservation.marks, reservation.replaced, strict=True):
                self._local_copy(limit).undo(mark, older)
        if reservation.name:
            self._call("release", limits, [reservation.name])

    def remaining(self, limits: Sequence[RateLimit], reservation: Reservation) -> float:
        """Seconds until the reserved time or the end of a pause; see `Store.remaining`.

        What Redis granted holds only while Redis is there, and what was taken from the share only while it is gone.
        """
        answer = self._call("remaining", limits, [])
        if (answer is None) is bool(reservation.name):
            return -math.inf
        now = self._clock.monotonic()
        if answer is not None:
            return max(reservation.at - now, int(answer) / _MICRO)
        with self._lock:
            return max(reservation.at, *[self._local_copy(limit).paused_until for limit in limits]) - now

    def pause(self, limit: RateLimit, seconds: float) -> None:
        """Let nobody on any machine call for that many seconds."""
        with self._lock:
            bucket = self._local_copy(limit)
            bucket.paused_until = max(bucket.paused_until, self._clock.monotonic() + seconds)
        self._call("pause", [limit], [_micro(seconds)])

    def peek(self, limit: RateLimit) -> tuple[Bucket, float]:
        """The bucket's ring as it is, and the time it is to be read at; this process's share while Redis is gone."""
        answer = self._call("peek", [limit], [limit.calls])
        if answer is None:
            with self._lock:
                share = self._share(limit)
            if math.isinf(share.next_at()):
                raise _gone("and the share of one process is less than one call")
            return share, self._clock.monotonic()
        now, paused_until, *grants = (int(number) / _MICRO for number in answer)
        bucket = Bucket(limit)
        bucket.paused_until = paused_until or -math.inf
        for at in reversed(grants):
            bucket.grant(at)
        return bucket, now

    def warnings(self) -> tuple[str, ...]:
        """What somebody should be told: that each process keeps to its share while Redis is gone."""
        if not getattr(self._alone, "now", False):
            return ()
        return (f"Redis could not be reached: this process kept to its share, one in {self._processes} of the limit.",)

    def _own_wait(self, limits: Sequence[RateLimit], now: float) -> float:
        """Seconds for which this process has to wait, whatever Redis knows of its calls."""
        with self._lock:
            return max(0.0, *[self._own_next(limit) - now for limit in limits])

    def _own_next(self, limit: RateLimit) -> float:
        at = self._local_copy(limit).next_at()
        shared_until = self._back_at + limit.padded_period
        # Others may have used their shares until now, of which Redis knows nothing.
        return max(at, min(self._share(limit).next_at(), shared_until)) if at < shared_until else at

    def _noted(
        self, limits: Sequence[RateLimit], wait: float, made: float, *, paused: bool, name: str
    ) -> Reservation | None:
        """The grant of Redis as this process sees it; None where others of its threads were faster."""
        with self._lock:
            now = self._clock.monotonic()
            own = max(self._own_next(limit) for limit in limits)
            if own - (now + wait) > min(limit.safety_margin for limit in limits):
                return None
            # A pause that began here is known here to the microsecond, and in Redis a little later.
            paused = paused or (wait > 0 and any(self._local_copy(limit).paused_until > now for limit in limits))
            return self._granted(limits, now + wait, wait, made, paused=paused, name=name)

    def _shared(self, limits: Sequence[RateLimit], max_wait: float) -> Reservation:
        """A token of this process's share."""
        with self._lock:
            now = self._clock.monotonic()
            at = max(now, *[self._share(limit).next_at() for limit in limits])
            if math.isinf(at):
                raise _gone("and the share of one process is less than one call")
            if at - now > max_wait:
                raise throttled_error(at - now, max_wait)
            return self._granted(limits, at, at - now, now, paused=False, name="")

    def _granted(
        self, limits: Sequence[RateLimit], at: float, wait: float, made: float, *, paused: bool, name: str
    ) -> Reservation:
        buckets = [self._local_copy(limit) for limit in limits]
        replaced = tuple(bucket.grant(at) for bucket in buckets)
        return Reservation(at, wait, made, tuple(bucket.sequence for bucket in buckets), replaced, paused, name)

    def _local_copy(self, limit: RateLimit) -> Bucket:
        return self._local_copies.get(limit) or self._local_copies.setdefault(limit, Bucket(limit))

    def _share(self, limit: RateLimit) -> Bucket:
        """What this process may use of the bucket by itself; nothing, for ever, where that is less than one call."""
        calls = limit.calls // (self._processes or 1)
        local = self._local_copy(limit)
        bucket = Bucket(limit._replace(calls=max(1, calls)))
        for place in range(local.sequence - bucket.calls, local.sequence):
            bucket.grant(local.times[place % local.calls])
        bucket.paused_until = max(local.paused_until, self._lost_at + limit.padded_period) if calls else math.inf
        return bucket

    def _call(self, act: str, limits: Sequence[RateLimit], arguments: list[Any]) -> Any:
        """The script's answer; None while Redis is gone and that is allowed for.

        Raises:
            ThrottleStoreError: Redis is gone, and no share was agreed on.
        """
        # One hash tag for all keys of a connection: a cluster keeps them on one node.
        tag = f"{self._prefix}:{{{limits[0].name.partition('/')[0]}}}"
        keys = [f"{tag}:{limit.name}:{limit.calls}:{limit.period:g}" for limit in limits]
        try:
            answer = self._script(keys=[f"{tag}:clock", *keys], args=[act, *arguments])
        except redis.RedisError as error:
            if self._processes is None:
                raise _gone(type(error).__name__) from None
            self._turn(lost=True)
            return None
        self._turn(lost=False)
        return answer

    def _turn(self, *, lost: bool) -> None:
        """Redis has gone, or has come back, or is as it was."""
        self._alone.now = lost
        with self._lock:
            if lost is self._lost:
                return
            self._lost = lost
            now = self._clock.monotonic()
            if lost:
                self._lost_at = now
            else:
                self._back_at = now
            for bucket in self._local_copies.values():
                bucket.forget_after(now)


def _micro(seconds: float) -> str:
    return f"{seconds * _MICRO:.0f}"


def _gone(reason: str) -> ThrottleStoreError:
    return ThrottleStoreError(
        f"The limit of calls is kept in Redis, and Redis could not be reached: {reason}.",
        hint="Start it, or check its address. No call was made.",
    )
