"""How a batch goes, and how it ended."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from connector.errors import ConnectorError, ExitStatus

BATCH_INCOMPLETE = 10
"""Exit status of a batch that is finished with failed or unknown rows."""

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


@dataclass(frozen=True)
class BatchProgress:
    """How far a running batch is.

    Attributes:
        rows: Rows in the file.
        done: Rows that succeeded.
        failed: Rows that failed.
        unknown: Rows that may have been carried out and cannot be repeated.
        in_flight: Rows that are being run.
        used: Calls counted against the limit of the fullest connection.
        calls: That limit.
        renewal_period: Its seconds.
        seconds_left: Estimate of the seconds until the end; None before anything is known.
    """

    rows: int
    done: int
    failed: int
    unknown: int
    in_flight: int
    used: int
    calls: int
    renewal_period: float
    seconds_left: float | None

    @property
    def finished(self) -> int:
        """Rows finished, whatever their outcome."""
        return self.done + self.failed + self.unknown

    def to_dict(self) -> dict[str, Any]:
        """The progress as JSON-ready values."""
        return {"type": "progress", **asdict(self)}

    def __str__(self) -> str:
        shown = [
            f"{self.finished:,} of {self.rows:,} rows: {self.done:,} done, {self.failed:,} failed, "
            f"{self.unknown:,} unknown",
            f"{self.used} of {self.calls} calls per {self.renewal_period:g} s used",
        ]
        if self.seconds_left is not None and self.finished < self.rows:
            shown.append(f"about {duration(self.seconds_left)} left")
        return "; ".join(shown)


@dataclass(frozen=True)
class BatchReport:
    """How a batch ended.

    Attributes:
        folder: Where the results are.
        rows: Rows in the file.
        done: Rows that succeeded.
        failed: Rows that failed; correct them and run `retry`.
        unknown: Rows that may have been carried out and cannot be repeated: check them in the service.
        stopped: Why it stopped before the last row; None when it did not.
    """

    folder: Path
    rows: int
    done: int
    failed: int
    unknown: int
    stopped: ConnectorError | None = None

    @property
    def left(self) -> int:
        """Rows that are not finished: run the batch again to go on with them."""
        return self.rows - self.done - self.failed - self.unknown

    @property
    def exit_status(self) -> int:
        """0 when every row succeeded."""
        if self.stopped is not None:
            return int(self.stopped.exit_status)
        if self.left:
            return int(ExitStatus.INTERRUPTED)
        return BATCH_INCOMPLETE if self.failed or self.unknown else int(ExitStatus.OK)

    def to_dict(self) -> dict[str, Any]:
        """The report as JSON-ready values."""
        counts = {name: getattr(self, name) for name in ("rows", "done", "failed", "unknown", "left")}
        stopped = None if self.stopped is None else self.stopped.to_dict()
        return {"type": "report", "folder": str(self.folder), **counts, "stopped": stopped}


def duration(seconds: float) -> str:
    """Seconds as people say them: `40 s`, `9 min`, `3 h 20 min`, `7 d 2 h`."""
    if seconds < _MINUTE:
        return f"{max(1, round(seconds))} s"
    if seconds < _HOUR:
        return f"{round(seconds / _MINUTE)} min"
    if seconds < _DAY:
        hours, minutes = divmod(round(seconds / _MINUTE), 60)
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(round(seconds / _HOUR), 24)
    return f"{days} d {hours} h" if hours else f"{days} d"
