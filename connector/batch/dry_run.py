"""A batch before it runs: every row validated, the problems summed up, and how long it will take. Makes no call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from connector.batch.bulk_rows import bulk_row, differing
from connector.batch.columns import ColumnMap
from connector.batch.report import duration
from connector.batch.source import Source
from connector.definition.bulk import BulkJob
from connector.errors import ExitStatus, Problem

_MOST_KINDS = 1_000
_SHOWN_ROWS = 5
_REPORT_EVERY = 1_000
_MANY = 100
"""Rows above which a bulk job is worth a thought."""
_CALLS_OF_A_JOB = 4


@dataclass
class ProblemKind:
    """The same problem in some rows: how many, the numbers of the first, and the sentence for the first of all."""

    field: str
    rule: str
    message: str
    rows: list[int]
    count: int = 0

    def __str__(self) -> str:
        shown = ", ".join(f"{row:,}" for row in self.rows)
        more = " …" if self.count > len(self.rows) else ""
        return f"{self.count:,} {'row' if self.count == 1 else 'rows'} ({shown}{more}): {self.message}"


@dataclass(frozen=True)
class DryRun:
    """What a batch would meet.

    Attributes:
        rows: Rows in the file.
        wrong: Rows whose inputs are wrong.
        problems: Their problems by kind, the most frequent first.
        seconds: How long the calls take at the limit of the connection; None where it is unknown.
        bulk_offered: Whether the service has a bulk job that would do the same with a few calls.
    """

    rows: int
    wrong: int
    problems: tuple[ProblemKind, ...]
    seconds: float | None
    bulk_offered: bool = False

    @property
    def exit_status(self) -> int:
        """0 when every row is right."""
        return int(ExitStatus.INPUT if self.wrong else ExitStatus.OK)

    def to_dict(self) -> dict[str, Any]:
        """The same as JSON-ready values."""
        problems = [vars(problem) for problem in self.problems]
        return {
            "type": "dry_run",
            "rows": self.rows,
            "wrong": self.wrong,
            "problems": problems,
            "seconds": self.seconds,
            "bulk_offered": self.bulk_offered,
        }

    def __str__(self) -> str:
        noun = "row" if self.rows == 1 else "rows"
        lines = [f"{self.rows:,} {noun}: {self.rows - self.wrong:,} right, {self.wrong:,} wrong."]
        lines += [f"  {problem}" for problem in self.problems]
        if self.seconds is not None and self.rows:
            lines.append(f"Running them takes about {duration(self.seconds)} at the connection's call limit.")
        if self.bulk_offered:
            lines.append("The service has a bulk job that does the same with a few calls: --bulk.")
        return "\n".join(lines)


def dry_run(
    source: Source,
    columns: ColumnMap,
    forecast: Callable[[int], float] | None = None,
    on_progress: Callable[[int], None] = lambda _: None,
    *,
    bulk: BulkJob | None = None,
) -> DryRun:
    """Validate every row.

    Args:
        source: The file.
        columns: How rows become inputs.
        forecast: Seconds that a number of calls take at the call limit.
        on_progress: Called now and then with the number of rows that were read.
        bulk: The bulk job that the rows are for.

    Raises:
        InputError: The file cannot be read to its end.
    """
    kinds: dict[tuple[str, str, str], ProblemKind] = {}
    rows = wrong = 0
    first: dict[str, Any] | None = None
    for row in source.rows():
        rows += 1
        inputs, problems = columns.row_inputs(row)
        if not row.problem:
            inputs, found = columns.action.validate_inputs(inputs)
            problems = problems + found
            if bulk is not None:
                made, unfit = bulk_row(columns.action, bulk, row, inputs)
                problems += unfit
                if not problems:
                    first = made.same if first is None else first
                    problems = differing(columns.action, bulk, first, made)
        wrong += bool(problems)
        for key, problem in {_kind_of(each): each for each in problems}.items():
            kind = kinds.get(key)
            if kind is None:
                if len(kinds) == _MOST_KINDS:
                    continue
                kind = kinds[key] = ProblemKind(problem.field, problem.rule, problem.message, [])
            kind.count += 1
            if len(kind.rows) < _SHOWN_ROWS:
                kind.rows.append(row.number)
        if rows % _REPORT_EVERY == 0:
            on_progress(rows)
    ordered = sorted(kinds.values(), key=lambda kind: -kind.count)
    calls = rows if bulk is None else -(-rows // bulk.most) + _CALLS_OF_A_JOB
    offered = bulk is None and columns.action.definition.bulk is not None and rows > _MANY
    return DryRun(rows, wrong, tuple(ordered), forecast(calls) if forecast is not None else None, offered)


def _kind_of(problem: Problem) -> tuple[str, str, str]:
    """What problems of one kind have in common; of a row that cannot be read, what it says, too."""
    return problem.field, problem.rule, problem.message if problem.rule == "row" else ""
