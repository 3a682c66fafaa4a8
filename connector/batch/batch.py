"""A batch from its options to its report: `Connector.batch` is this."""

from __future__ import annotations

import contextlib
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TypedDict

from connector.batch.bulk import BulkRunner
from connector.batch.columns import ColumnMap
from connector.batch.dry_run import DryRun, dry_run
from connector.batch.folder import BatchFolder, result_columns
from connector.batch.journal import BatchRecord, Progress, read_record
from connector.batch.lanes import Lane, RowIndex
from connector.batch.report import BatchProgress, BatchReport
from connector.batch.row_run import RowRunner
from connector.batch.runner import BatchRunner
from connector.batch.source import FileFormat, Source
from connector.call.options import RunSettings
from connector.catalogue.action import Action
from connector.client import Client
from connector.connections.auth import Auth, identity_of
from connector.connections.connection import Connection
from connector.definition.bulk import BulkJob
from connector.errors import AuthorizationError, ConnectorError, InputError
from connector.throttle.status import throttle_status

DEFAULT_CONCURRENCY = 16
_MAX_WAIT = 3_600.0


class BatchOptions(TypedDict, total=False):
    """The options of a batch; see the attributes of `Batch`."""

    folder: Path | None
    file_format: FileFormat | None
    mapping: Mapping[str, str]
    templates: Mapping[str, str]
    connection_column: str | None
    concurrency: int
    timeout: float | None
    bulk: bool


