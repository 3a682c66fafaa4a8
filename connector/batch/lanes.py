"""Which rows run with which connection: a lane each, so that a large connection never starves a small one."""

from __future__ import annotations

import contextlib
from array import array
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from connector.batch.journal import Progress
from connector.batch.source import Row, Source
from connector.connections.connection import Connection
from connector.errors import InputError, Problem
from connector.throttle.bucket import RateLimit
from connector.validation.messages import did_you_mean

_MOST_PROBLEMS = 20


@dataclass
class Lane:
    """The rows of one connection, in order.

    Attributes:
        connection: The account that they run with.
        limits: Its call limits.
        left: Rows that are not finished, those in flight included.
        again: Rows that are to be tried once more, after the others.
        in_flight: Rows that are being run.
        undeparted: Those of them whose request has not left yet, so that the limit does not count them.
        credit: Calls that the limit allowed when it was last looked at.
        not_before: On the monotonic clock, when to look at the limit again.
        unavailable: How many rows in a row found the service unavailable.
    """

    connection: Connection
    limits: list[RateLimit]
    rows: Iterator[Row]
    left: int
    again: deque[Row] = field(default_factory=deque)
    in_flight: int = 0
    undeparted: int = 0
    credit: int = 0
    not_before: float = 0.0
    unavailable: int = 0

    def next_row(self) -> Row | None:
        """The row to run next; None when every row has been handed out."""
        row = next(self.rows, None)
        return self.again.popleft() if row is None and self.again else row


@dataclass
class RowIndex:
    """Where the rows of each connection are in the file, 12 bytes a row.

    Attributes:
        total: Rows in the file.
        counts: Rows by name of the connection.
    """

    source: Source
    total: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    _offsets: dict[str, array[int]] = field(default_factory=dict)
    _numbers: dict[str, array[int]] = field(default_factory=dict)

    @classmethod
    def of(cls, source: Source, column: str | None, names: Mapping[str, Connection], default: str) -> RowIndex:
        """Read the file once.

        Args:
            source: The file.
            column: The column with the name of a row's connection; None where all have the default.
            names: The connections that may be named.
            default: The connection of rows that name none.

        Raises:
            InputError: The file cannot be read, or rows name connections that do not exist.
        """
        found = cls(source)
        unknown: dict[str, int] = {}
        for row, offset in source.rows_with_offsets():
            found.total += 1
            name = default
            if column is not None:
                value = row.values.get(column)
                name = value if isinstance(value, str) and value else default
                if name not in names:
                    unknown.setdefault(name, row.number)
                    continue
                found._offsets.setdefault(name, array("Q")).append(offset)
                found._numbers.setdefault(name, array("L")).append(row.number)
            found.counts[name] = found.counts.get(name, 0) + 1
        if unknown:
            raise InputError("Rows name connections that do not exist.", _unknown(column or "", unknown, names))
        return found

    def rows(self, name: str, progress: Progress) -> Iterator[Row]:
        """The rows of a connection that are not finished, in order."""
        if name not in self._offsets:
            yield from (row for row in self.source.rows() if not progress.is_finished(row.number))
            return
        with contextlib.closing(self.source.path.open("rb")) as file:
            for offset, number in zip(self._offsets[name], self._numbers[name], strict=True):
                if not progress.is_finished(number):
                    yield self.source.row_at(file, offset, number)

    def unfinished(self, name: str, progress: Progress) -> int:
        """How many rows of a connection are not finished."""
        if name not in self._numbers:
            return self.total - progress.finished
        return sum(not progress.is_finished(number) for number in self._numbers[name])


def _unknown(column: str, rows: Mapping[str, int], names: Mapping[str, Connection]) -> list[Problem]:
    problems = []
    for name, row in list(rows.items())[:_MOST_PROBLEMS]:
        called = f"a connection “{name[:80]}”, which does not exist." if name else "no connection."
        message = f"Row {row} names {called} {did_you_mean(name, names)}".rstrip()
        problems.append(Problem(column, "connection", message))
    return problems
