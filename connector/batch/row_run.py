"""One row run: its inputs, its key, and what its outcome means for the batch."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from connector.batch.columns import KEY_COLUMN, ColumnMap
from connector.batch.folder import OUTPUT
from connector.batch.journal import BatchRecord, Outcome, Progress
from connector.batch.source import Row
from connector.call.options import RunSettings
from connector.client import Client
from connector.clock import Clock, complete
from connector.connections.connection import Connection
from connector.errors import (
    AuthorizationError,
    ConnectorError,
    DefinitionError,
    InputError,
    OutcomeUnknownError,
    OutputError,
    RefusedError,
    ThrottledError,
    UnavailableError,
)

_SPARE_TIME = 600.0
"""Seconds before the service forgets an idempotency key in which it is not relied on any more."""


class RowResults(Protocol):
    """Where it is written down what became of rows: a `BatchFolder`, or a part of a batch that workers share.

    Attributes:
        record: What the batch is.
        progress: What was known of its rows when it was opened, and since.
    """

    record: BatchRecord
    progress: Progress

    def started(self, row: int, now: float, *, durable: bool) -> None:
        """Note that a row's request is about to leave; what it raises stops the request."""

    def sent(self, row: int) -> None:
        """Called after `started`, when the request has left or will not. May be called twice."""

    def undone(self, row: int) -> None:
        """Note that a row that was begun has had no effect."""

    def finish(self, row: int, outcome: Outcome, values: dict[str, Any]) -> None:
        """Note that a row is finished, with what became of it by column."""


@dataclass(frozen=True)
class RowResult:
    """What became of a row.

    Attributes:
        outcome: What it is finished with; None when it is not finished and may be run again.
        error: What went wrong.
    """

    row: Row
    outcome: Outcome | None
    error: ConnectorError | None = None


class _StoppedError(Exception):
    """The batch was stopped while a row waited."""


@dataclass(frozen=True)
class _StoppableClock:
    """A clock whose sleep ends when the batch is stopped."""

    clock: Clock
    stopped: threading.Event

    def monotonic(self) -> float:
        return self.clock.monotonic()

    def wall(self) -> datetime:
        return self.clock.wall()

    def sleep(self, seconds: float) -> None:
        if self.stopped.wait(max(0.0, seconds)):
            raise _StoppedError

    async def asleep(self, seconds: float) -> None:
        await self.clock.asleep(seconds)


