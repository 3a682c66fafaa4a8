"""Where the choices of a field come from: another action, and what it needs to know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.call.result import Choice, Result
from connector.catalogue.action import Action
from connector.definition.field import DynamicValues
from connector.errors import InputError, Problem


def choices_source(action: Action, field: str, inputs: Mapping[str, Any]) -> tuple[DynamicValues, dict[str, Any]]:
    """The list that a field's values are chosen from, and the inputs of the action that has it.

    Args:
        action: The action of the field.
        field: An input of it that declares `x-ms-dynamic-values`.
        inputs: What is filled in already.

    Raises:
        InputError: The field does not exist, has no such list, or depends on an input that is not filled in.
    """
    declared = action.definition.inputs.properties.get(action.accepted_names.get(field, field))
    source = action.definition.inputs.resolve(declared).x_ms_dynamic_values if declared else None
    if source is None:
        problem = Problem(field, "choices", f"“{field}” has no choices.")
        raise InputError(f"The field “{field}” of “{action.key}” has no choices.", [problem])
    given = {action.accepted_names.get(name, name): value for name, value in inputs.items()}
    missing = [name for name in source.depends_on if given.get(name) in (None, "")]
    if missing:
        titles = {name: action.definition.input(name).title or name for name in missing}
        problems = [Problem(name, "required", f"{title} is required.") for name, title in titles.items()]
        raise InputError(f"The choices of “{field}” depend on {' and '.join(titles.values())}.", problems)
    return source, source.inputs(given)


def choices_in(result: Result, source: DynamicValues) -> list[Choice]:
    """The choices in the result of the action that has them."""
    return [
        Choice(value=str(row[source.value_path]), label=str(row[source.value_title] or row[source.value_path]))
        for row in result.rows(source.value_collection)
        if row[source.value_path]
    ]
