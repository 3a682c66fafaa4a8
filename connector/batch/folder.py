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
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from connector.batch.source import FileFormat, write_cells
from connector.errors import ConnectorError, ExitStatus
from connector.throttle import private_file

Outcome = Literal["done", "failed", "unknown"]
OUTCOMES: tuple[Outcome, ...] = ("done", "failed", "unknown")
_FILES: dict[Outcome, str] = {"done": "success", "failed": "failed", "unknown": "unknown"}
_FORMAT = 1


class BatchError(ConnectorError):
    """The folder of a batch cannot be used, or belongs to another batch."""

    code = "batch"
    exit_status = ExitStatus.USAGE


@dataclass(frozen=True)
class BatchRecord:
    """What a batch is: `batch.json`. A batch is resumed only if all of it is the same, the prefix aside.

    Attributes:
        connector: Key of the connector.
        action: Key of the action.
        source: Name of the file of rows.
        sha256: Checksum of the file of rows.
        columns: How columns become inputs, as it was asked for.
        connections: Identities of the connections by name; hashes, without a secret.
        key_prefix: Random; the idempotency key of row 7 is `PREFIX-7`.
        format: Version of this folder's layout.
    """

    connector: str
    action: str
    source: str
    sha256: str
    columns: dict[str, Any]
    connections: dict[str, str]
    key_prefix: str
    format: int = _FORMAT


_WHAT = {
    "connector": "the connector",
    "action": "the action",
    "sha256": "the content of the file of rows",
    "columns": "the mapping of the columns",
    "connections": "the connection",
    "format": "the version of this program",
}


@dataclass
class Progress:
    """How far a batch is, as its journal says.

    Attributes:
        counts: Rows finished, by outcome.
        begun: Rows that were sent and not finished, with the Unix time of their start in seconds.
    """

    counts: dict[Outcome, int] = field(default_factory=lambda: dict.fromkeys(OUTCOMES, 0))
    begun: dict[int, float] = field(default_factory=dict)
    _finished: bytearray = field(default_factory=bytearray, repr=False)

    @property
    def finished(self) -> int:
        """Rows finished, whatever their outcome."""
        return sum(self.counts.values())

    def is_finished(self, row: int) -> bool:
        """Whether a row has an outcome."""
        byte, bit = divmod(row, 8)
        return byte < len(self._finished) and bool(self._finished[byte] & (1 << bit))

    def finish(self, row: int, outcome: Outcome) -> None:
        """Count a row."""
        byte, bit = divmod(row, 8)
        if byte >= len(self._finished):
            self._finished.extend(bytes(max(byte + 1 - len(self._finished), len(self._finished))))
        self._finished[byte] |= 1 << bit
        self.counts[outcome] += 1
        self.begun.pop(row, None)


