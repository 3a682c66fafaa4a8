"""The examples of an action as documentation and sample data."""

from __future__ import annotations

from typing import Any

from connector.catalogue.action import Action
from connector.definition.action import Example
from connector.validation.normalize import accept


def successful_examples(action: Action) -> list[Example]:
    """The examples that lead to outputs."""
    return [example for example in action.definition.examples if example.outputs is not None]


def example_inputs(action: Action, example: Example) -> dict[str, Any]:
    """The inputs of an example under their own names: other formats do not know the aliases.

    An example that ends in an error is returned unchanged, since it shows the mistake.
    """
    if example.outputs is None:
        return example.inputs
    normalized, _ = accept(action.definition, example.inputs)
    names = {action.accepted_names.get(name, name) for name in example.inputs}
    return {name: value for name, value in normalized.items() if name in names}
