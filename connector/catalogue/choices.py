"""Where the choices of a field come from: the action that lists them, and what its rows become."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from connector.call.options import RunOptions
from connector.call.result import Choice, Choices, Result
from connector.catalogue.action import Action
from connector.catalogue.catalogue import Catalogue
from connector.definition.field import DynamicValues
from connector.definition.number_text import number_text
from connector.errors import InputError, Problem

MOST = 1_000
"""Choices of a field; a longer drop-down helps nobody."""

_ROW = re.compile(r"\[[0-9]*\]")


@dataclass(frozen=True)
class ChoiceSource:
    """The action that lists the choices of a field."""

    operation_id: str
    inputs: dict[str, Any]
    _declared: DynamicValues

    @classmethod
    def of(cls, action: Action, field: str, inputs: Mapping[str, Any]) -> Self:
        """The source for a field.

        Args:
            action: The action whose form it is in.
            field: Its name; of a field in rows, the names that lead to it, such as `recipients[0].list_id`.
            inputs: What is filled in already.

        Raises:
            InputError: The field does not exist, has no choices, or they depend on an input that is not filled in.
        """
        declared = _declared(action, field)
        if declared is None:
            problem = Problem(field, "choices", f"“{field[:80]}” has no choices.")
            raise InputError(f"The field “{field[:80]}” of “{action.key}” has no choices.", [problem])
        given = {action.accepted_names.get(name, name): value for name, value in inputs.items()}
        missing = [name for name in declared.depends_on if given.get(name) in (None, "")]
        if missing:
            titles = {name: action.definition.input(name).title or name for name in missing}
            problems = [Problem(name, "required", f"{title} is required.") for name, title in titles.items()]
            raise InputError(f"The choices of “{field}” depend on {' and '.join(titles.values())}.", problems)
        return cls(declared.operation_id, declared.inputs(given), declared)

    def listing(self, catalogue: Catalogue, options: RunOptions) -> tuple[Action, dict[str, Any]]:
        """The action, and its inputs; the options are made to read its pages until there are too many rows."""
        action = catalogue.find(self.operation_id)
        if action.definition.pagination is not None:
            options["max_items"] = MOST + 1
        return action, self.inputs

    def choices(self, result: Result) -> Choices:
        """What the rows of a run of the listing action become."""
        rows = result.fields.get(self._declared.value_collection)
        rows = rows if isinstance(rows, list) else []
        texts = [
            (_text(row.get(self._declared.value_path)), _text(row.get(self._declared.value_title)))
            for row in rows[:MOST]
            if isinstance(row, dict)
        ]
        found = [Choice(value=value, label=title or value) for value, title in texts if value]
        return Choices(found, complete=len(rows) <= MOST)

    @property
    def identity(self) -> str:
        """A name that is the same for fields with the same choices."""
        return self._declared.model_copy(update={"parameters": self.inputs}).model_dump_json()


def _text(value: Any) -> str:
    """What a form shows for a value of a row; empty where there is none."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return number_text(value)
    return value if isinstance(value, str) else ""


def _declared(action: Action, path: str) -> DynamicValues | None:
    """What a field declares about its choices; None if it declares nothing, or does not exist."""
    form = action.definition.inputs
    name, *inner = _ROW.sub("", path).split(".") if path not in action.accepted_names else [path]
    field = form.properties.get(action.accepted_names.get(name, name))
    for step in inner:
        while field is not None and (resolved := form.resolve(field)).items is not None:
            field = resolved.items
        field = form.resolve(field).properties.get(step) if field is not None else None
    found = form.resolve(field) if field is not None else None
    if found is not None and found.x_ms_dynamic_values is None and found.items is not None:
        found = form.resolve(found.items)  # the values of a list
    return found.x_ms_dynamic_values if found is not None else None
