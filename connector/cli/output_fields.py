"""`--fields`: which part of a result is printed, decided before anything is sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from connector.catalogue.action import Action
from connector.validation.messages import nearest

Selection = Callable[[dict[str, Any]], Any]

_MOST_NAMES = 12


def selection(action: Action, wanted: str | None) -> Selection:
    """What takes the wanted fields out of a result; where they are all fields of the rows, out of those rows.

    Raises:
        click.UsageError: The action has no such fields.
    """
    if wanted is None:
        return lambda fields: fields
    names = list(dict.fromkeys(name.strip() for name in wanted.split(",") if name.strip()))
    outputs = action.definition.outputs.properties
    if names and all(name in outputs for name in names):
        return lambda fields: {name: fields[name] for name in names}
    rows = _rows_fields(action)
    for key, columns in rows.items():
        chosen = [_column(key, name) for name in names]
        if names and all(name in columns for name in chosen):
            return lambda fields: [{name: row.get(name) for name in chosen} for row in fields[key] or []]
    raise click.UsageError(_complaint(action, names, list(outputs), rows), click.get_current_context())


def _column(key: str, name: str) -> str:
    return name.removeprefix(f"{key}[].").removeprefix(f"{key}.")


def _rows_fields(action: Action) -> dict[str, list[str]]:
    """The lists of rows among the outputs, and the names in their rows."""
    outputs = action.definition.outputs
    found: dict[str, list[str]] = {}
    for key, declared in outputs.properties.items():
        field = outputs.resolve(declared)
        item = outputs.resolve(field.items) if field.items is not None else None
        if item is not None and item.properties:
            found[key] = list(item.properties)
    return found


def _complaint(action: Action, names: list[str], top: list[str], rows: dict[str, list[str]]) -> str:
    known = top + [name for columns in rows.values() for name in columns]
    unknown = [name for name in names if not any(_column(key, name) in known for key in ("", *rows))]
    if not names:
        told = "--fields needs at least one name."
    elif unknown:
        told = f"--fields: the result has no field “{unknown[0]}”."
        close = nearest(unknown[0], known)
        if close:
            return f"{told} Did you mean “{close[0]}”?"
    else:
        told = "--fields takes fields of the result, or fields of the rows of one list, not both at once."
    some = ", ".join(known[:_MOST_NAMES])
    rest = f", and more: show {action.key}" if len(known) > _MOST_NAMES else ""
    return f"{told} There are: {some or 'none'}{rest}."
