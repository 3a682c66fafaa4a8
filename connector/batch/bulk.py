"""Rows of a batch as a bulk job of the service: a few calls instead of one a row.

A job is created, rows are added, and only then is it started: until that call nothing has an effect, so whatever was
interrupted before is left behind and a new job takes its place. The job is written down (`bulk.json`) before it is
started; a batch that goes on asks the service whether that happened, and then for what became of each row.
"""

from __future__ import annotations

import json
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connector import json_pointer, state_dir
from connector.batch.bulk_rows import BulkRow, bulk_row, differing, parts
from connector.batch.columns import ColumnMap
from connector.batch.folder import OUTPUT, BatchFolder
from connector.batch.journal import BatchError
from connector.batch.lanes import Lane
from connector.batch.report import BatchProgress
from connector.batch.row_run import row_values
from connector.batch.source import Row
from connector.call.options import RunSettings
from connector.catalogue.action import Action
from connector.client import Client
from connector.clock import complete, iterate
from connector.connections.connection import Connection
from connector.definition.bulk import BulkJob
from connector.errors import ConnectorError, InputError, OutcomeUnknownError, Problem, RefusedError
from connector.throttle.status import throttle_status

_MOST_ROWS = 20_000
"""Rows of a job, so that a job and its results fit into memory."""

_POLLS = (1.0, 2.0, 4.0, 8.0, 15.0)
"""Seconds between two looks at a job; the last is repeated."""
_FLUSH_EVERY = 50
_LISTINGS = 4
"""How often results are read while some rows have none."""