@dataclass(frozen=True)
class RowRunner:
    """Runs rows of a batch, and writes down what became of them. Serves several threads.

    Attributes:
        timeout: Seconds for a row.
        max_wait: Seconds for which a row may wait for the call limit; as the definition says where it is None.
        stopped: Set to stop waiting.
        attempts: Attempts for a request, where not as many as the definition allows.
        max_first_wait: Seconds for which it may wait for the call limit before anything was sent.
        can_stop: Whether a row that waits ends when `stopped` is set; where nobody sets it, it waits on the clock.
    """

    client: Client
    columns: ColumnMap
    folder: RowResults
    clock: Clock
    timeout: float | None
    max_wait: float | None
    stopped: threading.Event
    attempts: int | None = None
    max_first_wait: float | None = None
    can_stop: bool = True

    def run(
        self, row: Row, connection: Connection, on_departure: Callable[[], None] = lambda: None, *, last: bool
    ) -> RowResult:
        """Run a row, or conclude that it must not be run again.

        Args:
            row: The row.
            connection: The account.
            on_departure: Called when its request leaves.
            last: Whether a failure that may pass is final.

        Raises:
            OSError: The folder cannot be written to; the row was not sent, or is in the journal.
        """
        inputs, problems = self.columns.row_inputs(row)
        key = self._key(row, inputs)
        begun = self.folder.progress.begun.get(row.number)
        if begun is not None and not self._may_repeat(key, self.clock.wall().timestamp() - begun):
            unknown = OutcomeUnknownError(
                "The row was begun earlier, and whether it was carried out is unknown.",
                hint="Check in the service before you run it again.",
            )
            return self._finished(row, "unknown", key, unknown)
        departed = False

        def departing() -> None:
            nonlocal departed
            if not departed:
                self.folder.started(row.number, self.clock.wall().timestamp(), durable=not self._may_repeat(key, 0.0))
                departed = True
                on_departure()

        settings = RunSettings(
            idempotency_key=key,
            timeout=self.timeout,
            max_wait=self.max_wait,
            on_departure=departing,
            on_sent=lambda: self.folder.sent(row.number),
            attempts=self.attempts,
            max_first_wait=self.max_first_wait,
        )
        failure: ConnectorError | None = None
        try:
            if problems:
                raise InputError("The row cannot be read.", problems)
            run = self.client.run(self.columns.action, inputs, connection, settings)
            clock = _StoppableClock(self.clock, self.stopped) if self.can_stop else self.clock
            result = complete(run, clock)
        except _StoppedError:
            return RowResult(row, None)
        except ConnectorError as error:
            failure = error
        finally:
            self.folder.sent(row.number)
        if failure is None:
            key = result.meta.idempotency_key or key
            return self._finished(row, "done", key, None, {f"{OUTPUT}{name}": v for name, v in result.fields.items()})
        return self._failed(row, key, failure, departed=departed, last=last)

    def _failed(self, row: Row, key: str | None, error: ConnectorError, *, departed: bool, last: bool) -> RowResult:
        unknown = isinstance(error, OutcomeUnknownError) or (isinstance(error, OutputError) and not self._read_only)
        # Of several requests of one run some have left, and then there was no room for the next.
        unknown = unknown or (is_own_limit(error) and departed and not self._may_repeat(key, 0.0))
        if unknown:
            return self._finished(row, "unknown", key, error)
        stops = isinstance(error, AuthorizationError | DefinitionError)
        passes = isinstance(error, ThrottledError) or (isinstance(error, UnavailableError) and error.retryable)
        if stops or is_own_limit(error) or (passes and not last):
            if departed and (stops or not self._may_repeat(key, 0.0)):
                self.folder.undone(row.number)
            return RowResult(row, None, error)
        # A row that is corrected is another request, so it needs another key.
        kept = None if isinstance(error, InputError | RefusedError) else key
        return self._finished(row, "failed", kept, error)

    def _finished(
        self,
        row: Row,
        outcome: Outcome,
        key: str | None,
        error: ConnectorError | None,
        outputs: Mapping[str, Any] | None = None,
    ) -> RowResult:
        self.folder.finish(row.number, outcome, row_values(row, key, error) | dict(outputs or {}))
        return RowResult(row, outcome, error)

    def _key(self, row: Row, inputs: Mapping[str, Any]) -> str | None:
        """The idempotency key of a row: its own, or one that is the same in every run of the batch."""
        declared = self.columns.action.definition.idempotency
        if declared is None:
            return None
        own = inputs.get(declared.input) or row.values.get(KEY_COLUMN)
        return str(own) if own else f"{self.folder.record.key_prefix}-{row.number}"

    def _may_repeat(self, key: str | None, age: float) -> bool:
        """Whether a row that may have been sent may be sent again."""
        if self.columns.action.effects["idempotent"] or self._read_only:
            return True
        remembered = self.client.definition.idempotency
        return key is not None and remembered is not None and age < remembered.hours * 3_600 - _SPARE_TIME

    @property
    def _read_only(self) -> bool:
        return self.columns.action.effects["readOnly"]


def is_own_limit(error: ConnectorError | None) -> bool:
    """Whether a row was not sent because the call limit of the connection is used up."""
    return isinstance(error, ThrottledError) and error.status is None


def row_values(row: Row, key: str | None, error: ConnectorError | None) -> dict[str, Any]:
    """What a result file says of a row, by column: its own cells, its key, and what went wrong."""
    own = {name: value for name, value in row.values.items() if not name.startswith("_")}
    values = own | {"_row": row.number, "_key": key}
    if error is not None:
        values |= {"_code": error.error_code, "_error": _sentence(error), "_hint": error.hint}
    return values


def _sentence(error: ConnectorError) -> str:
    problems = getattr(error, "problems", ())
    return " ".join(problem.message for problem in problems) or error.message
