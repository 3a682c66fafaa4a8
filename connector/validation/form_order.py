"""The order of problems: that of the form, so that people correct it from top to bottom."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from connector.definition.field import FieldSchema, ObjectSchema
from connector.errors import Problem

_ROW = re.compile(r"\[(\d+)\]")


def in_form_order(problems: Iterable[Problem], schema: ObjectSchema) -> list[Problem]:
    """The problems by the place of their fields, each field and rule once; problems without a field come last."""
    first: dict[tuple[str, str], Problem] = {}
    for problem in problems:
        first.setdefault((problem.field, problem.rule), problem)
    return sorted(first.values(), key=lambda problem: _position(problem.field, schema))


def _position(path: str, schema: ObjectSchema) -> list[int]:
    """The positions of the steps of a path: of a name among its fellows, of a row among the rows."""
    field, fields = FieldSchema(), schema.properties
    position: list[int] = []
    rest = path
    while rest:
        if row := _ROW.match(rest):
            position.append(int(row[1]))
            field, rest = schema.resolve(field.items or FieldSchema()), rest[row.end() :].removeprefix(".")
        else:
            name = _name_at_start(rest, fields)
            if name is None:
                return [*position, len(fields)]
            position.append(list(fields).index(name))
            field, rest = schema.resolve(fields[name]), rest[len(name) :].removeprefix(".")
        fields = field.properties
    return position


def _name_at_start(path: str, fields: Mapping[str, FieldSchema]) -> str | None:
    """The field that a path begins with; a name may hold the path's own signs."""
    fitting = [name for name in fields if path == name or path.startswith((f"{name}.", f"{name}["))]
    return max(fitting, key=len, default=None)
