"""Where the lanes of a batch live: what every store does, and what is written down of a batch."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

from connector.batch.columns import ColumnMap
from connector.batch.folder import result_columns
from connector.batch.journal import BatchError, BatchRecord, Outcome
from connector.batch.row_run import RowResults
from connector.batch.source import FileFormat, Row
from connector.catalogue.action import Action

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")


LaneKey = tuple[str, int]
"""The name of a connection, and which of its lanes."""


class LaneBusyError(Exception):
    """Another worker runs the lane at this moment; a queue has delivered the same turn to both."""


class RowTakenError(Exception):
    """Another worker has begun a row that cannot be sent twice."""


@dataclass(frozen=True)
class LanePlan:
    """A batch as workers need it; it holds names and no secret.

    Attributes:
        record: What the batch is; without the identities of connections, which only workers know.
        header: The columns of the file.
        format: How the results are written to files.
        lanes: The name of each lane's connection.
        timeout: Seconds for a row; as the definition says where it is None.
    """

    record: BatchRecord
    header: tuple[str, ...]
    format: FileFormat
    lanes: tuple[str, ...]
    timeout: float | None = None

    def to_json(self) -> str:
        """The plan as text."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> LanePlan:
        """The plan that a text holds.

        Raises:
            BatchError: It is damaged, or of another version.
        """
        try:
            found = json.loads(text)
            found |= {"record": BatchRecord(**found["record"])}
            return cls(**found | {name: tuple(found[name]) for name in ("header", "lanes")})
        except (ValueError, RecursionError, TypeError, KeyError):
            raise BatchError("The plan of the batch is damaged, or of another version.", code="batch_damaged") from None

    def column_map(self, action: Action) -> ColumnMap:
        """How rows become inputs; raises as `ColumnMap.of` does."""
        columns = self.record.columns
        header, mapping = self.header, dict(columns["mapping"])
        if columns["connection"] is not None:
            mapping.setdefault(columns["connection"], "")
        return ColumnMap.of(action, header, mapping, columns["templates"])

    def result_columns(self, action: Action) -> tuple[str, ...]:
        """The columns of the result files."""
        return result_columns(self.header, tuple(action.definition.outputs.properties))


@dataclass(frozen=True)
class LanesStatus:
    """How far a batch is.

    Attributes:
        rows: Rows in the file.
        counts: Rows finished, by outcome.
        lanes: How many lanes it has.
        lanes_over: How many of them are over.
        stopped: Why lanes stopped before their last row, by the name of the connection.
    """

    rows: int
    counts: Mapping[Outcome, int]
    lanes: int
    lanes_over: int
    stopped: Mapping[str, str]

    @property
    def is_over(self) -> bool:
        """Whether no lane has anything left to do."""
        return self.lanes_over == self.lanes

    def __str__(self) -> str:
        finished = sum(self.counts.values())
        counts = ", ".join(f"{count:,} {outcome}" for outcome, count in self.counts.items())
        lines = [f"{finished:,} of {self.rows:,} rows finished: {counts}."]
        lines += [f"The rows of connection “{name}” stopped: {why}" for name, why in self.stopped.items()]
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """The status as JSON-ready values."""
        return {**asdict(self), "counts": dict(self.counts), "stopped": dict(self.stopped)}


class LaneRows(RowResults, Protocol):
    """Some rows of a lane, opened by one worker for one turn.

    Attributes:
        ends_at: The number of the last row that it covers; rows after it are opened in another turn.
    """

    ends_at: int

    def rows(self) -> Iterator[Row]:
        """Those that are not finished, in order."""


class LaneStore(Protocol):
    """Where batches for workers are kept. Every method may be called by any worker at any time."""

    def create(self, name: str, plan: LanePlan, rows: Iterable[tuple[LaneKey, Row]]) -> LanePlan:
        """Keep a batch; where one of that name is kept already and is the same, it goes on.

        Args:
            name: Of the batch.
            plan: What it is; the lanes are found from the rows.
            rows: Each row with the key of its lane.

        Returns:
            The plan with its lanes, and the key prefix of the batch that is kept.

        Raises:
            BatchError: A batch of that name is kept and is another one.
        """

    def plan(self, name: str) -> LanePlan:
        """What a batch is.

        Raises:
            BatchError: There is none of that name.
        """

    def claim(self, name: str, lane: int, turn: int, *, redelivered: bool) -> int | None:
        """Take the turn of a lane that a queue has delivered.

        A queue delivers a turn again when a worker was killed, at times after the next turn was queued: of two turns
        of a lane, only the one that was claimed last goes on.

        Args:
            name: Of the batch.
            lane: The lane's number.
            turn: The number of the turn.
            redelivered: Whether the queue has delivered it before, or somebody resumes the batch.

        Returns:
            The number of the lane's next turn; None where another turn goes on in its place.

        Raises:
            BatchError: There is no such lane, such as where the batch was deleted.
        """

    def idle(self, seconds: float) -> list[tuple[str, int, int]]:
        """Lanes that are not over and that no worker has claimed for so long: a queue may have lost their turns.

        Each counts as claimed just now, so that it is not found again at once.

        Args:
            seconds: Since the last claim.

        Returns:
            The name of the batch, the number of the lane, and the number of its next turn. If the queue has it still,
            one of the two is dropped.
        """

    def pending(self, name: str) -> list[int]:
        """The numbers of the lanes that are not over."""

    def open(
        self, name: str, lane: int, after: int, columns: tuple[str, ...], identity: str
    ) -> AbstractContextManager[LaneRows | None]:
        """Open rows of a lane for one turn.

        Args:
            name: Of the batch.
            lane: The lane's number.
            after: The number of the row after which to begin.
            columns: The columns of the results.
            identity: Of the connection: a hash without a secret.

        Returns:
            The rows; None behind the last one.

        Raises:
            LaneBusyError: Another worker runs the lane.
            BatchError: The connection is another account than the one the lane began with, or results are damaged.
        """

    def end(self, name: str, lane: int, stopped: str | None) -> None:
        """Note that a lane is over, or why it stopped before its last row."""

    def status(self, name: str) -> LanesStatus:
        """How far a batch is."""

    def write_results(self, name: str, folder: Path, columns: tuple[str, ...]) -> None:
        """Write the files success, failed and unknown to a folder."""

    def close(self) -> None:
        """Give back connections."""


def check_name(name: str) -> str:
    """A name of a batch that may be part of a path.

    Raises:
        BatchError: It may not.
    """
    if not _NAME.fullmatch(name):
        message = f"“{name[:80]}” is not a valid name of a batch: use letters, digits, dots, hyphens and underscores."
        raise BatchError(message, code="batch_name")
    return name


def same_plan(name: str, found: LanePlan, plan: LanePlan) -> LanePlan:
    """The plan that is kept, if it is the same batch.

    Raises:
        BatchError: It is another one.
    """
    ours = {**asdict(plan.record), "key_prefix": ""}
    if {**asdict(found.record), "key_prefix": ""} != ours or found.header != plan.header:
        raise BatchError(
            f"There is another batch “{name}”: its action, file or columns are not the same.",
            code="batch_changed",
            hint="Use another name for another batch.",
        )
    return found