@dataclass(frozen=True)
class Batch:
    """One action over a file of rows.

    Attributes:
        client: Runs the action.
        action: The action.
        path: The file: CSV or JSON Lines.
        connections: The accounts by name; a single one may have any name.
        folder: Where the journal and the results are; `FILE.batch` beside the file when left out.
        file_format: How the file is written, where its name does not say.
        mapping: The input that a column is, where its name does not say; empty to ignore a column.
        templates: Texts for inputs, with the names of columns in braces.
        connection_column: The column with the name of a row's connection.
        concurrency: Rows that run at a time.
        timeout: Seconds for a row.
        bulk: Use the bulk job of the service, where the action has one.
        find: The action of a key.
    """

    client: Client
    action: Action
    path: Path
    connections: Mapping[str, Connection]
    folder: Path | None = None
    file_format: FileFormat | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    templates: Mapping[str, str] = field(default_factory=dict)
    connection_column: str | None = None
    concurrency: int = DEFAULT_CONCURRENCY
    timeout: float | None = None
    bulk: bool = False
    find: Callable[[str], Action] | None = None

    @cached_property
    def source(self) -> Source:
        """The file, its header read.

        Raises:
            InputError: It cannot be read.
        """
        return Source.open(self.path, self.file_format)

    @cached_property
    def columns(self) -> ColumnMap:
        """How rows become inputs.

        Raises:
            InputError: The columns do not fit the action.
        """
        mapping = dict(self.mapping)
        if self.connection_column is not None:
            mapping.setdefault(self.connection_column, "")
        return ColumnMap.of(self.action, self.source.columns, mapping, self.templates)

    @property
    def place(self) -> Path:
        """The folder of the batch."""
        return self.folder or self.path.with_name(f"{self.path.stem}.batch")

    def dry_run(self, on_progress: Callable[[int], None] = lambda _: None) -> DryRun:
        """Validate every row. Makes no call.

        Raises:
            InputError: The file cannot be read, or its columns do not fit the action.
        """

        def forecast(rows: int) -> float:
            connection = next(iter(self.connections.values()))
            store, limits = self.client.store_of(connection), self.client.rate_limits(self.action, connection)
            return max(throttle_status(store, limit, max(1, rows)).asked_in for limit in limits)

        return dry_run(
            self.source, self.columns, forecast if self.connections else None, on_progress, bulk=self.bulk_job
        )

    @property
    def bulk_job(self) -> BulkJob | None:
        """The bulk job of the service that the batch uses; None where it runs the rows themselves.

        Raises:
            InputError: The action has none.
        """
        job = self.action.definition.bulk
        if self.bulk and job is None:
            raise InputError(f"“{self.action.summary}” has no bulk job.", code="batch_bulk")
        return job if self.bulk else None

    def run(
        self, on_progress: Callable[[BatchProgress], None] = lambda _: None, stop: threading.Event | None = None
    ) -> BatchReport:
        """Run every row that is not finished.

        Args:
            on_progress: Called before anything is sent, about twice a second, and at the end.
            stop: Set by another thread to stop; the rows in flight end first.

        Raises:
            InputError: The file cannot be read, or its columns do not fit the action.
            AuthorizationError: There is no connection, or it lacks a secret.
            BatchError: The folder belongs to another batch, or another process uses it.
            KeyboardInterrupt: It was interrupted; run it again to go on.
        """
        if not self.connections:
            raise AuthorizationError("This action needs a connection.", code="missing_connection")
        if len(self.connections) > 1 and self.connection_column is None:
            message = "With several connections, name the column that says which one a row is for."
            raise InputError(message, code="batch_connections")
        for connection in self.connections.values():
            Auth.of(self.client.definition, connection)
        job, columns = self.bulk_job, self.columns
        index, sha256 = self._index()
        with self._opened(self._record(index, sha256)) as folder:
            if index.total and folder.progress.finished == index.total:
                return self._report(index.total, folder.progress, None)
            stop = stop or threading.Event()
            runner = RowRunner(self.client, columns, folder, self.client.clock, self.timeout, _MAX_WAIT, stop)
            lanes = [
                Lane(
                    self.connections[name],
                    self.client.rate_limits(self.action, self.connections[name]),
                    index.rows(name, folder.progress),
                    index.unfinished(name, folder.progress),
                )
                for name in index.counts
            ]
            stopped = None
            if job is not None and self.find is not None:
                settings = RunSettings(max_wait=_MAX_WAIT, timeout=self.timeout)
                stopped = BulkRunner(
                    self.client, self.find, columns, job, folder, index.total, settings, stop, on_progress
                ).run(lanes)
            elif lanes:
                stopped = BatchRunner(
                    self.client, runner, folder, lanes, self.client.clock, index.total, self.concurrency, on_progress
                ).run()
            return self._report(index.total, folder.progress, stopped)

    def _report(self, rows: int, progress: Progress, stopped: ConnectorError | None) -> BatchReport:
        return BatchReport(self.place, rows, **progress.counts, stopped=stopped)

    @contextlib.contextmanager
    def _opened(self, record: BatchRecord) -> Iterator[BatchFolder]:
        outputs = tuple(self.action.definition.outputs.properties)
        columns = result_columns(self.source.columns, outputs)
        with BatchFolder.open(self.place, record, columns, self.source.format) as folder:
            yield folder

    def _index(self) -> tuple[RowIndex, str]:
        """Where the rows of each connection are, and the checksum of the file; a file that is known is not read again.

        Raises:
            InputError: The file cannot be read, or rows name connections that do not exist.
        """
        default = next(iter(self.connections)) if len(self.connections) == 1 else ""
        sha256 = self.source.sha256()
        found = read_record(self.place) if self.place.is_dir() else None
        same = found is not None and found.sha256 == sha256 and (self.place / f"success.{self.source.format}").is_file()
        if found is not None and same and self.connection_column is None:
            return RowIndex(self.source, found.rows, {default: found.rows} if found.rows else {}), sha256
        return RowIndex.of(self.source, self.connection_column, self.connections, default), sha256

    def _record(self, index: RowIndex, sha256: str) -> BatchRecord:
        """What this batch is, with the key prefix of its folder if there is one."""
        found = read_record(self.place) if self.place.is_dir() else None
        return BatchRecord(
            connector=self.client.definition.key,
            action=self.action.key,
            source=self.path.name,
            sha256=sha256,
            rows=index.total,
            columns={
                "mapping": dict(self.mapping),
                "templates": dict(self.templates),
                "connection": self.connection_column,
                **({"bulk": True} if self.bulk else {}),
            },
            connections={name: self._identity(self.connections[name]) for name in sorted(index.counts)},
            key_prefix=found.key_prefix if found is not None else secrets.token_hex(8),
        )

    def _identity(self, connection: Connection) -> str:
        """What must be the same when the batch goes on; a sandbox has another port each time."""
        return "sandbox" if connection.ephemeral else identity_of(self.client.definition, connection)
