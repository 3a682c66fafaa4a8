"""The tables of batches in a database, and the rows of one turn.

Each row of a file has a row of its own with its values, when it was begun, and what became of it. One that cannot be
sent twice is begun by one statement that only one worker can win.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from connector.batch.journal import Outcome, Progress
from connector.batch.source import Row
from connector.lanes.departure import Departure
from connector.lanes.store import LanePlan, RowTakenError
from connector.validation.text_values import json_text

TABLES = sa.MetaData()
BATCHES = sa.Table(
    "connector_batches",
    TABLES,
    sa.Column("batch", sa.String(100), primary_key=True),
    sa.Column("plan", sa.Text, nullable=False),
)
LANES = sa.Table(
    "connector_lanes",
    TABLES,
    sa.Column("batch", sa.String(100), primary_key=True),
    sa.Column("lane", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("turn", sa.Integer, nullable=False, default=0),
    sa.Column("claimed", sa.Float, nullable=False, default=0.0),
    sa.Column("identity", sa.String(64)),
    sa.Column("over", sa.Boolean, nullable=False, default=False),
    sa.Column("stopped", sa.Text),
)
ROWS = sa.Table(
    "connector_rows",
    TABLES,
    sa.Column("batch", sa.String(100), primary_key=True),
    sa.Column("row", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("lane", sa.Integer, nullable=False),
    sa.Column("row_values", sa.Text, nullable=False),
    sa.Column("problem", sa.Text, nullable=False, default=""),
    sa.Column("begun", sa.Float),
    sa.Column("outcome", sa.String(10)),
    sa.Column("result", sa.Text),
    sa.Index("connector_rows_of_lane", "batch", "lane", "row"),
)


class DatabaseRows:
    """Some rows of a lane, and what becomes of them; see `LaneRows`.

    What cannot be sent twice is written at once, each time in a transaction of its own. Rows that can are written
    together when the turn is over: after a kill they are sent again under the same keys.
    """

    def __init__(self, engine: sa.Engine, name: str, plan: LanePlan, progress: Progress, rows: list[Row]) -> None:
        self._engine = engine
        self._name = name
        self._rows = rows
        self._departure = Departure()
        self._durable: set[int] = set()
        self._finished: list[dict[str, Any]] = []
        self.record = plan.record
        self.progress = progress
        self.ends_at = rows[-1].number

    def rows(self) -> Iterator[Row]:
        """Those that are not finished, in order."""
        return iter(self._rows)

    def started(self, row: int, now: float, *, durable: bool) -> None:
        """Note that a row's request is about to leave.

        Raises:
            RowTakenError: Another worker has begun the row, and it must not be sent twice.
        """
        if durable:
            self._departure.begin(row)
            here = self._row(row) & ROWS.c.begun.is_(None) & ROWS.c.outcome.is_(None)
            if not self._update(here, begun=now):
                raise RowTakenError
            self._durable.add(row)
        elif row not in self.progress.begun:
            # One note for all rows of the turn: how old a key is matters after hours.
            rows = [each.number for each in self._rows]
            here = (ROWS.c.batch == self._name) & ROWS.c.row.in_(rows) & ROWS.c.begun.is_(None)
            self._update(here, begun=now)
            self.progress.begun |= dict.fromkeys(rows, now)

    def sent(self, row: int) -> None:
        """Let the next row leave."""
        self._departure.end(row)

    def undone(self, row: int) -> None:
        """Note that a row that was begun has had no effect."""
        self._update(self._row(row) & ROWS.c.outcome.is_(None), begun=None)
        self.progress.begun.pop(row, None)

    def finish(self, row: int, outcome: Outcome, values: Mapping[str, Any]) -> None:
        """Note that a row is finished."""
        result = json_text(values)
        self._finished.append({"at_row": row, "now_outcome": outcome, "now_result": result})
        if row in self._durable:
            self.flush()

    def flush(self) -> None:
        """Write the rows that are finished. What somebody knows of one counts more than that it was unknown."""
        if not self._finished:
            return
        outcome = sa.bindparam("now_outcome", type_=sa.String)
        unknown_still = (ROWS.c.outcome == "unknown") & (outcome != "unknown")
        here = (ROWS.c.batch == self._name) & (ROWS.c.row == sa.bindparam("at_row"))
        update = sa.update(ROWS).where(here & (ROWS.c.outcome.is_(None) | unknown_still))
        with self._engine.begin() as database:
            database.execute(update.values(outcome=outcome, result=sa.bindparam("now_result")), self._finished)
        self._finished.clear()

    def _row(self, row: int) -> sa.ColumnElement[bool]:
        return (ROWS.c.batch == self._name) & (ROWS.c.row == row)

    def _update(self, where: sa.ColumnElement[bool], **values: Any) -> int:
        with self._engine.begin() as database:
            return database.execute(sa.update(ROWS).where(where).values(**values)).rowcount
