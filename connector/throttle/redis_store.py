"""Buckets for many machines: one script in Redis, on the server's clock.

Redis decides alone and says how long to wait, never when: the clients' clocks differ. Each process keeps a local copy
of its own calls and of the server's time. They show when the server has lost its state or when its clock was set
forward, and bridge an outage where that is wanted.
"""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import redis

from connector.clock import Clock, SystemClock
from connector.throttle import redis_connection
from connector.throttle.bucket import Bucket, RateLimit, Reservation, stamp
from connector.throttle.fork import renew_in_child
from connector.throttle.memory_store import Buckets
from connector.throttle.outage import Share
from connector.throttle.store import STORE_TIMEOUT, ThrottleStoreError, throttled_error

_MICRO = 1_000_000
_SCRIPT = Path(__file__).with_name("acquire.lua")
_REMEMBERED = 10_000
"""Connections whose keys, and whose time on the server, are remembered."""


class RedisStore:
    """Buckets in Redis, for every process on every machine that uses the same server.

    A server that lost its state (a restart without persistence, FLUSHALL, evicted keys) begins as if every token had
    just been used: whoever comes first waits one period. It cannot be distinguished from a new server, so the first
    call on a new one may wait up to a period as well.

    Args:
        client: A connected client; its own time-outs and retries apply. `from_url` makes one that keeps deadlines.
        clock: Where this process's own time comes from.
        processes: How many processes share the limit while Redis cannot be reached: each then keeps to its share
            and the result says so. Nobody knows what the others did last, so the share begins one period after
            Redis was lost, and it holds for one period more after Redis came back. Left out, a run fails while
            Redis cannot be reached.
        prefix: Begins every key.
        empty_is_new: Take a server without any state for a new one. Only for servers that never lose it.
    """

    def __init__(
        self,
        client: redis.Redis,
        clock: Clock,
        *,
        processes: int | None = None,
        prefix: str = "throttle",
        empty_is_new: bool = False,
    ) -> None:
        self._redis = client
        self._clock = clock
        self._prefix = prefix
        self._empty_is_new = empty_is_new
        self._script = client.register_script(self._lua())
        self._lock = threading.Lock()
        self._local = Buckets()
        self._known_places: dict[tuple[RateLimit, ...], tuple[str, list[bytes], list[bytes], float]] = {}
        self._anchors: dict[str, tuple[int, float]] = {}
        self._share = Share(processes, self._local)
        self._lost_state_until = -math.inf
        self._owns_client = False
        renew_in_child(self)

    @classmethod
    def from_url(cls, url: str, clock: Clock | None = None, **options: Any) -> Self:
        """A store on the server at `redis://host:port/db`, with a response within 2 seconds or the run's deadline."""
        store = cls(redis_connection.client(url), clock or SystemClock(), **options)
        store._owns_client = True
        return store

    @staticmethod
    def _lua() -> str:
        return _SCRIPT.read_text(encoding="utf-8")

    def reserve(self, limits: Sequence[RateLimit], max_wait: float, timeout: float = STORE_TIMEOUT) -> Reservation:
        """Take a token from every bucket, or a place in every line; see `Store.reserve`."""
        name = int.from_bytes(os.urandom(8), "little")
        made, own = self._own_wait(limits)
        reply = self._call("reserve", limits, [f"{name:x}", _micro(own), _micro(min(max_wait, 1e9))], timeout)
        if reply is None:
            with self._lock:
                return self._share.reserve(limits, max_wait, self._clock.monotonic(), name)
        taken, wait, paused = int(reply[0]), int(reply[1]) / _MICRO, bool(int(reply[2]))
        if not taken:
            raise throttled_error(wait, max_wait)
        reservation = Reservation(wait, made, (), name, paused)
        if wait <= 0:
            self._note(limits, reservation)
        return reservation

    def claim(self, limits: Sequence[RateLimit], reservation: Reservation, timeout: float = STORE_TIMEOUT) -> float:
        """Let a waiting call leave if its time has come; see `Store.claim`.

        A place in the server's line holds only while the server is there, and one in the share only while it is gone.
        """
        made, own = self._own_wait(limits)
        tolerance = min(limit.safety_margin for limit in limits) / 4
        reply = self._call("claim", limits, [f"{reservation.name:x}", _micro(own), _micro(tolerance)], timeout)
        if (reply is None) is not reservation.alone:
            if reservation.alone:
                self.release(limits, reservation, timeout)
            return -math.inf
        if reply is None:
            with self._lock:
                return self._share.claim(limits, reservation, self._clock.monotonic())
        if not int(reply[0]):
            return -math.inf
        wait = int(reply[1]) / _MICRO
        if wait <= 0:
            reservation.wait, reservation.since = 0.0, made - int(reply[3]) / _MICRO
            self._note(limits, reservation)
        return wait

    def depart(self, limits: Sequence[RateLimit], reservation: Reservation, timeout: float = STORE_TIMEOUT) -> bool:
        """Count a granted call from now; see `Store.depart`."""
        made = self._clock.monotonic()
        reply = self._call("depart", limits, [f"{reservation.name:x}"], timeout)
        if (reply is None) is not reservation.alone or (reply is not None and not int(reply[0])):
            return False
        with self._lock:
            if reply is None and not self._share.can_move(limits, reservation, made):
                return False
            self._stamp_own(limits, reservation, made)
        return True

    def stamp(self, limits: Sequence[RateLimit], reservation: Reservation, timeout: float = STORE_TIMEOUT) -> None:
        """Count a call from now that has left; see `Store.stamp`."""
        with self._lock:
            self._stamp_own(limits, reservation, self._clock.monotonic())
        if not reservation.alone:
            self._call("stamp", limits, [f"{reservation.name:x}"], timeout)

    def _stamp_own(self, limits: Sequence[RateLimit], reservation: Reservation, now: float) -> None:
        """Count a call from now in this process's own copy."""
        entries = [(self._local.of(limit, now), now) for limit in limits]
        stamp(entries, reservation, now)

    def release(self, limits: Sequence[RateLimit], reservation: Reservation, timeout: float = STORE_TIMEOUT) -> None:
        """Give a reservation back whose call was not made."""
        with self._lock:
            self._share.leave(limits, reservation)
            now = self._clock.monotonic()
            for limit, at in zip(limits, reservation.times, strict=False):
                self._local.of(limit, now).remove(at)
            reservation.times = ()
        if not reservation.alone:
            self._call("release", limits, [f"{reservation.name:x}"], timeout)

    def pause(self, limit: RateLimit, seconds: float, timeout: float = STORE_TIMEOUT) -> None:
        """Let nobody on any machine call for that many seconds."""
        with self._lock:
            now = self._clock.monotonic()
            bucket = self._local.of(limit, now)
            bucket.paused_until = max(bucket.paused_until, now + seconds)
        self._call("pause", [limit], [_micro(seconds)], timeout)

    def peek(self, limit: RateLimit, timeout: float = STORE_TIMEOUT) -> tuple[Bucket, float]:
        """A copy of the bucket, and the time now on its clock; of this process's share while Redis is gone."""
        reply = self._call("peek", [limit], [], timeout)
        if reply is None:
            with self._lock:
                now = self._clock.monotonic()
                return self._share.bucket(limit, now), now
        bucket = Bucket(limit)
        bucket.paused_until = int(reply[1]) / _MICRO or -math.inf
        now = int(reply[0]) / _MICRO
        bucket.waiting = dict.fromkeys(range(int(reply[2])), math.inf)
        for at in reversed(reply[3:]):
            bucket.grant(int(at) / _MICRO)
        return bucket, now

    def warnings(self) -> tuple[str, ...]:
        """What the user should know: that Redis has lost its state, or could not be reached."""
        shown = []
        if self._clock.monotonic() < self._lost_state_until:
            shown.append("Redis is new or has lost the call limit's state. All its calls count as just made.")
        return (*shown, *self._share.warnings())

    def close(self) -> None:
        """Close the connections to the server, if `from_url` opened them."""
        if self._owns_client:
            self._redis.close()

    def start_over(self) -> None:
        """For a forked child; the client makes connections of its own there."""
        self._lock = threading.Lock()

    def _own_wait(self, limits: Sequence[RateLimit]) -> tuple[float, float]:
        """The time, and the seconds for which this process has to wait, whatever Redis knows of its calls."""
        with self._lock:
            now = self._clock.monotonic()
            due = [self._share.own_ready_at(limit, now) for limit in limits]
            return now, max(0.0, max(due) - now)

    def _note(self, limits: Sequence[RateLimit], reservation: Reservation) -> None:
        """Enter a call in this process's own copy."""
        with self._lock:
            times = []
            for limit in limits:
                bucket = self._local.of(limit, reservation.since)
                times.append(max(reservation.since, bucket.newest()))
                bucket.grant(times[-1])
            reservation.times = times

    def _places(self, limits: tuple[RateLimit, ...]) -> tuple[str, list[bytes], list[bytes], float]:
        """The connection's name, the keys, the limits as the script takes them, and the longest padded period."""
        found = self._known_places.get(limits)
        if found is None:
            if len(self._known_places) >= _REMEMBERED:
                self._known_places.clear()
            # One hash tag for all keys of a connection: a cluster keeps them on one node.
            tag = f"{self._prefix}:{{{limits[0].name.partition('/')[0]}}}"
            keys, shown = [f"{tag}:clock".encode()], []
            for limit in limits:
                key = f"{tag}:{limit.name}:{limit.calls}:{limit.period:g}"
                keys += [key.encode(), f"{key}:line".encode(), f"{key}:told".encode()]
                shown += [b"%d" % limit.calls, _micro(limit.padded_period)]
            found = self._known_places[limits] = (tag, keys, shown, max(limit.padded_period for limit in limits))
        return found

    def _call(self, act: str, limits: Sequence[RateLimit], arguments: Sequence[Any], timeout: float) -> Any:
        """What the script returns; None while Redis is gone and this process has a share.

        Raises:
            ThrottleStoreError: Redis cannot be reached, and no share was agreed on.
        """
        tag, keys, shown, longest = self._places(tuple(limits))
        before = self._clock.monotonic()
        anchor = self._anchors.get(tag)
        expected = b"new" if self._empty_is_new else b""
        if anchor is not None and before - anchor[1] < longest:
            expected = b"%.0f" % (anchor[0] + (before - anchor[1]) * _MICRO)
        redis_connection.bound(timeout)
        try:
            reply = self._script(keys=keys, args=[act, expected, *shown, *arguments]).split()
        except redis.RedisError as error:
            if self._share.processes is None:
                raise _gone(error) from None
            with self._lock:
                self._share.turn(self._clock.monotonic(), lost=True)
            return None
        with self._lock:
            self._share.turn(before, lost=False)
            self._remember(tag, int(reply[0]), before)
            if int(reply[1]):
                self._lost_state_until = before + 2 * longest
        return reply[2:]

    def _remember(self, tag: str, server: int, own: float) -> None:
        """Note what time it was on the server, by which a step of its clock shows."""
        if tag not in self._anchors and len(self._anchors) >= _REMEMBERED:
            del self._anchors[next(iter(self._anchors))]
        self._anchors[tag] = (server, own)


def _micro(seconds: float) -> bytes:
    return b"%.0f" % (seconds * _MICRO)


def _gone(error: Exception) -> ThrottleStoreError:
    reason = "it did not respond in time" if isinstance(error, redis.TimeoutError) else type(error).__name__
    return ThrottleStoreError(
        f"The call limit is kept in Redis, and Redis could not be reached: {reason}.",
        hint="Start it, or check its address. No call was made.",
    )
