"""The call limit: never more than N calls of a connection in any period, and all N when wanted.

`bucket` is the rule, `limiter` waits for it. `memory_store` keeps buckets for the threads of one process, `file_store`
for the processes of a machine, `redis_store` for machines. What is sent, and when it leaves, is for `connector.run`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from connector.throttle.bucket import RateLimit
from connector.throttle.default_store import default_store
from connector.throttle.file_store import FileStore, ThrottleFileError
from connector.throttle.limiter import Permit, acquire
from connector.throttle.memory_store import MemoryStore
from connector.throttle.status import ThrottleStatus, throttle_status
from connector.throttle.store import Store, ThrottleStoreError

if TYPE_CHECKING:
    from connector.throttle.redis_store import RedisStore

__all__ = [
    "FileStore",
    "MemoryStore",
    "Permit",
    "RateLimit",
    "RedisStore",
    "Store",
    "ThrottleFileError",
    "ThrottleStatus",
    "ThrottleStoreError",
    "acquire",
    "default_store",
    "throttle_status",
]


def __getattr__(name: str) -> Any:
    if name != "RedisStore":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    # Only who uses it needs the extra `redis`.
    return import_module("connector.throttle.redis_store").RedisStore
