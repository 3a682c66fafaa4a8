"""The folder of a batch: what it is for, a journal, and its results. Any process may die at any moment.

    batch.json           action, checksum of the source, connections, prefix of the idempotency keys
    journal              append-only: what was begun, what was finished
    success failed unknown   the rows, as .csv or .jsonl, with what became of them

A line of the journal is `started ROW TIME`, written before the first byte of the request leaves; `undone ROW`, where
that had no effect; or `done|failed|unknown ROW LENGTH LENGTH LENGTH`, written after the row's line in its result file,
with the lengths of the three files.
So whatever was cut off can be dropped: a torn last line of the journal, and the end of the result files beyond the last
lengths written down.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from connector.batch.journal import OUTCOMES, BatchError, BatchRecord, Outcome, Progress, read_record, replayed
from connector.batch.source import FileFormat, write_cells
from connector.throttle import private_file

_FILES: dict[Outcome, str] = {"done": "success", "failed": "failed", "unknown": "unknown"}
_WHAT = {
    "connector": "the connector",
    "action": "the action",
    "sha256": "the content of the file of rows",
    "columns": "the mapping of the columns",
    "connections": "the connection",
    "format": "the version of this program",
}


class BatchFolder:
    """The open folder of a batch, locked against other processes.

    Its methods may be called from several threads, `flush` by one at a time. What is finished is written by `flush`,
    for many rows at once: a thread that holds a lock while it writes would keep all others waiting for the interpreter.
    """

    def __init__(self, place: Path, record: BatchRecord, columns: tuple[str, ...], file_format: FileFormat) -> None:
        self.place = place
        self.record = record
        self.progress = Progress()
        self._columns = columns
        self._format: FileFormat = file_format
        self._finished: deque[tuple[int, Outcome, bytes]] = deque()
        self._leaving = threading.Lock()
        self._leaving_row: int | None = None
        self._files: dict[Outcome, int] = {}
        self._lengths = dict.fromkeys(OUTCOMES, 0)
        self._journal: _Handle | None = None

    @classmethod
    @contextlib.contextmanager
    def open(
        cls, place: Path, record: BatchRecord, columns: tuple[str, ...], file_format: FileFormat
    ) -> Iterator[BatchFolder]:
        """Create the folder, or go on with it.

        Args:
            place: The folder.
            record: What the batch is; the key prefix counts for a new one alone.
            columns: The columns of the three result files.
            file_format: How they are written.

        Raises:
            BatchError: The folder belongs to another batch, to nobody's, or another process uses it.
        """
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, _ = private_file.open_private(place / "lock")
        try:
            try:
                private_file.lock(handle, 0.0)
            except TimeoutError:
                raise BatchError(f"Another process is running the batch {place}.", code="batch_busy") from None
            folder = cls(place, _same(place, record), columns, file_format)
            folder._open_files()
            try:
                yield folder
            finally:
                folder._close_files()
        finally:
            private_file.close(handle)

    def started(self, row: int, now: float, *, durable: bool) -> None:
        """Note that a row's request is about to leave.

        Args:
            row: Its number.
            now: Unix time in seconds.
            durable: Wait until the note is on the disk, because the row could not be sent again.
        """
        if durable:
            self._leaving.acquire()
            self._leaving_row = row
        if (journal := self._journal) is None:
            raise BatchError("The batch was stopped before the row was sent.")
        self.progress.begun[row] = now
        _write_all(journal.number, f"started {row} {now:.0f}\n".encode())
        if durable:
            (os.fdatasync if hasattr(os, "fdatasync") else os.fsync)(journal.number)

    def sent(self, row: int) -> None:
        """Let the next row leave; called after `started`, when the request has left or will not. May be called twice.

        Durable rows leave one at a time: others that were written down and not yet sent would be unknown for nothing.
        """
        if self._leaving_row == row:
            self._leaving_row = None
            self._leaving.release()

    def undone(self, row: int) -> None:
        """Note that a row that was begun has had no effect, so that it may be run again."""
        if (journal := self._journal) is not None:
            _write_all(journal.number, f"undone {row}\n".encode())
            self.progress.begun.pop(row, None)

    def finish(self, row: int, outcome: Outcome, values: dict[str, Any]) -> None:
        """Have the next `flush` write a row, its values by column, to its result file, and note that it is finished."""
        self._finished.append((row, outcome, write_cells(self._columns_of(outcome), values, self._format)))

    def flush(self) -> None:
        """Write what is finished: first the lines of the results, then those of the journal.

        Raises:
            OSError: The folder cannot be written to.
        """
        if (journal := self._journal) is None or not self._finished:
            return  # what comes after the end stays begun in the journal
        rows = [self._finished.popleft() for _ in range(len(self._finished))]
        lines: dict[Outcome, list[bytes]] = {outcome: [] for outcome in OUTCOMES}
        notes = []
        for row, outcome, line in rows:
            lines[outcome].append(line)
            self._lengths[outcome] += len(line)
            lengths = " ".join(str(self._lengths[each]) for each in OUTCOMES)
            notes.append(f"{outcome} {row} {lengths}\n")
        for outcome, written in lines.items():
            _write_all(self._files[outcome], b"".join(written))
        _write_all(journal.number, "".join(notes).encode())
        for row, outcome, _ in rows:
            self.progress.finish(row, outcome)

    def path(self, outcome: Outcome) -> Path:
        """The result file of an outcome."""
        return self.place / f"{_FILES[outcome]}.{self._format}"

    def _columns_of(self, outcome: Outcome) -> tuple[str, ...]:
        return self._columns if outcome == "done" else tuple(c for c in self._columns if not c.startswith(OUTPUT))

    def _open_files(self) -> None:
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        # Appended to, so that several threads may write lines at a time.
        journal = _Handle(os.open(self.place / "journal", flags | os.O_APPEND, 0o600))
        self.progress, self._lengths, whole = replayed(journal.number)
        if self.progress.finished and self.progress.finished == self.record.rows:
            return  # the files of results are left alone: failed rows are corrected in theirs
        os.ftruncate(journal.number, whole)
        self._journal = journal
        for outcome in OUTCOMES:
            handle = self._files[outcome] = os.open(self.path(outcome), flags, 0o600)
            if self._lengths[outcome] == 0 and self._format == "csv":
                header = self._columns_of(outcome)
                line = write_cells(header, dict(zip(header, header, strict=True)), "csv")
                os.ftruncate(handle, 0)
                _write_all(handle, line)
                self._lengths[outcome] = len(line)
            if os.fstat(handle).st_size < self._lengths[outcome]:
                raise BatchError(
                    f"The file {self.path(outcome)} is shorter than the journal says, so rows of it are lost.",
                    hint="Move the folder away and begin again, or restore the file.",
                    code="batch_damaged",
                )
            os.ftruncate(handle, self._lengths[outcome])
            os.lseek(handle, 0, os.SEEK_END)

    def _close_files(self) -> None:
        with contextlib.suppress(OSError):
            self.flush()
        journal, self._journal = self._journal, None
        for handle in (*([journal.number] if journal else ()), *self._files.values()):
            with contextlib.suppress(OSError):
                os.fsync(handle)
        for handle in self._files.values():
            os.close(handle)
        self._files = {}


class _Handle:
    """An open file, closed when the last thread that may write to it has let go of it."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __del__(self) -> None:
        os.close(self.number)


