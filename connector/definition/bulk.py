"""The bulk job of a service: what a definition says so that a batch can become a few calls."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from connector.definition.field import Pointer
from connector.definition.model import Model


class BulkJob(Model):
    """A job of the service that does what many runs of the action would. A batch can use it instead.

    Attributes:
        create: Key of the action that creates a job.
        add: Key of the action that adds rows to it.
        run: Key of the action that starts it.
        get: Key of the action that shows its status.
        results: Key of the action, with pages, that lists its rows and what became of each.
        id: The output of `create` that names the job.
        input: The input of the other actions that takes this name.
        rows: The input of `add` that takes the rows.
        most: Most rows that `add` takes at a time.
        same: The input of `create` by input of this action. Their values must be the same in every row.
        own: The place in a row of `add`, as a pointer, by input of this action.
        defaults: Values for inputs of `create`, unless the input `unless` is filled in.
        unless: An input of `create`.
        status: The output of `get` with the status of the job.
        created: Statuses of a job that was not started.
        ended: Statuses of a job that is over.
        matches: Which row a result is for: outputs of `results` with the pointer into a row of `add` that has the same
            value. The first whose place in the row is filled in counts.
        outcome: The output of `results` that says what became of the row.
        succeeded: Its values for rows that succeeded.
        failed: Its values for rows that failed.
        outputs: The output of `results` by output of this action.
    """

    create: str
    add: str
    run: str
    get: str
    results: str
    id: str
    input: str
    rows: str
    most: Annotated[int, Field(ge=1)] = 1_000
    same: dict[str, str]
    own: dict[str, Pointer]
    defaults: dict[str, Any] = Field(default_factory=dict)
    unless: str | None = None
    status: str
    created: list[str]
    ended: list[str]
    matches: dict[str, Pointer]
    outcome: str
    succeeded: list[str]
    failed: list[str]
    outputs: dict[str, str] = Field(default_factory=dict)

    @property
    def actions(self) -> tuple[str, ...]:
        """The keys of its actions."""
        return self.create, self.add, self.run, self.get, self.results
