"""The choices of fields, read once for everybody who asks within a minute: reading them counts as calls."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from connector.call.result import Choices
from connector.catalogue.action import Action
from connector.catalogue.choices import ChoiceSource
from connector.connections.connection import Connection
from connector.connector import Connector

_SECONDS = 60.0
_SIZE = 256
_MAX_WAIT = 10.0
"""Seconds that a drop-down waits for the call limit."""


@dataclass(frozen=True)
class _Entry:
    reading: asyncio.Task[Choices]
    started: float


class ChoicesCache:
    """The choices that were read, by connection.

    Args:
        connector: Reads them.
        now: Seconds on a clock.
    """

    def __init__(self, connector: Connector, now: Callable[[], float] = time.monotonic) -> None:
        self._connector = connector
        self._now = now
        self._entries: dict[tuple[str, str], _Entry] = {}

    async def get(
        self,
        action: Action,
        field: str,
        inputs: dict[str, Any],
        name: str,
        connection: Connection,
        *,
        refresh: bool = False,
    ) -> tuple[Choices, float]:
        """The choices of a field, and how many seconds ago they were read.

        Args:
            action: The action.
            field: An input of it.
            inputs: What is filled in already.
            name: The connection's name.
            connection: The connection.
            refresh: Read them again.

        Raises:
            InputError: The field has no choices, or they depend on an input that is not filled in.
            ConnectorError: Reading them failed; the next one who asks tries again.
        """
        key = (name, ChoiceSource.of(action, field, inputs).identity)
        entry = self._entries.get(key)
        if entry is None or self._is_old(entry) or (refresh and entry.reading.done()):
            reading = asyncio.ensure_future(
                self._connector.achoices(action, field, connection, inputs, max_wait=_MAX_WAIT)
            )
            reading.add_done_callback(_look_at_its_error)
            entry = self._entries[key] = _Entry(reading, self._now())
            self._trim()
        # Others may wait for the same reading: one who goes away does not end it.
        return await asyncio.shield(entry.reading), self._now() - entry.started

    def forget(self, name: str) -> None:
        """Forget the choices of a connection, because something in the account has changed."""
        self._entries = {key: entry for key, entry in self._entries.items() if key[0] != name}

    def _is_old(self, entry: _Entry) -> bool:
        if not entry.reading.done():
            return False
        failed = entry.reading.cancelled() or entry.reading.exception() is not None
        return failed or self._now() - entry.started > _SECONDS

    def _trim(self) -> None:
        while len(self._entries) > _SIZE:
            del self._entries[next(iter(self._entries))]


def _look_at_its_error(reading: asyncio.Task[Choices]) -> None:
    """Keep the event loop from reporting an error that nobody waits for any more."""
    if not reading.cancelled():
        reading.exception()