OUTPUT = "_out."
"""Prefix of the columns with outputs, so that they never meet the user's own."""


def result_columns(columns: tuple[str, ...], outputs: tuple[str, ...]) -> tuple[str, ...]:
    """The columns of the result files: the user's own, ours, and the outputs, which only the successes have."""
    own = tuple(column for column in columns if not column.startswith("_"))
    return (*own, "_row", "_key", "_code", "_error", "_hint", *(f"{OUTPUT}{name}" for name in outputs))


def _same(place: Path, record: BatchRecord) -> BatchRecord:
    """The record of the folder, which is new or belongs to the same batch."""
    found = read_record(place)
    if found is None:
        strangers = sorted(path.name for path in place.iterdir() if path.name not in {"lock", ".batch.json"})
        if strangers:
            raise BatchError(f"The folder {place} is not a batch's: it has {strangers[0]}.", hint="Choose another one.")
        partial = place / ".batch.json"
        partial.write_text(json.dumps(asdict(record), indent=2) + "\n", encoding="utf-8")
        partial.replace(place / "batch.json")
        return record
    changed = [name for attribute, name in _WHAT.items() if getattr(found, attribute) != getattr(record, attribute)]
    if changed:
        raise BatchError(
            f"The batch {place} was begun with something else: {', '.join(changed)} changed.",
            code="batch_changed",
            hint="Use another folder for another batch, or undo the change to go on with this one.",
        )
    return found


def _write_all(handle: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]
