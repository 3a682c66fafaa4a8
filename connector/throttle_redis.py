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
from typing import Any

import redis

from connector.clock import Clock
from connector.errors import UnavailableError
from connector.throttle import Bucket, Reservation, Ring, refusal

_MICRO = 1_000_000

# KEYS: the clock's hash, then one sorted set per bucket. Times are microseconds; they are formatted with %.0f,
# because Lua's own tostring would round them. ARGV: see each script.
_NOW = """
local time = redis.call('TIME')
local raw = time[1] * 1000000 + time[2]
local clock = redis.call('HMGET', KEYS[1], 'last', 'offset', 'floor')
local last, offset, floor = tonumber(clock[1]) or raw, tonumber(clock[2]) or 0, tonumber(clock[3]) or 0
if raw < last then offset = offset + last - raw end
local now = raw + offset
redis.call('HSET', KEYS[1], 'last', string.format('%.0f', raw), 'offset', string.format('%.0f', offset))
local function keep(key, microseconds)
    local wanted = math.ceil(microseconds / 1000) + 1000
    if redis.call('PTTL', key) < wanted then redis.call('PEXPIRE', key, string.format('%.0f', wanted)) end
end
"""

# ARGV: request id, longest wait, then calls and span per bucket. Answers {granted, wait, time}.
_RESERVE = (
    _NOW
    + """
local known = redis.call('ZSCORE', KEYS[2], ARGV[1])
local at = math.max(now, floor)
if known then
    at = tonumber(known)
else
    for i = 2, #KEYS do
        local calls, span = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
        local older = redis.call('ZREVRANGE', KEYS[i], calls - 1, calls - 1, 'WITHSCORES')[2]
        if older then at = math.max(at, tonumber(older) + span) end
    end
end
local longest = 0
for i = 2, #KEYS do longest = math.max(longest, tonumber(ARGV[2 * i])) end
keep(KEYS[1], math.max(at, floor) - now + 2 * longest)
if not known then
    if at - now > tonumber(ARGV[2]) then return {0, string.format('%.0f', at - now), '0'} end
    for i = 2, #KEYS do
        local span = tonumber(ARGV[2 * i])
        redis.call('ZADD', KEYS[i], string.format('%.0f', at), ARGV[1])
        redis.call('ZREMRANGEBYSCORE', KEYS[i], '-inf', string.format('(%.0f', now - span))
        keep(KEYS[i], at - now + 2 * span)
    end
end
return {1, string.format('%.0f', math.max(0, at - now)), string.format('%.0f', at)}
"""
)

# ARGV: request id. Gives the grant back where it is the newest.
_RELEASE = """
for i = 1, #KEYS do
    if redis.call('ZREVRANGE', KEYS[i], 0, 0)[1] == ARGV[1] then redis.call('ZREM', KEYS[i], ARGV[1]) end
end
return 1
"""

# ARGV: the granted time. Answers the microseconds that are left of it and of a pause.
_REMAINING = _NOW + "return string.format('%.0f', math.max(tonumber(ARGV[1]), floor) - now)"

# ARGV: microseconds.
_PAUSE = (
    _NOW
    + """
floor = math.max(floor, now + tonumber(ARGV[1]))
redis.call('HSET', KEYS[1], 'floor', string.format('%.0f', floor))
keep(KEYS[1], floor - now + 60000000)
return 1
"""
)

# Answers now, the floor, and the newest grants of the bucket, newest first. ARGV: calls.
_LOOK = (
    _NOW
    + """
local answer = {string.format('%.0f', now), string.format('%.0f', floor)}
local grants = redis.call('ZREVRANGE', KEYS[2], 0, tonumber(ARGV[1]) - 1, 'WITHSCORES')
for i = 2, #grants, 2 do answer[#answer + 1] = grants[i] end
return answer
"""
)


class ThrottleStoreError(UnavailableError):
    """The server that keeps the buckets cannot be reached, so no call is made."""

    code = "throttle_store"


