"""Rows of a batch as rows of a bulk job: what all of them share, and what each has of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connector import json_pointer
from connector.batch.source import Row
from connector.catalogue.action import Action
from connector.definition.bulk import BulkJob
from connector.errors import Problem


@dataclass(frozen=True)
class BulkRow:
    """A row of a job.

    Attributes:
        row: The row of the file.
        same: Inputs of the action that creates the job.
        own: What is added to the job.
    """

    row: Row
    same: dict[str, Any]
    own: dict[str, Any]


def bulk_row(action: Action, bulk: BulkJob, row: Row, inputs: Mapping[str, Any]) -> tuple[BulkRow, list[Problem]]:
    """A row as one of a bulk job, and which of its inputs no such job has."""
    same, own, problems = {}, dict[str, Any](), []
    ignored = {action.definition.idempotency.input} if action.definition.idempotency else set()
    for name, value in inputs.items():
        if name in bulk.same:
            same[bulk.same[name]] = value
        elif name in bulk.own:
            json_pointer.put(own, bulk.own[name], value)
        elif name not in ignored:
            title = action.definition.input(name).title or name
            problems.append(Problem(name, "bulk", f"A bulk job has no {title}."))
    return BulkRow(row, same, own), problems


def differing(action: Action, bulk: BulkJob, first: Mapping[str, Any], row: BulkRow) -> list[Problem]:
    """What differs from the first row although it must be the same in all rows of a job."""
    titles = {target: action.definition.input(name).title or name for name, target in bulk.same.items()}
    names = {target: name for name, target in bulk.same.items()}
    wrong = sorted(target for target in {*first, *row.same} if first.get(target) != row.same.get(target))
    return [
        Problem(names[target], "bulk", f"{titles[target]} must be the same in every row of a bulk job.")
        for target in wrong
    ]


def parts(rows: Sequence[dict[str, Any]], most: int, size: float) -> Iterator[list[dict[str, Any]]]:
    """The rows in parts: each of at most so many rows, which have at most `size` bytes together."""
    part: list[dict[str, Any]] = []
    length = 0
    for row in rows:
        added = len(json.dumps(row))
        if part and (len(part) == most or length + added > size):
            yield part
            part, length = [], 0
        part.append(row)
        length += added
    if part:
        yield part
