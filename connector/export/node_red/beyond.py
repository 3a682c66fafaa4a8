"""What an action's handler does that this package cannot: it is said, with what the examples show of it."""

from __future__ import annotations

import inspect
import json
from dataclasses import dataclass
from typing import Any

from connector.call.handler import checks_of, page, send
from connector.catalogue.action import Action
from connector.definition.action import Example, SampleResponse
from connector.errors import ConnectorError
from connector.http import request
from connector.http.response import HttpResponse, flatten


@dataclass(frozen=True)
class Beyond:
    """The part of an action that is code.

    Attributes:
        says: The first paragraph of the handler's own description.
        checks: How many rules across fields it has; they are the service's to refuse here.
        bodies: Titles of examples whose body it reshapes before it is sent.
        outputs: Outputs that it derives or reshapes, by the examples.
    """

    says: str
    checks: int
    bodies: tuple[str, ...]
    outputs: tuple[str, ...]


def beyond(action: Action) -> Beyond | None:
    """What the handler adds to what data says; None for a standard handler."""
    if action.handler in (send, page):
        return None
    bodies: list[str] = []
    outputs: dict[str, None] = {}
    for example in action.definition.examples:
        if not example.interactions:
            continue
        if _reshapes(action, example):
            bodies.append(example.title)
        if example.error is None:
            outputs |= dict.fromkeys(_derived(action, example))
    says = " ".join((inspect.getdoc(action.handler) or "").partition("\n\n")[0].split())
    return Beyond(says, len(checks_of(action.handler)), tuple(bodies), tuple(outputs))


def _reshapes(action: Action, example: Example) -> bool:
    inputs, _ = action.validate_inputs(example.inputs)
    try:
        made = request.body_of(action.definition, inputs)
    except (ConnectorError, ValueError):
        return True
    return bool(made != example.interactions[0].request.body)


def _derived(action: Action, example: Example) -> list[str]:
    plain = flatten(action.definition.outputs, answer(example.interactions[-1].response))
    expected = example.outputs or {}
    paging = action.definition.pagination
    if paging is not None and len(example.interactions) > 1:
        pages = [flatten(action.definition.outputs, answer(exchange.response)) for exchange in example.interactions]
        plain[paging.rows] = [row for fields in pages for row in fields[paging.rows] or []]
    return [name for name, value in plain.items() if value != expected.get(name)]


def answer(sample: SampleResponse) -> HttpResponse:
    """The answer of an example as it comes off the wire."""
    text: Any = sample.text
    if text is None:
        text = "" if sample.body is None else json.dumps(sample.body)
    return HttpResponse(sample.status, {name.lower(): value for name, value in sample.headers.items()}, text.encode())
