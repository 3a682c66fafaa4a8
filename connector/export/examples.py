"""The examples of an action as documentation and sample data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.catalogue.action import Action
from connector.definition.example import Example
from connector.validation.flow_action import parameters_of
from connector.validation.normalize import accept


def successful_examples(action: Action) -> list[Example]:
    """The examples that lead to outputs."""
    return [example for example in action.definition.examples if example.outputs is not None]


def example_inputs(action: Action, example: Example) -> dict[str, Any]:
    """The inputs of an example under their own names: other formats do not know the aliases.

    An example that ends in an error is returned unchanged, since it shows the mistake.
    """
    return example.inputs if example.outputs is None else own_inputs(action, example.inputs)


def own_inputs(action: Action, given: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs under their own names, without empty fields and without defaults."""
    normalized, _ = accept(action.definition, given, action.accepted_names)
    given_names = parameters_of(action.accepted_names, given)
    names = {action.accepted_names.get(name, name) for name in given_names}
    return {name: value for name, value in normalized.items() if name in names}