@dataclass
class BulkRunner:
    """Runs the rows of a batch as bulk jobs, one after another."""

    client: Client
    find: Callable[[str], Action]
    columns: ColumnMap
    bulk: BulkJob
    folder: BatchFolder
    rows: int
    settings: RunSettings
    stop: threading.Event
    on_progress: Callable[[BatchProgress], None]
    _first: dict[str, Any] | None = field(default=None)

    def run(self, lanes: Sequence[Lane]) -> ConnectorError | None:
        """Run every row; why it stopped before the last one, if it did.

        Raises:
            BatchError: The file about the job is damaged.
        """
        try:
            for lane in lanes:
                self._run(lane)
                if self.stop.is_set():
                    return None
        except ConnectorError as error:
            if isinstance(error, BatchError):
                raise
            return error
        finally:
            self.folder.flush()
        return None

    def _run(self, lane: Lane) -> None:
        self._first = None
        begun = self._begun(lane.connection)
        while not self.stop.is_set():
            last = None if begun is None else int(begun["last"])
            rows = self._next_rows(lane.rows, last)
            if not rows:
                self._forget()
                if begun is None:
                    return
                begun = None
                continue
            if begun is None:
                job = self._filled(lane, rows)
                if job is None:
                    return
                self._write_down({"job": job, "connection": lane.connection.name or "", "last": rows[-1].row.number})
                self._call(self.bulk.run, {self.bulk.input: job}, lane)
            else:
                job = begun["job"]
                if self._status(job, lane) in self.bulk.created:
                    self._call(self.bulk.run, {self.bulk.input: job}, lane)
            if not self._is_over(job, lane):
                return
            self._collect(job, lane, rows)
            self._forget()
            begun = None

    def _next_rows(self, rows: Iterator[Row], last: int | None) -> list[BulkRow]:
        """The next rows that a job can take; the others fail. Up to a row, or as many as a job has."""
        taken: list[BulkRow] = []
        while last is not None or len(taken) < _MOST_ROWS:
            row = next(rows, None)
            if row is None:
                break
            made, problems = self._made(row)
            if problems:
                self.folder.finish(
                    row.number, "failed", row_values(row, None, InputError("The row is wrong.", problems))
                )
            else:
                taken.append(made)
            if row.number == last:
                break
        self.folder.flush()
        return taken

    def _made(self, row: Row) -> tuple[BulkRow, list[Problem]]:
        inputs, problems = self.columns.row_inputs(row)
        if not row.problem:
            inputs, more = self.columns.action.validate_inputs(inputs)
            problems = [*problems, *more]
        made, unfit = bulk_row(self.columns.action, self.bulk, row, inputs)
        problems = [*problems, *unfit]
        if not problems:
            if self._first is None:
                self._first = made.same
            problems = differing(self.columns.action, self.bulk, self._first, made)
        return made, problems

    def _filled(self, lane: Lane, rows: Sequence[BulkRow]) -> str | None:
        """A new job with the rows; None when the batch was stopped before it was complete."""
        inputs = dict(rows[0].same)
        if self.bulk.unless is None or self.bulk.unless not in inputs:
            inputs = {**self.bulk.defaults, **inputs}
        job = self._call(self.bulk.create, inputs, lane)[self.bulk.id]
        for part in parts([row.own for row in rows], self.bulk.most, self.client.definition.limits.request_bytes // 2):
            if self.stop.is_set():
                return None
            self._call(self.bulk.add, {self.bulk.input: job, self.bulk.rows: part}, lane)
        return None if self.stop.is_set() else str(job)

    def _is_over(self, job: str, lane: Lane) -> bool:
        """Wait for the end of a job; False when the batch was stopped first."""
        polls = iter(_POLLS)
        while self._status(job, lane) not in self.bulk.ended:
            if self.stop.is_set():
                return False
            self.client.clock.sleep(next(polls, _POLLS[-1]))
        return True

    def _status(self, job: str, lane: Lane) -> Any:
        return self._call(self.bulk.get, {self.bulk.input: job}, lane)[self.bulk.status]

    def _collect(self, job: str, lane: Lane, rows: Sequence[BulkRow]) -> None:
        """Read what became of the rows."""
        open_rows: dict[tuple[str, str], deque[BulkRow]] = defaultdict(deque)
        for row in rows:
            open_rows[self._key_of(row.own)].append(row)
        for listing in range(_LISTINGS):
            pages = self.client.pages(
                self.find(self.bulk.results), {self.bulk.input: job}, lane.connection, self.settings
            )
            for number, result in enumerate(iterate(pages, self.client.clock)):
                self._take(result, open_rows)
                if number % _FLUSH_EVERY == 0:
                    self._report(lane)
            self._report(lane)
            if not any(open_rows.values()):
                return
            if listing + 1 < _LISTINGS:
                self.client.clock.sleep(_POLLS[listing])
        unknown = OutcomeUnknownError("The bulk job does not say what became of the row.", hint=f"Job: {job}")
        for left in open_rows.values():
            for row in left:
                self.folder.finish(row.row.number, "unknown", row_values(row.row, None, unknown))

    def _take(self, result: Mapping[str, Any], open_rows: Mapping[tuple[str, str], deque[BulkRow]]) -> None:
        outcome = result.get(self.bulk.outcome)
        if outcome not in {*self.bulk.succeeded, *self.bulk.failed}:
            return
        keys = [(output, _text(result[output])) for output in self.bulk.matches if result.get(output) is not None]
        row = next((open_rows[key].popleft() for key in keys if open_rows.get(key)), None)
        if row is None:
            return
        if outcome in self.bulk.succeeded:
            outputs = {f"{OUTPUT}{name}": result.get(source) for name, source in self.bulk.outputs.items()}
            self.folder.finish(row.row.number, "done", row_values(row.row, None, None) | outputs)
        else:
            error = RefusedError(f"The bulk job reports {outcome} for the row.", code="bulk_failed")
            self.folder.finish(row.row.number, "failed", row_values(row.row, None, error))

    def _key_of(self, own: Mapping[str, Any]) -> tuple[str, str]:
        for output, pointer in self.bulk.matches.items():
            value = json_pointer.get(own, pointer)
            if value is not json_pointer.MISSING:
                return output, _text(value)
        return "", ""

    def _call(self, key: str, inputs: Mapping[str, Any], lane: Lane) -> dict[str, Any]:
        result = complete(self.client.run(self.find(key), inputs, lane.connection, self.settings), self.client.clock)
        self._report(lane)
        return dict(result.fields)

    def _report(self, lane: Lane) -> None:
        self.folder.flush()
        state = throttle_status(self.client.store_of(lane.connection), lane.limits[0], 1)
        progress = BatchProgress(
            rows=self.rows,
            **self.folder.progress.counts,
            in_flight=0,
            used=state.used,
            calls=state.calls,
            renewal_period=state.renewal_period,
            seconds_left=None,
        )
        self.on_progress(progress)

    def _begun(self, connection: Connection) -> dict[str, Any] | None:
        """The job that was written down for a connection."""
        try:
            found: dict[str, Any] = json.loads((self.folder.place / "bulk.json").read_text(encoding="utf-8"))
            is_own = found["connection"] == (connection.name or "")
        except FileNotFoundError:
            return None
        except (ValueError, RecursionError, TypeError, KeyError):
            raise BatchError("The file bulk.json of the batch is damaged.", code="batch_damaged") from None
        return found if is_own else None

    def _write_down(self, job: Mapping[str, Any]) -> None:
        """Note that a job is about to be started."""
        state_dir.write_private(self.folder.place / "bulk.json", json.dumps(job).encode())

    def _forget(self) -> None:
        (self.folder.place / "bulk.json").unlink(missing_ok=True)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)