class RedisStore:
    """Buckets in Redis, for every process on every machine that uses the same server.

    Args:
        client: A connected client; its own time-outs and retries apply.
        clock: Where this process's own time comes from.
        processes: How many processes share the limit while Redis cannot be reached: each then keeps to its share
            and the result says so. Left out, a run fails while Redis is gone.
        prefix: Begins every key.
    """

    def __init__(
        self, client: redis.Redis, clock: Clock, *, processes: int | None = None, prefix: str = "throttle"
    ) -> None:
        self._clock = clock
        self._processes = processes
        self._prefix = prefix
        self._scripts = {
            name: client.register_script(text)
            for name, text in {
                "reserve": _RESERVE,
                "release": _RELEASE,
                "remaining": _REMAINING,
                "pause": _PAUSE,
                "look": _LOOK,
            }.items()
        }
        self._lock = threading.Lock()
        self._shadows: dict[str, Ring] = {}
        self._lost = False

    @classmethod
    def from_url(cls, url: str, clock: Clock, **options: Any) -> RedisStore:
        """A store on the server at `redis://host:port/db`; time-outs of a few seconds, one try again."""
        client = redis.Redis.from_url(url, socket_timeout=5, socket_connect_timeout=5, health_check_interval=30)
        return cls(client, clock, **options)

    def reserve(self, buckets: Sequence[Bucket], max_wait: float) -> Reservation:
        """Take a token from every bucket, in one step; see `Store.reserve`."""
        request = uuid.uuid4().hex
        arguments: list[Any] = [request, f"{min(max_wait, 1e9) * _MICRO:.0f}"]
        for bucket in buckets:
            arguments += [bucket.calls, f"{(bucket.period + bucket.guard) * _MICRO:.0f}"]
        answer = self._call("reserve", buckets, arguments)
        if answer is None:
            return self._shadowed(buckets, 0.0, max_wait, "", None)
        granted, wait, at = int(answer[0]), int(answer[1]) / _MICRO, int(answer[2])
        if not granted:
            raise refusal(wait, max_wait)
        try:
            return self._shadowed(buckets, wait, max_wait, request, at)
        except BaseException:
            self._call("release", buckets, [request], clock=False)
            raise

    def release(self, buckets: Sequence[Bucket], reservation: Reservation) -> None:
        """Give the newest reservation back; an older one stays spent, which is safe."""
        with self._lock:
            for bucket, mark, older in zip(buckets, reservation.marks, reservation.replaced, strict=True):
                self._shadow(bucket).undo(mark, older)
        if reservation.name:
            self._call("release", buckets, [reservation.name], clock=False)

    def remaining(self, buckets: Sequence[Bucket], reservation: Reservation) -> float:
        """Seconds until the reserved time or the end of a pause; see `Store.remaining`."""
        own = reservation.at - self._clock.monotonic()
        if not reservation.name:
            return own
        answer = self._call("remaining", buckets, [reservation.server_at])
        return own if answer is None else max(own, int(answer) / _MICRO)

    def pause(self, bucket: Bucket, seconds: float) -> None:
        """Let nobody on any machine call for that many seconds."""
        with self._lock:
            ring = self._shadow(bucket)
            ring.floor = max(ring.floor, self._clock.monotonic() + seconds)
        self._call("pause", [bucket], [f"{seconds * _MICRO:.0f}"])

    def look(self, bucket: Bucket) -> tuple[Ring, float]:
        """The bucket's ring as it is, and the time it is to be read at."""
        answer = self._call("look", [bucket], [bucket.calls])
        if answer is None:
            with self._lock:
                return self._shadow(bucket).copy(), self._clock.monotonic()
        now, floor, *grants = (int(number) / _MICRO for number in answer)
        ring = Ring(bucket)
        ring.floor = floor or -math.inf
        for at in reversed(grants):
            ring.grant(at)
        return ring, now

    def warnings(self) -> tuple[str, ...]:
        """What somebody should be told: that each process keeps to its share while Redis is gone."""
        if not self._lost:
            return ()
        return (f"Redis could not be reached: this process kept to its share, one in {self._processes} of the limit.",)

    def _shadowed(
        self, buckets: Sequence[Bucket], wait: float, max_wait: float, request: str, server_at: int | None
    ) -> Reservation:
        """The grant as this process sees it: never more than it may have made itself."""
        with self._lock:
            now = self._clock.monotonic()
            rings = [self._shadow(bucket) for bucket in buckets]
            limits = [bucket.calls if request else max(1, bucket.calls // (self._processes or 1)) for bucket in buckets]
            at = max(now + wait, *(ring.next(limit) for ring, limit in zip(rings, limits, strict=True)))
            if at - now > max_wait:
                raise refusal(at - now, max_wait)
            replaced = tuple(ring.grant(at) for ring in rings)
            marks = tuple(ring.sequence for ring in rings)
            return Reservation(at, at - now, marks, replaced, request, server_at or 0)

    def _shadow(self, bucket: Bucket) -> Ring:
        key = f"{bucket.name}|{bucket.calls}|{bucket.period}"
        if key not in self._shadows:
            self._shadows[key] = Ring(bucket)
        return self._shadows[key]

    def _call(self, script: str, buckets: Sequence[Bucket], arguments: list[Any], *, clock: bool = True) -> Any:
        """The script's answer; None while Redis is gone and that is allowed for.

        Raises:
            ThrottleStoreError: Redis is gone, and no share was agreed on.
        """
        # One hash tag for all keys of a connection: a cluster keeps them on one node.
        tag = f"{self._prefix}:{{{buckets[0].name.partition('/')[0]}}}"
        keys = [f"{tag}:{bucket.name}:{bucket.calls}:{bucket.period:g}" for bucket in buckets]
        try:
            answer = self._scripts[script](keys=[f"{tag}:clock", *keys] if clock else keys, args=arguments)
        except redis.RedisError as error:
            self._lost = self._processes is not None
            if self._lost:
                return None
            raise ThrottleStoreError(
                f"The limit of calls is kept in Redis, and Redis could not be reached ({type(error).__name__}).",
                hint="Start it, or check its address. No call was made.",
            ) from None
        self._lost = False
        return answer
