"""What the code of an action's handler changes, found by its examples: this package does not run it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from connector.call.handler import checks_of
from connector.catalogue.action import Action
from connector.definition.example import Example, SampleResponse
from connector.export.handler_code import handler_summary, is_standard
from connector.http import request
from connector.http.response import HttpResponse, flatten


@dataclass(frozen=True)
class CodeEffect:
    """What the code of a handler changes.

    Attributes:
        summary: The first paragraph of the handler's docstring.
        checks: How many checks of the inputs it makes.
        bodies: Titles of the examples whose request body it changes.
        outputs: Outputs that it derives or changes in the examples.
    """

    summary: str
    checks: int
    bodies: tuple[str, ...]
    outputs: tuple[str, ...]


def code_effect(action: Action) -> CodeEffect | None:
    """What the handler adds to what this package does; None where there is nothing."""
    if is_standard(action.handler):
        return None
    checks = len(checks_of(action.handler))
    bodies: list[str] = []
    outputs: dict[str, None] = {}
    for example in action.definition.examples:
        if not example.interactions:
            continue
        if _reshapes(action, example):
            bodies.append(example.title)
        if example.error is None:
            outputs |= dict.fromkeys(_derived(action, example))
    if not (checks or bodies or outputs):
        return None
    return CodeEffect(handler_summary(action.handler), checks, tuple(bodies), tuple(outputs))


def _reshapes(action: Action, example: Example) -> bool:
    inputs, _ = action.validate_inputs(example.inputs)
    return bool(request.body_of(action.definition, inputs) != example.interactions[0].request.body)


def _derived(action: Action, example: Example) -> list[str]:
    plain = flatten(action.definition.outputs, response_of(example.interactions[-1].response))
    expected = example.outputs or {}
    paging = action.definition.pagination
    if paging is not None and len(example.interactions) > 1:
        pages = [
            flatten(action.definition.outputs, response_of(interaction.response))
            for interaction in example.interactions
        ]
        plain[paging.rows] = [row for fields in pages for row in fields[paging.rows] or []]
    return [name for name, value in plain.items() if value != expected.get(name)]


def response_of(sample: SampleResponse) -> HttpResponse:
    """The response of an example as it comes off the wire."""
    text: Any = sample.text
    if text is None:
        text = "" if sample.body is None else json.dumps(sample.body)
    return HttpResponse(sample.status, {name.lower(): value for name, value in sample.headers.items()}, text.encode())
