"""A store of each kind on a fake clock, seen from several processes at once."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import redis

from connector.clock import complete
from connector.testing import FakeClock
from connector.throttle.bucket import RateLimit
from connector.throttle.limiter import Permit
from connector.throttle.redis_store import RedisStore
from connector.throttle.store import Store

FOREVER = 1e9


@dataclass
class World:
    """A clock, and the same limits through the eyes of several processes (of memory there is only one)."""

    clock: FakeClock
    stores: Sequence[Store]

    @property
    def store(self) -> Store:
        return self.stores[0]


MakeWorld = Callable[[str], World]


class FakeTimeStore(RedisStore):
    """Asks the server, whose clock is the test's: `skew` seconds before that of the client."""

    skew = 0.0

    def __init__(self, client: redis.Redis, clock: FakeClock, **options: Any) -> None:
        self._client = client
        self._fake = clock
        super().__init__(client, clock, **{"empty_is_new": True, **options})

    @staticmethod
    def _lua() -> str:
        script = RedisStore._lua()
        for real, fake in [
            ("redis.call('TIME')", "redis.call('HMGET', 'now', 'seconds', 'microseconds')"),
            ("redis.pcall('INFO', 'all')", "redis.call('GET', 'info')"),
        ]:
            assert script.count(real) == 1
            script = script.replace(real, fake)
        return script

    def _call(self, act: str, limits: Sequence[RateLimit], arguments: Sequence[Any], timeout: float) -> Any:
        seconds, microseconds = divmod(round((self._fake.monotonic() + self.skew) * 1_000_000), 1_000_000)
        with contextlib.suppress(redis.RedisError):
            self._client.hset("now", mapping={"seconds": 1_790_000_000 + seconds, "microseconds": microseconds})
        return super()._call(act, limits, arguments, timeout)


def departing(permit: Permit) -> float:
    """Let a call leave as soon as it may; the seconds that it waited for another token, 0 nearly always."""
    before = permit.waited
    while not permit.depart():
        complete(permit.take(), permit._clock)
    return permit.waited - before
