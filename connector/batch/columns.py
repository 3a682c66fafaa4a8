"""From the cells of a row to the inputs of an action: which column is which input, and texts made from several."""

from __future__ import annotations

import json
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connector.batch.source import Row, cell_text
from connector.catalogue.action import Action
from connector.definition.field import FieldSchema
from connector.errors import InputError, Problem
from connector.validation.messages import nearest
from connector.validation.text_values import typed

KEY_COLUMN = "_key"
"""The column with a row's idempotency key. Other columns whose names begin with an underscore are ignored."""

_JSON_MARK = ":="


@dataclass(frozen=True)
class _Template:
    """Text with the names of columns in braces, such as `Hi {first_name}`; `{{` and `}}` are braces."""

    parts: tuple[tuple[str, str | None], ...]

    @classmethod
    def parse(cls, text: str) -> _Template:
        parts = []
        for literal, name, spec, conversion in string.Formatter().parse(text):
            if spec or conversion or name == "":
                raise ValueError("write the name of a column in braces, such as {first_name}, and {{ for a brace")
            parts.append((literal, name))
        return cls(tuple(parts))

    @property
    def columns(self) -> list[str]:
        return [name for _, name in self.parts if name is not None]

    def fill(self, values: Mapping[str, Any]) -> str:
        return "".join(literal + cell_text(values.get(name)) if name else literal for literal, name in self.parts)


@dataclass(frozen=True)
class ColumnMap:
    """Which column of a file is which input of an action.

    Attributes:
        inputs: The input by column; a column without one is left out.
        ignored: Columns that are not inputs.
    """

    action: Action
    inputs: Mapping[str, str]
    ignored: frozenset[str]
    _templates: Mapping[str, _Template]

    @classmethod
    def of(
        cls,
        action: Action,
        columns: Sequence[str],
        mapping: Mapping[str, str] | None = None,
        templates: Mapping[str, str] | None = None,
    ) -> ColumnMap:
        """Match columns with inputs by name, label or path-style key.

        Args:
            action: Whose inputs.
            columns: The names of the columns; none where each row names its own.
            mapping: The input that a column is, where its name does not say; empty to ignore the column.
            templates: Texts for inputs, with the names of columns in braces.

        Raises:
            InputError: With every column that is not an input, and everything that is wrong with the mapping.
        """
        names = _names(action)
        mapping, problems, made = mapping or {}, [], {}
        for name, text in (templates or {}).items():
            try:
                made[_input_of(name, names)] = _Template.parse(text)
            except (ValueError, LookupError) as error:
                problems.append(Problem(name, "template", f"“{name}” cannot be set: {_reason(error)}"))
        used = {column for template in made.values() for column in template.columns}
        if columns:
            problems += [
                Problem(column, "column", f"There is no column “{column[:80]}”.")
                for column in sorted((used | set(mapping)) - set(columns))
            ]
        inputs: dict[str, str] = {}
        for column in columns or mapping:
            target = mapping.get(column, column)
            if not target or target.startswith("_"):
                continue
            try:
                name = _input_of(target.removesuffix(_JSON_MARK), names)
            except LookupError as error:
                if column not in used:
                    problems.append(Problem(column, "column", _reason(error)))
                continue
            if name in {*inputs.values(), *made}:
                problems.append(
                    Problem(column, "column", f"The column “{column[:80]}” fills in “{name}” a second time.")
                )
            inputs[column] = name
        if problems:
            raise InputError("The columns do not fit the action.", problems, code="batch_columns")
        ignored = frozenset({*columns, *mapping} - set(inputs))
        return cls(action, inputs, ignored, made)

    def row_inputs(self, row: Row) -> tuple[dict[str, Any], list[Problem]]:
        """The inputs of a row, and what of it cannot be read as the input's type."""
        if row.problem:
            return {}, [Problem("", "row", row.problem)]
        inputs: dict[str, Any] = {}
        problems: list[Problem] = []
        for column, value in row.values.items():
            if column in self.ignored or column.startswith("_") or value is None or value == "":
                continue
            name = self.inputs.get(column)
            if name is None:
                name = _names(self.action).get(column.removesuffix(_JSON_MARK).casefold(), column)
            try:
                inputs[name] = self._value(name, value, as_json=column.endswith(_JSON_MARK))
            except (ValueError, RecursionError):
                problems.append(Problem(name, "json", f"“{column}” is not valid JSON."))
        for name, template in self._templates.items():
            text = template.fill(row.values)
            try:
                inputs[name] = self._value(name, text, as_json=False)
            except (ValueError, RecursionError):
                problems.append(Problem(name, "json", f"“{name}” is not valid JSON."))
        return inputs, problems

    def _value(self, name: str, value: Any, *, as_json: bool) -> Any:
        """The value of a cell: text as it is, or what it spells where the input is not text."""
        if not isinstance(value, str):
            return value
        if as_json:
            return json.loads(value)
        properties = self.action.definition.inputs.properties
        field = self.action.definition.input(name) if name in properties else FieldSchema()
        if field.types and "string" not in field.types and {"array", "object"} & set(field.types):
            if value.lstrip().startswith(("[", "{")):
                return json.loads(value)
            if "array" in field.types and field.items is not None:
                return [typed(self.action.definition.inputs.resolve(field.items), value)]
        return typed(field, value)


def matching_input(action: Action, column: str) -> str | None:
    """The input that a column is by its name; None if it is not one."""
    try:
        return None if column.startswith("_") else _input_of(column.removesuffix(_JSON_MARK), _names(action))
    except LookupError:
        return None


def _names(action: Action) -> dict[str, str]:
    """Every name under which a column may mean an input, in lower case: its own, path-style keys and labels."""
    labels = {field.title: name for name, field in action.definition.inputs.properties.items() if field.title}
    labels |= {action.definition.input(name).title or name: name for name in action.definition.inputs.properties}
    return {key.casefold(): name for key, name in (labels | dict(action.accepted_names)).items()}


def _input_of(name: str, names: Mapping[str, str]) -> str:
    found = names.get(name.strip().casefold())
    if found is None:
        close = nearest(name.strip().casefold(), list(names))
        meant = f" Did you mean “{names[close[0]]}”?" if close else ""
        raise LookupError(f"“{name[:80]}” is not an input.{meant}")
    return found


def _reason(error: Exception) -> str:
    text = str(error.args[0]) if error.args else "it is not valid"
    return text if text.endswith((".", "?")) else f"{text}."
