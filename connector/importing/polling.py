"""Polling triggers: what is new since the last time somebody asked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any, Unpack

from connector.call.options import RunOptions
from connector.connections.connection import Connection
from connector.connector import Connector
from connector.errors import InputError, Problem

_REMEMBERED = 10_000
"""Rows that are remembered; a service that lists more than that between two times repeats the oldest."""


def new_rows(
    connector: Connector,
    action: str,
    inputs: Mapping[str, Any],
    connection: Connection | None,
    state: dict[str, Any],
    **options: Unpack[RunOptions],
) -> Iterator[dict[str, Any]]:
    """The rows that an action lists and did not list the last time.

    The first time, all rows are new. A row counts as seen when the next one is asked for, so one that failed to be
    processed comes again.

    Args:
        connector: The connector.
        action: Key, operation id or summary of a polling trigger, or of any action that lists rows.
        inputs: As for `Connector.run`.
        connection: As for `Connector.run`.
        state: What is remembered, as JSON-ready values; empty the first time. Keep it for the next time.
        **options: As for `Connector.run`.

    Raises:
        InputError: The inputs are wrong, or the action lists no rows.
    """
    definition = connector.find(action).definition
    seen: dict[str, None] = dict.fromkeys(state.setdefault("seen", []))
    if definition.pagination is not None:
        rows: Iterator[Any] = connector.iterate(action, inputs, connection, **options)
    else:
        fields = definition.outputs.properties
        name = next(
            (name for name, field in fields.items() if definition.outputs.resolve(field).items is not None), None
        )
        if name is None:
            problem = Problem("", "rows", f"“{definition.summary}” lists no rows.")
            raise InputError("The action lists no rows.", [problem])
        rows = iter(connector.run(action, inputs, connection, **options).rows(name))
    for row in rows:
        mark = hashlib.sha256(json.dumps(row, sort_keys=True).encode()).hexdigest()[:32]
        if mark in seen:
            continue
        yield row
        seen[mark] = None
        state["seen"] = list(seen)[-_REMEMBERED:]
