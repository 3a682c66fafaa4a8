"""Reading something again until it is as it should be: `run --wait-until status=DELIVERED`, and `--watch`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import click

from connector.call.projection import Projection
from connector.call.result import Result
from connector.catalogue.action import Action
from connector.cli import context
from connector.clock import Clock
from connector.errors import UnavailableError
from connector.validation.messages import did_you_mean

LONGEST = 300.0
"""Seconds of waiting, unless `--timeout` says otherwise."""


class NotReachedError(UnavailableError):
    """The time is over, and the field does not have the value yet."""

    code = "not_reached"


@dataclass(frozen=True)
class Condition:
    """What is waited for: that a field of the result has one of the values, as text."""

    field: str
    values: tuple[str, ...]

    @classmethod
    def of(cls, action: Action, typed: Sequence[str]) -> Condition:
        """The condition `FIELD=VALUE`; several of one field mean any of the values.

        Raises:
            click.UsageError: There is no such field, or it never has that value.
        """
        pairs = [text.partition("=") for text in typed]
        fields = {field for field, _, _ in pairs}
        if not all(equals for _, equals, _ in pairs) or len(fields) != 1:
            raise click.UsageError("--wait-until: write FIELD=VALUE, such as status=DELIVERED, always with one field.")
        condition = cls(fields.pop(), tuple(value for _, _, value in pairs))
        with context.usage_errors("--wait-until"):
            rows = Projection.of(action.definition.outputs, [condition.field]).rows
        if rows is not None:
            raise click.UsageError(f"--wait-until: “{condition.field}” is a field of rows. Name a field of the result.")
        declared = action.definition.outputs.properties[condition.field]
        choices = [_text(choice) for choice in action.definition.outputs.resolve(declared).enum or []]
        for value in condition.values if choices else ():
            if value not in choices:
                hint = did_you_mean(value, choices, f"Values: {', '.join(choices)}.")
                raise click.UsageError(f"--wait-until: {condition.field} is never “{value}”. {hint}")
        return condition

    def is_met(self, result: Result) -> bool:
        """Whether the field has one of the values."""
        return self.value_in(result) in self.values

    def value_in(self, result: Result) -> str:
        """The field's value as text."""
        return _text(result.fields[self.field])


def results(
    read: Callable[[float], Result], clock: Clock, interval: float, timeout: float | None, condition: Condition | None
) -> Iterator[Result]:
    """One result after the other, the last one being the one that was waited for.

    Args:
        read: Runs the action within a number of seconds.
        clock: Tells the time.
        interval: Seconds from one run to the next.
        timeout: Seconds in all; with a condition 300 if left out, without one for ever.
        condition: What is waited for, if anything.

    Raises:
        NotReachedError: The time is over.
    """
    longest = LONGEST if timeout is None and condition is not None else timeout
    deadline = float("inf") if longest is None else clock.monotonic() + longest
    while True:
        result = read(deadline - clock.monotonic())
        yield result
        if condition is not None and condition.is_met(result):
            return
        if clock.monotonic() + interval >= deadline:
            break
        clock.sleep(interval)
    if condition is not None:
        raise NotReachedError(
            f"{condition.field} is {condition.value_in(result) or 'empty'} after {longest:g} seconds, not "
            f"{' or '.join(condition.values)}.",
            hint="To wait longer, add --timeout SECONDS.",
        )


def _text(value: Any) -> str:
    """A value as it is typed on a command line."""
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
