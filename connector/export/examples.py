"""The examples of an action as an export shows them."""

from __future__ import annotations

from typing import Any

from connector.catalogue.action import Action
from connector.definition.action import Example
from connector.validation.normalize import accept


def succeeded(action: Action) -> list[Example]:
    """The examples that lead to outputs."""
    return [example for example in action.definition.examples if example.outputs is not None]


def inputs_of(action: Action, example: Example) -> dict[str, Any]:
    """What an example gives, under the inputs' own names: other formats know nothing of the names beside them.

    An example that is refused stays as it is, since it shows what is wrong.
    """
    if example.outputs is None:
        return example.inputs
    accepted, _ = accept(action.definition, example.inputs)
    given = {action.accepted_names.get(name, name) for name in example.inputs}
    return {name: value for name, value in accepted.items() if name in given}
