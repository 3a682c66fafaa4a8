"""The batches of a server: files that were sent to it, each with an action, run in the background."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import shutil
import threading
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from functools import cached_property
from http import HTTPStatus
from pathlib import Path
from typing import Any

from connector import state_dir
from connector.batch.batch import Batch
from connector.batch.columns import matching_input
from connector.batch.dry_run import DryRun
from connector.batch.report import BatchProgress
from connector.batch.source import FileFormat, Source
from connector.connections.connection import Connection
from connector.connector import Connector
from connector.errors import ConnectorError, InputError
from connector.server.responses import unexpected
from connector.server.stored_batch import BatchEntry, BatchSettings, StoredBatch, new_place, read_all
from connector.web.errors import HttpError

_SHOWN_CELL = 80
_GRACE = 5.0
"""Seconds for which runs are waited for when the server ends; their rows are in the journals."""


class _StoppedError(Exception):
    """A dry run was stopped."""


class Batches:
    """The batches in a folder. An earlier server on the same folder may have begun them.

    Args:
        connector: Runs the actions.
        place: The folder; one in the state folder when left out.
        on_changed: Called with the name of a connection whose data a batch may have changed.
    """

    def __init__(self, connector: Connector, place: Path | None, on_changed: Callable[[str], None]) -> None:
        self._connector = connector
        self._place = place
        self._on_changed = on_changed

    @cached_property
    def place(self) -> Path:
        """The folder."""
        return self._place or state_dir.folder() / "batches" / self._connector.definition.key

    @cached_property
    def _known(self) -> dict[str, StoredBatch]:
        return read_all(self.place)

    def list(self) -> list[StoredBatch]:
        """All batches, the newest first."""
        return sorted(self._known.values(), key=lambda batch: -batch.entry.created)

    def get(self, identity: str) -> StoredBatch:
        """The batch of an id.

        Raises:
            HttpError: There is none.
        """
        if identity not in self._known:
            raise HttpError("There is no such batch.", code="unknown_batch", http_status=HTTPStatus.NOT_FOUND)
        return self._known[identity]

    async def receive(self, name: str, file_format: FileFormat, content: AsyncIterator[bytes]) -> StoredBatch:
        """Keep a file of rows.

        Raises:
            InputError: It cannot be read, or its header is wrong.
        """
        batch = self._new(name, file_format)
        try:
            with batch.file.open("xb") as file:
                async for chunk in content:
                    file.write(chunk)
            await asyncio.to_thread(Source.open, batch.file, file_format)
        except InputError as error:
            batch.delete()
            problems = [replace(each, message=each.message.replace(batch.file.name, name)) for each in error.problems]
            raise InputError(error.message, problems, code=error.error_code) from None
        except BaseException:
            batch.delete()
            raise
        return self._added(batch)

    def retry(self, parent: StoredBatch) -> StoredBatch:
        """The failed rows of a batch as a batch of its own, with the same settings.

        Raises:
            HttpError: It is running, or no row failed.
        """
        self._not_at_work(parent)
        if not parent.counts()["failed"]:
            raise _conflict("No row of this batch failed.", "batch_no_failures")
        batch = self._new(parent.entry.file, parent.entry.format)
        shutil.copyfile(parent.result("failed"), batch.file)
        batch.entry = batch.entry.model_copy(
            update={
                "retry_of": parent.entry.id,
                "settings": parent.entry.settings and parent.entry.settings.model_copy(update={"bulk": False}),
                "connection": parent.entry.connection,
            }
        )
        return self._added(batch)

    def columns(self, batch: StoredBatch, settings: BatchSettings, connections: Mapping[str, Connection]) -> Any:
        """The columns of the file, the input that each is, and what is wrong with that.

        Raises:
            ConnectorError: There is no such action, or the file cannot be read.
        """
        made = self._batch(batch, settings, connections)
        first = next(made.source.rows(), None)
        cells = {} if first is None else first.values
        names = made.source.columns or tuple(cells)
        problems: list[dict[str, Any]] = []
        try:
            _ = made.columns
        except InputError as error:
            problems = error.to_dict()["problems"]
        shown = [
            {
                "name": name,
                "input": settings.mapping.get(name, matching_input(made.action, name)) or None,
                "example": str(cells.get(name, "") or "")[:_SHOWN_CELL],
            }
            for name in names
        ]
        return {"columns": shown, "problems": problems}

    async def dry_run(
        self, batch: StoredBatch, settings: BatchSettings, connections: Mapping[str, Connection]
    ) -> DryRun:
        """Validate every row; ended early, it stops.

        Raises:
            HttpError: It is running, or its rows are being checked.
            ConnectorError: The file cannot be read, or its columns do not fit the action.
        """
        self._not_at_work(batch)
        made = self._batch(batch, settings, connections)
        stop, batch.checked = threading.Event(), 0

        def check(rows: int) -> None:
            batch.checked = rows
            if stop.is_set():
                raise _StoppedError

        def work() -> DryRun:
            try:
                found = made.dry_run(check)
                batch.update(settings=settings, dry_run=found.to_dict(), rows=found.rows)
                return found
            finally:
                batch.checked = None

        working = asyncio.ensure_future(asyncio.to_thread(work))
        try:
            return await asyncio.shield(working)
        except asyncio.CancelledError:
            stop.set()
            with contextlib.suppress(_StoppedError, ConnectorError):
                await working
            raise

    def start(
        self, batch: StoredBatch, settings: BatchSettings, connections: Mapping[str, Connection], name: str
    ) -> None:
        """Run it in the background, from where it was.

        Raises:
            HttpError: It is running, its rows are being checked, or it was begun with other settings.
            ConnectorError: The file cannot be read, or its columns do not fit the action.
        """
        self._not_at_work(batch)
        before = batch.entry.settings
        if batch.folder.is_dir() and before and before.same_rows != settings.same_rows:
            raise _conflict(
                "The batch was begun with another action or other columns.",
                "batch_changed",
                "Send the file again for another batch.",
            )
        made = self._batch(batch, settings, connections)
        _ = made.columns, made.bulk_job  # what is wrong with them is said at once
        batch.update(settings=settings, connection=name, error=None)
        batch.stop, batch.progress = threading.Event(), None

        def note(progress: BatchProgress) -> None:
            batch.progress = progress

        def work() -> None:
            try:
                batch.ended(made.run(note, batch.stop))
            except ConnectorError as error:
                batch.ended(error)
            except Exception as error:
                batch.ended(unexpected(error))
            if not made.action.effects["readOnly"]:
                for used in connections:
                    self._on_changed(used)

        batch.thread = threading.Thread(target=work, daemon=True, name=f"batch {batch.entry.id}")
        batch.thread.start()

    def delete(self, batch: StoredBatch) -> None:
        """Delete a batch with its results.

        Raises:
            HttpError: It is running, or its rows are being checked.
        """
        self._not_at_work(batch)
        del self._known[batch.entry.id]
        batch.delete()

    def close(self) -> None:
        """Stop what runs. It can be run again by the next server."""
        if "_known" not in self.__dict__:
            return
        running = [batch for batch in self._known.values() if batch.running]
        for batch in running:
            batch.stop.set()
        ends = time.monotonic() + _GRACE
        for batch in running:
            if batch.thread is not None:
                batch.thread.join(max(0.0, ends - time.monotonic()))

    def _new(self, name: str, file_format: FileFormat) -> StoredBatch:
        identity = secrets.token_hex(8)
        entry = BatchEntry(id=identity, file=name, format=file_format, created=round(time.time(), 3))
        return StoredBatch(new_place(self.place, identity), entry)

    def _added(self, batch: StoredBatch) -> StoredBatch:
        batch.update()
        self._known[batch.entry.id] = batch
        return batch

    def _batch(self, batch: StoredBatch, settings: BatchSettings, connections: Mapping[str, Connection]) -> Batch:
        return self._connector.batch(
            settings.action,
            batch.file,
            connections,
            folder=batch.folder,
            file_format=batch.entry.format,
            mapping=settings.mapping,
            templates=settings.templates,
            connection_column=settings.connection_column,
            concurrency=settings.concurrency,
            bulk=settings.bulk,
        )

    def _not_at_work(self, batch: StoredBatch) -> None:
        if batch.running:
            raise _conflict("The batch is running.", "batch_busy")
        if batch.checked is not None:
            raise _conflict("The rows of the batch are being checked.", "batch_busy")


def _conflict(message: str, code: str, hint: str = "") -> HttpError:
    return HttpError(message, code=code, hint=hint, http_status=HTTPStatus.CONFLICT)