class BatchFolder:
    """The open folder of a batch, locked against other processes. Its methods may be called from several threads."""

    def __init__(self, place: Path, record: BatchRecord, columns: tuple[str, ...], file_format: FileFormat) -> None:
        self.place = place
        self.record = record
        self.progress = Progress()
        self._columns = columns
        self._format: FileFormat = file_format
        self._lock = threading.Lock()
        self._files: dict[Outcome, int] = {}
        self._lengths = dict.fromkeys(OUTCOMES, 0)
        self._journal = -1

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
        with self._lock:
            if self._journal < 0:
                raise BatchError("The batch was stopped before the row was sent.")
            _write_all(self._journal, f"started {row} {now:.0f}\n".encode())
            self.progress.begun[row] = now
        if durable:
            os.fdatasync(self._journal) if hasattr(os, "fdatasync") else os.fsync(self._journal)

    def undone(self, row: int) -> None:
        """Note that a row that was begun has had no effect, so that it may be run again."""
        with self._lock:
            if self._journal >= 0:
                _write_all(self._journal, f"undone {row}\n".encode())
                self.progress.begun.pop(row, None)

    def finish(self, row: int, outcome: Outcome, values: dict[str, Any]) -> None:
        """Write a row to its result file, and note that it is finished.

        Args:
            row: Its number.
            outcome: What became of it.
            values: By column.
        """
        line = write_cells(self._columns_of(outcome), values, self._format)
        with self._lock:
            if self._journal < 0:
                return  # the batch was stopped meanwhile; the journal says that the row was begun
            _write_all(self._files[outcome], line)
            self._lengths[outcome] += len(line)
            lengths = " ".join(str(self._lengths[each]) for each in OUTCOMES)
            _write_all(self._journal, f"{outcome} {row} {lengths}\n".encode())
            self.progress.finish(row, outcome)

    def path(self, outcome: Outcome) -> Path:
        """The result file of an outcome."""
        return self.place / f"{_FILES[outcome]}.{self._format}"

    def _columns_of(self, outcome: Outcome) -> tuple[str, ...]:
        return self._columns if outcome == "done" else tuple(c for c in self._columns if not c.startswith(OUTPUT))

    def _open_files(self) -> None:
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        self._journal = os.open(self.place / "journal", flags, 0o600)
        self.progress, self._lengths, whole = _replayed(self._journal)
        os.ftruncate(self._journal, whole)
        os.lseek(self._journal, 0, os.SEEK_END)
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
        with self._lock:
            for handle in (self._journal, *self._files.values()):
                if handle >= 0:
                    with contextlib.suppress(OSError):
                        os.fsync(handle)
                    os.close(handle)
            self._files, self._journal = {}, -1


OUTPUT = "_out."
"""Prefix of the columns with outputs, so that they never meet the user's own."""


def result_columns(columns: tuple[str, ...], outputs: tuple[str, ...]) -> tuple[str, ...]:
    """The columns of the result files: the user's own, ours, and the outputs, which only the successes have."""
    own = tuple(column for column in columns if not column.startswith("_"))
    return (*own, "_row", "_key", "_code", "_error", "_hint", *(f"{OUTPUT}{name}" for name in outputs))


def read_record(place: Path) -> BatchRecord | None:
    """What `batch.json` says; None where the folder is no batch's.

    Raises:
        BatchError: The file is damaged.
    """
    try:
        return BatchRecord(**json.loads((place / "batch.json").read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError):
        raise BatchError(f"{place / 'batch.json'} cannot be read, or is damaged.", code="batch_damaged") from None


def read_progress(place: Path) -> Progress:
    """How far a batch is, also while another process runs it.

    Raises:
        BatchError: There is no journal.
    """
    try:
        handle = os.open(place / "journal", os.O_RDONLY)
    except OSError:
        raise BatchError(f"{place} is not the folder of a batch.") from None
    try:
        return _replayed(handle)[0]
    finally:
        os.close(handle)


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


def _replayed(handle: int) -> tuple[Progress, dict[Outcome, int], int]:
    """What a journal says: the progress, the lengths of the result files, and how much of the journal is whole."""
    progress, lengths, whole = Progress(), dict.fromkeys(OUTCOMES, 0), 0
    with os.fdopen(os.dup(handle), "rb") as file:
        file.seek(0)
        for line in file:
            if not line.endswith(b"\n"):
                break
            words = line.split()
            try:
                if words[0] == b"started":
                    progress.begun[int(words[1])] = float(words[2])
                elif words[0] == b"undone":
                    progress.begun.pop(int(words[1]), None)
                else:
                    outcome = OUTCOMES[OUTCOMES.index(words[0].decode())]
                    sizes = [int(word) for word in words[2:5]]
                    lengths = dict(zip(OUTCOMES, sizes, strict=True))
                    progress.finish(int(words[1]), outcome)
            except (ValueError, IndexError):
                raise BatchError("The journal of the batch is damaged.", code="batch_damaged") from None
            whole += len(line)
    return progress, lengths, whole


def _write_all(handle: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]
