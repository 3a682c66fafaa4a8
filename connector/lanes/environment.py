"""A worker as its environment describes it: which connector, where its batches are, where the call limit is kept.

    CONNECTOR_NAME       the connector: its name, or the path of its folder; the installed one if there is only one
    CONNECTOR_BATCHES    where batches are kept: a folder, or the URL of a database
    CONNECTOR_THROTTLE   the URL of the Redis server with the call limit; the broker of Celery where that is Redis

The last two may hold passwords and are shown nowhere.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from connector.clock import Clock, SystemClock
from connector.connections.connection import Connection
from connector.connections.environment import from_environment
from connector.connections.stored import stored_connection
from connector.connector import Connector
from connector.definition.files import available
from connector.errors import DefinitionError
from connector.lanes.folder_store import FolderStore
from connector.lanes.lane import LaneWorker
from connector.lanes.store import LaneStore

PLACE = "CONNECTOR_BATCHES"
"""The variable with the place of the batches."""

ENVIRONMENT = "environment"
"""The name of the connection whose secrets are in environment variables."""

_CONNECTION_SECONDS = 60.0
"""Seconds for which a connection is used before its secrets are read again."""


def store_at(place: str | Path) -> LaneStore:
    """The store in a folder, or in a database where the place is a URL.

    Raises:
        BatchError: The URL cannot be used.
        ImportError: SQLAlchemy is not installed.
    """
    if "://" not in str(place):
        return FolderStore(Path(place))
    from connector.lanes.database_store import DatabaseStore  # noqa: PLC0415 - who uses a folder needs no SQLAlchemy

    return DatabaseStore(str(place))


def worker_from(environment: Mapping[str, str] = os.environ, throttle: str | None = None) -> LaneWorker:
    """The worker that environment variables describe.

    Args:
        environment: The variables.
        throttle: The URL of the Redis server with the call limit, where no variable names it.

    Raises:
        DefinitionError: A variable is missing, or the connector cannot be loaded.
    """
    place = environment.get(PLACE)
    if not place:
        raise DefinitionError(f"Set {PLACE} to the folder, or the URL of the database, with the batches.")
    url = environment.get("CONNECTOR_THROTTLE") or throttle
    settings = {}
    if url is not None:
        from connector.throttle.redis_store import RedisStore  # noqa: PLC0415 - needs the extra

        settings["store"] = RedisStore.from_url(url)
    connector = Connector.load(environment.get("CONNECTOR_NAME") or _only_name(), **settings)
    return LaneWorker(connector, StoredConnections(connector), store_at(place))


def _only_name() -> str:
    names = sorted(available())
    if len(names) != 1:
        raise DefinitionError(f"Set CONNECTOR_NAME to the connector: its path, or one of {', '.join(names) or 'none'}.")
    return names[0]


@dataclass
class StoredConnections:
    """The stored connections of a connector by name, each read again after a minute."""

    connector: Connector
    clock: Clock = field(default_factory=SystemClock)
    read: Callable[[str], Connection] | None = None
    _found: dict[str, tuple[float, Connection]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, name: str) -> Connection:
        """The connection of that name; `environment`, or none at all, is the environment's.

        Raises:
            AuthorizationError: There is none.
        """
        now = self.clock.monotonic()
        with self._lock:
            until, connection = self._found.get(name, (0.0, None))
            if connection is None or until <= now:
                connection = self._read(name)
                self._found[name] = now + _CONNECTION_SECONDS, connection
        return connection

    def _read(self, name: str) -> Connection:
        if self.read is not None:
            return self.read(name)
        definition = self.connector.definition
        if name == ENVIRONMENT:
            values: dict[str, Any] = {**from_environment(definition)}
            return Connection(name=name, **values)
        return stored_connection(definition, name or None)
