"""A batch of the server: its file and its folder on the disk, so that it outlives the server, and its run."""

from __future__ import annotations

import shutil
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from connector import state_dir
from connector.batch.journal import OUTCOMES, BatchError, Outcome, read_progress
from connector.batch.report import BatchProgress, BatchReport
from connector.batch.source import FileFormat
from connector.errors import ConnectorError


class BatchSettings(BaseModel):
    """How a batch runs: the body of the routes that check and run one.

    Attributes:
        action: Key of the action.
        mapping: The input that a column is, where its name does not say; empty to ignore a column.
        templates: Texts for inputs in every row, with the names of columns in braces.
        connection_column: The column with the name of a row's connection.
        concurrency: Rows that run at the same time.
        bulk: Use the bulk job of the service.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    action: str
    mapping: dict[str, str] = Field(default_factory=dict)
    templates: dict[str, str] = Field(default_factory=dict)
    connection_column: str | None = None
    concurrency: int = Field(16, ge=1, le=100)
    bulk: bool = False

    @property
    def same_rows(self) -> tuple[object, ...]:
        """What must stay the same for a batch to go on."""
        return self.action, self.mapping, self.templates, self.connection_column, self.bulk


class BatchEntry(BaseModel):
    """What is kept of a batch beside its folder: `entry.json`.

    Attributes:
        id: Names the batch in routes.
        file: The name of the file that was sent.
        format: How it is written.
        created: Unix time in seconds.
        retry_of: The batch whose failed rows these are.
        settings: How it was checked or run last.
        connection: The name of the connection that it was run with last.
        dry_run: What the last dry run found.
        rows: How many it has, once that is known.
        error: Why it stopped before its last row.
    """

    id: str
    file: str
    format: FileFormat
    created: float
    retry_of: str | None = None
    settings: BatchSettings | None = None
    connection: str | None = None
    dry_run: dict[str, Any] | None = None
    rows: int | None = None
    error: dict[str, Any] | None = None


@dataclass
class StoredBatch:
    """A batch in a folder of its own.

    Attributes:
        place: The folder.
        entry: What is kept of it.
        checked: Rows read by the dry run that is going on; None without one.
        progress: How its run goes, or how the last one ended, if this server ran it.
        stop: Set to stop its run or its dry run.
        thread: Runs it.
    """

    place: Path
    entry: BatchEntry
    checked: int | None = None
    progress: BatchProgress | None = None
    stop: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None

    @classmethod
    def read(cls, place: Path) -> StoredBatch | None:
        """The batch in a folder that an earlier server may have left; None where it is none."""
        try:
            return cls(place, BatchEntry.model_validate_json((place / "entry.json").read_bytes()))
        except (OSError, ValueError):
            return None

    @property
    def file(self) -> Path:
        """The file of rows."""
        return self.place / f"rows.{self.entry.format}"

    @property
    def folder(self) -> Path:
        """The folder of the batch itself."""
        return self.place / "rows.batch"

    @property
    def running(self) -> bool:
        """Whether this server runs it now."""
        return self.thread is not None and self.thread.is_alive()

    def result(self, outcome: Outcome) -> Path:
        """The file with the rows of an outcome."""
        name = "success" if outcome == "done" else outcome
        return self.folder / f"{name}.{self.entry.format}"

    def update(self, **values: Any) -> None:
        """Change what is kept of it."""
        self.entry = self.entry.model_copy(update=values)
        state_dir.write_private(self.place / "entry.json", self.entry.model_dump_json(indent=2).encode())

    def ended(self, end: BatchReport | ConnectorError) -> None:
        """Keep how a run ended."""
        if isinstance(end, BatchReport):
            error = None if end.stopped is None else end.stopped.to_dict()
            self.update(rows=end.rows, error=error)
        else:
            self.update(error=end.to_dict())

    def delete(self) -> None:
        """Delete its file and its results."""
        shutil.rmtree(self.place, ignore_errors=True)

    def counts(self) -> dict[str, int]:
        """Rows by outcome; read from the journal unless this server ran it."""
        if self.progress is not None:
            return {outcome: getattr(self.progress, outcome) for outcome in OUTCOMES}
        try:
            return {str(outcome): count for outcome, count in read_progress(self.folder).counts.items()}
        except BatchError:
            return dict.fromkeys(OUTCOMES, 0)

    def to_dict(self) -> dict[str, Any]:
        """The batch as JSON-ready values."""
        entry, counts = self.entry, self.counts()
        rows = self.progress.rows if self.progress is not None else entry.rows
        finished = sum(counts.values())
        if self.running:
            state = "stopping" if self.stop.is_set() else "running"
        elif self.checked is not None:
            state = "checking"
        elif rows is not None and finished == rows and self.folder.is_dir():
            state = "finished"
        else:
            state = "stopped" if finished or entry.error is not None or self.folder.is_dir() else "ready"
        live = self.progress.to_dict() if self.progress is not None and self.running else None
        names = ("in_flight", "used", "calls", "renewal_period", "seconds_left")
        return {
            "id": entry.id,
            "file": entry.file,
            "format": entry.format,
            "created": entry.created,
            "retry_of": entry.retry_of,
            "state": state,
            "settings": None if entry.settings is None else entry.settings.model_dump(),
            "connection": entry.connection,
            "rows": rows,
            **counts,
            "progress": None if live is None else {name: live[name] for name in names},
            "checked": self.checked,
            "dry_run": entry.dry_run,
            "error": entry.error,
        }


def new_place(parent: Path, identity: str) -> Path:
    """A private folder for a batch."""
    place = parent / identity
    place.mkdir(mode=0o700, parents=True)
    return place


def read_all(parent: Path) -> dict[str, StoredBatch]:
    """The batches of a folder by id."""
    found = (StoredBatch.read(place) for place in sorted(parent.glob("*/")))
    return {batch.entry.id: batch for batch in found if batch is not None and batch.place.name == batch.entry.id}
