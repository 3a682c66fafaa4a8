"""One turn of a lane: a few rows, then it says when the lane is to be continued. Knows no queue."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import astuple, dataclass, field, replace

from connector.batch.batch import Batch
from connector.batch.journal import BatchError
from connector.batch.row_run import RowResult, RowRunner, is_own_limit
from connector.connections.auth import Auth, identity_of
from connector.connections.connection import Connection
from connector.connector import Connector
from connector.errors import AuthorizationError, ConnectorError, DefinitionError, ThrottledError, UnavailableError
from connector.lanes.store import LaneBusyError, LanePlan, LaneRows, LaneStore, RowTakenError

TURN_ROWS = 20
TURN_SECONDS = 1.0
MAX_WAIT = 0.3
"""Seconds for which a worker waits for the call limit, because a queue would take as long."""

MOST_UNAVAILABLE = 5
"""Rows of a lane in a row that find the service unavailable, before the lane waits."""

MOST_WAITS = 12
"""Waits in a row for an unavailable service before the lane stops: with `LONGEST_WAIT` about six minutes."""

LONGEST_WAIT = 60.0
_LEAST_WAIT = 0.05
_BUSY_WAIT = 1.0


@dataclass(frozen=True)
class Position:
    """How far a lane is; numbers alone, so that any queue carries it.

    Attributes:
        after: The number of the last row that had its turn.
        round: Of those rows that found the service unavailable: how often the lane was gone through, from 1.
        skipped: How many of them there are in this round.
        waits: How often in a row the lane has waited for an unavailable service.
    """

    after: int = 0
    round: int = 1
    skipped: int = 0
    waits: int = 0

    def to_list(self) -> list[int]:
        """The position as a list of numbers."""
        return list(astuple(self))


@dataclass(frozen=True)
class Turn:
    """How a turn ended.

    Attributes:
        position: Where the lane goes on; None when it is over or has stopped.
        delay: Seconds until there is anything to do.
        runs: Rows that were run.
    """

    position: Position | None
    delay: float = 0.0
    runs: int = 0


@dataclass
class LaneWorker:
    """Gives lanes their turns. One serves many threads.

    Attributes:
        connector: Runs the action.
        connection: Finds an account by its name.
        store: Where batches are kept.
        rng: Spreads lanes that wait for the same service.
    """

    connector: Connector
    connection: Callable[[str], Connection]
    store: LaneStore
    rng: random.Random = field(default_factory=random.SystemRandom)

    def turn(self, name: str, lane: int, position: Position) -> Turn:
        """Run some rows of a lane.

        Raises:
            BatchError: There is no such batch or lane.
            OSError: The store cannot be used; the lane can go on from the same position.
        """
        plan = self.store.plan(name)
        if not 0 <= lane < len(plan.lanes):
            raise BatchError(f"The batch “{name}” has no lane {lane}.")
        try:
            connection = self.connection(plan.lanes[lane])
            batch = self.connector.batch(plan.record.action, plan.record.source, connection, timeout=plan.timeout)
            Auth.of(batch.client.definition, connection)
            identity = "sandbox" if connection.ephemeral else identity_of(batch.client.definition, connection)
            opened = self.store.open(name, lane, position.after, plan.result_columns(batch.action), identity)
            with opened as rows:
                if rows is None:
                    return self._round_over(name, lane, position)
                return self._run(name, lane, position, rows, _Rows(plan, batch, connection))
        except LaneBusyError:
            return Turn(position, _BUSY_WAIT)
        except ConnectorError as error:
            return self._stopped(name, lane, error)

    def _run(self, name: str, lane: int, position: Position, rows: LaneRows, run: _Rows) -> Turn:
        clock = run.batch.client.clock
        ends = clock.monotonic() + TURN_SECONDS
        last = position.round >= run.batch.client.definition.retry.attempts
        unavailable = runs = 0
        runner = run.runner(rows)
        for row in rows.rows():
            if runs >= TURN_ROWS or clock.monotonic() >= ends:
                return Turn(position, 0.0, runs)
            try:
                result = runner.run(row, run.connection, last=last)
            except RowTakenError:
                # In the next round it is finished, or whoever took it has ended and its outcome is unknown.
                position = replace(position, after=row.number, skipped=position.skipped + 1)
                continue
            error = result.error
            if is_own_limit(error) or (isinstance(error, ThrottledError) and result.outcome is None):
                return self._throttled(name, lane, position, error, runs)
            if isinstance(error, AuthorizationError | DefinitionError) and result.outcome is None:
                return self._stopped(name, lane, error, runs)
            runs += 1
            is_down = isinstance(error, UnavailableError) and error.retryable
            unavailable = unavailable + 1 if is_down else 0
            position = _after(position, result, is_down=is_down)
            if unavailable >= (1 if position.waits else MOST_UNAVAILABLE):
                return self._unavailable(name, lane, position, error, runs)
        return Turn(replace(position, after=max(position.after, rows.ends_at)), 0.0, runs)

    def _throttled(self, name: str, lane: int, position: Position, error: ConnectorError | None, runs: int) -> Turn:
        """Go on when the limit has room; where the service itself refuses calls, not for ever."""
        wait = max(_LEAST_WAIT, getattr(error, "wait", None) or 1.0)
        if is_own_limit(error):
            return Turn(position, wait, runs)
        return self._unavailable(name, lane, position, error, runs, wait)

    def _unavailable(
        self, name: str, lane: int, position: Position, error: ConnectorError | None, runs: int, least: float = 0.0
    ) -> Turn:
        waits = position.waits + 1
        if waits > MOST_WAITS and error is not None:
            return self._stopped(name, lane, error, runs)
        return Turn(replace(position, waits=waits), max(self._wait(waits), least), runs)

    def _wait(self, times: int) -> float:
        """Seconds, twice as long each time."""
        return min(LONGEST_WAIT, 2.0**times) * self.rng.uniform(0.5, 1.0)

    def _round_over(self, name: str, lane: int, position: Position) -> Turn:
        """Behind the last row: over, or once more through the rows that found the service unavailable."""
        if not position.skipped:
            self.store.end(name, lane, None)
            return Turn(None)
        return Turn(Position(round=position.round + 1, waits=position.waits), self._wait(position.round + 2))

    def _stopped(self, name: str, lane: int, error: ConnectorError, runs: int = 0) -> Turn:
        self.store.end(name, lane, str(error))
        return Turn(None, runs=runs)


@dataclass(frozen=True)
class _Rows:
    """What runs the rows of a turn."""

    plan: LanePlan
    batch: Batch
    connection: Connection

    def runner(self, rows: LaneRows) -> RowRunner:
        client, action = self.batch.client, self.batch.action
        columns, timeout = self.plan.column_map(action), self.plan.timeout
        return RowRunner(
            client,
            columns,
            rows,
            client.clock,
            timeout,
            None,
            threading.Event(),
            attempts=1,
            max_first_wait=MAX_WAIT,
            can_stop=False,
        )


def _after(position: Position, result: RowResult, *, is_down: bool) -> Position:
    """The position behind a row."""
    skipped = position.skipped + (result.outcome is None)
    return replace(position, after=result.row.number, skipped=skipped, waits=position.waits if is_down else 0)
