"""A batch as its folder shows it: how far it is, the retries of its failed rows, and the next retry."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connector.batch.batch import BatchOptions
from connector.batch.journal import OUTCOMES, BatchError, BatchRecord, Progress, read_progress, read_record


@dataclass(frozen=True)
class BatchStatus:
    """How far a batch is, running or not, and the retries of its failed rows, oldest first."""

    place: Path
    record: BatchRecord
    progress: Progress
    retries: tuple[BatchStatus, ...] = ()

    @classmethod
    def of(cls, place: Path) -> BatchStatus:
        """Read the folder of a batch, also while another process runs it.

        Raises:
            BatchError: It is not a batch's, or is damaged.
        """
        record = read_record(place)
        if record is None:
            raise BatchError(f"{place} is not the folder of a batch.")
        names = (path.stem.partition("-")[2] for path in place.glob("retry-*.batch"))
        numbers = sorted(int(name) for name in names if name.isdecimal())
        retries = tuple(cls.of(place / f"retry-{number}.batch") for number in numbers)
        return cls(place, record, read_progress(place), retries)

    def to_dict(self) -> dict[str, Any]:
        """The status as JSON-ready values."""
        counts = {str(outcome): self.progress.counts[outcome] for outcome in OUTCOMES}
        return {
            "action": self.record.action,
            "source": self.record.source,
            "rows": self.record.rows,
            **counts,
            "begun": len(self.progress.begun),
            "retries": [retry.to_dict() for retry in self.retries],
        }

    def __str__(self) -> str:
        shown = ", ".join(f"{count:,} {outcome}" for outcome, count in self.progress.counts.items())
        finished = f"{self.progress.finished:,} of {self.record.rows:,} rows finished"
        lines = [f"{self.record.action} over {self.record.source}: {finished}: {shown}."]
        if self.progress.begun:
            lines.append(f"{len(self.progress.begun):,} rows are being run, or were when the batch was stopped.")
        lines += [f"  Retry: {line}" for retry in self.retries for line in str(retry).splitlines()]
        return "\n".join(lines)


def next_retry(place: Path) -> tuple[Path, str, BatchOptions]:
    """The failed rows of a batch as the file of another, its action and its options.

    Raises:
        BatchError: The folder is not a batch's, or no row of it failed.
    """
    record, progress = read_record(place), read_progress(place)
    if record is None:
        raise BatchError(f"{place} is not the folder of a batch.")
    failed = next((path for path in (place / "failed.csv", place / "failed.jsonl") if path.is_file()), None)
    if failed is None or not progress.counts["failed"]:
        raise BatchError(f"No row of {place} failed.", code="batch_no_failures")
    columns = record.columns
    options: BatchOptions = {
        "mapping": columns["mapping"],
        "templates": columns["templates"],
        "connection_column": columns["connection"],
    }
    return _copied(place, failed), record.action, options


def _copied(place: Path, failed: Path) -> Path:
    """The failed rows as a file of their own: that of an earlier retry, if they are the same."""
    content = failed.read_bytes()
    number = 1
    while (path := place / f"retry-{number}{failed.suffix}").exists():
        if path.read_bytes() == content:
            return path
        number += 1
    path.write_bytes(content)
    return path
