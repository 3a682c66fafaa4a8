"""Handing a batch to workers: its rows into the store, and a first turn for every lane."""

from __future__ import annotations

import math
import secrets
from collections import Counter
from collections.abc import Callable, Iterator

from connector.batch.batch import Batch
from connector.batch.journal import BatchRecord
from connector.batch.lanes import RowIndex
from connector.batch.source import Row
from connector.lanes.lane import TURN_ROWS
from connector.lanes.store import LaneKey, LanePlan, LaneStore

RESPONSE_SECONDS = 0.3
"""What a call takes, about: with more of them at a time a connection would only wait for its limit."""

MOST_LANES = 32
"""Of one connection."""


def submit(batch: Batch, name: str, store: LaneStore, queue: Callable[[str, int, int], None]) -> LanePlan:
    """Keep a batch in a store and queue its lanes. Of a batch that is kept already, the lanes that are not over go on.

    Args:
        batch: The action, the file and the names of connections; their secrets are not needed here.
        name: Of the batch.
        store: Where the workers find it.
        queue: Queues a turn: the name of the batch, the number of the lane and the number of the turn.

    Raises:
        InputError: The file cannot be read, its columns do not fit the action, or a row names no connection.
        BatchError: There is another batch of that name.
    """
    default = next(iter(batch.connections)) if len(batch.connections) == 1 else ""
    index = RowIndex.of(batch.source, batch.connection_column, batch.connections, default)
    record = BatchRecord(
        connector=batch.client.definition.key,
        action=batch.action.key,
        source=batch.path.name,
        sha256=batch.source.sha256(),
        rows=index.total,
        columns={
            "mapping": dict(batch.mapping),
            "templates": dict(batch.templates),
            "connection": batch.connection_column,
        },
        connections={},
        key_prefix=secrets.token_hex(8),
    )
    plan = LanePlan(record, batch.source.columns, batch.source.format, (), batch.timeout)
    plan.column_map(batch.action)
    plan = store.create(name, plan, _rows(batch, default, _lanes_of_a_connection(batch)))
    for lane in store.pending(name):
        turn = store.claim(name, lane, 0, redelivered=True)
        if turn is not None:
            queue(name, lane, turn)
    return plan


def _lanes_of_a_connection(batch: Batch) -> int:
    """How many lanes use the call limit of a connection up, each with one call at a time; one with a low limit."""
    connection = next(iter(batch.connections.values()))
    rate = min(limit.calls / limit.period for limit in batch.client.rate_limits(batch.action, connection))
    return max(1, min(MOST_LANES, math.ceil(rate * RESPONSE_SECONDS)))


def _rows(batch: Batch, default: str, lanes: int) -> Iterator[tuple[LaneKey, Row]]:
    """Each row with its lane: a turn's rows for each lane of a connection, in turn."""
    column, counts = batch.connection_column, Counter[str]()
    for row in batch.source.rows():
        value = row.values.get(column) if column is not None else None
        name = value if isinstance(value, str) and value else default
        yield (name, counts[name] // TURN_ROWS % lanes), row
        counts[name] += 1
