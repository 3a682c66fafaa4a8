"""Choosing some of a result's fields, as `fields=` does in many APIs, decided before anything is sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from connector.definition.field import ObjectSchema
from connector.errors import ConnectorError, ExitStatus
from connector.validation.messages import did_you_mean

_MAX_NAMES = 12


class ProjectionError(ConnectorError):
    """The result of the action has no such fields, or they cannot be combined."""

    code = "projection"
    exit_status = ExitStatus.USAGE


@dataclass(frozen=True)
class Projection:
    """The fields to keep of a result, or of each row of one of its lists.

    Attributes:
        names: The fields, in the order in which they are wanted.
        rows: The output whose rows have these fields; None if they are fields of the result itself.
    """

    names: tuple[str, ...]
    rows: str | None = None

    @classmethod
    def of(cls, outputs: ObjectSchema, names: Iterable[str]) -> Projection:
        """The projection to these fields.

        Args:
            outputs: The outputs of the action.
            names: Outputs, or fields in the rows of one list, plain (`id`) or with the list's name (`items.id`,
                `items[].id`).

        Raises:
            ProjectionError: There are no such fields, none are named, or they belong to different lists.
        """
        wanted = tuple(dict.fromkeys(name.strip() for name in names if name.strip()))
        if wanted and all(name in outputs.properties for name in wanted):
            return cls(wanted)
        lists = row_fields(outputs)
        for key, fields in lists.items():
            inner = tuple(_without_list(key, name) for name in wanted)
            if inner and all(name in fields for name in inner):
                return cls(inner, key)
        raise _error(wanted, list(outputs.properties), lists)

    def apply(self, fields: Mapping[str, Any]) -> dict[str, Any] | list[dict[str, Any]]:
        """The chosen fields of a result: an object, or a list of rows."""
        if self.rows is None:
            return {name: fields[name] for name in self.names}
        rows = fields[self.rows]
        return [
            {name: row.get(name) if isinstance(row, Mapping) else None for name in self.names}
            for row in (rows if isinstance(rows, list) else [])
        ]


def _without_list(key: str, name: str) -> str:
    return name.removeprefix(f"{key}[].").removeprefix(f"{key}.")


def row_fields(outputs: ObjectSchema) -> dict[str, list[str]]:
    """The lists of rows among the outputs, and the fields in their rows."""
    found: dict[str, list[str]] = {}
    for key, declared in outputs.properties.items():
        field = outputs.resolve(declared)
        item = outputs.resolve(field.items) if field.items is not None else None
        if item is not None and item.properties:
            found[key] = list(item.properties)
    return found


def _error(wanted: tuple[str, ...], outputs: list[str], lists: dict[str, list[str]]) -> ProjectionError:
    known = outputs + [name for fields in lists.values() for name in fields]
    more = len(known) - _MAX_NAMES
    available = f"Fields: {', '.join(known[:_MAX_NAMES]) or 'none'}{f' and {more} more' if more > 0 else ''}."
    unknown = [name for name in wanted if not any(_without_list(key, name) in known for key in ("", *lists))]
    if not wanted:
        return ProjectionError("Name at least one field.", hint=available)
    if not unknown:
        return ProjectionError("Use fields of the result, or fields in the rows of one list, not both.", hint=available)
    return ProjectionError(f"Unknown field “{unknown[0]}”.", hint=did_you_mean(unknown[0], known, available))
