"""Handing a batch to workers: its rows into the store, and a first turn for every lane."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator

from connector.batch.batch import Batch
from connector.batch.journal import BatchRecord
from connector.batch.lanes import RowIndex
from connector.batch.source import Row
from connector.lanes.store import LanePlan, LaneStore


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
    plan = store.create(name, plan, _rows(batch, default))
    for lane in store.pending(name):
        turn = store.claim(name, lane, 0, redelivered=True)
        if turn is not None:
            queue(name, lane, turn)
    return plan


def _rows(batch: Batch, default: str) -> Iterator[tuple[str, Row]]:
    """Each row with the name of its connection."""
    column = batch.connection_column
    for row in batch.source.rows():
        value = row.values.get(column) if column is not None else None
        yield value if isinstance(value, str) and value else default, row
