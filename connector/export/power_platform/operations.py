"""One action as an operation of the package, and what of it the package cannot hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from connector import json_pointer
from connector.catalogue.action import Action
from connector.catalogue.loader import Bundle
from connector.definition.field import FieldSchema
from connector.export.power_platform.body_defaults import complete
from connector.export.power_platform.choices import Choices
from connector.export.power_platform.labels import name_places
from connector.export.power_platform.schemas import Schemas
from connector.export.power_platform.tree import LeftOut, Tree
from connector.validation.normalize import path_style_key

Json = dict[str, Any]

_SUCCESSES = {
    "200": "The service did it.",
    "201": "The service made it.",
    "202": "The service took it and goes on by itself; there is nothing to wait for.",
    "204": "The service did it and has nothing more to say.",
}


@dataclass(frozen=True)
class Moved:
    """A field that is at another place than the documented connector, or the connector here, has it."""

    title: str
    before: str
    here: str


@dataclass(frozen=True)
class Operation:
    """An action in the package.

    Attributes:
        action: The action.
        swagger: The operation object.
        moved: Documented keys that are others here, because the service reads other places.
        found: Outputs whose place in the body is not what the connector calls them.
        left_out: What is not in the package.
    """

    action: Action
    swagger: Json
    moved: list[Moved]
    found: list[Moved]
    left_out: list[LeftOut]


def operation_of(action: Action, bundle: Bundle, choices: Choices) -> Operation:
    """An action as an operation.

    Raises:
        ExportError: Something in it cannot be said in Swagger 2.0.
    """
    asked, answered = Tree(action, "input"), Tree(action, "output")
    parameters, untold = _parameters(action, choices)
    complete(action, asked.root)
    name_places(asked.root, [parameter["x-ms-summary"] for parameter in parameters])
    name_places(answered.root, [])
    if asked.root.properties:
        schema = Schemas(action, "input", choices).of(asked.root)
        required = any(node.required for node in asked.root.properties.values())
        parameters.append({"name": "body", "in": "body", "required": required, "schema": schema})
    definition = action.definition
    absent = [*untold, *asked.left_out]
    swagger: Json = {
        "operationId": action.operation_id,
        "summary": action.summary,
        "description": _description(action, absent),
        "x-ms-visibility": definition.visibility,
        **({"deprecated": True} if definition.deprecated else {}),
        "parameters": parameters,
        "responses": _responses(action, bundle, answered, choices),
    }
    moved = list(_moved(action, {told.name for told in absent}))
    found = list(_found(action, {told.name for told in answered.left_out}))
    return Operation(action, swagger, moved, found, [*absent, *answered.left_out])


def _description(action: Action, absent: list[LeftOut]) -> str:
    """What the action does, and what of that is not so in the cloud."""
    boxes = [told.title for told in absent if not told.name.endswith("[]")]
    outcomes = [str(status) for status in action.definition.outcomes]
    notes = [f"Not in this package: {', '.join(boxes)}."] if boxes else []
    notes += [f"An answer {' or '.join(outcomes)} of the service counts as a failure here."] if outcomes else []
    return " ".join([action.description, *notes])


def _parameters(action: Action, choices: Choices) -> tuple[list[Json], list[LeftOut]]:
    """What travels in the path, the query and the headers."""
    schemas = Schemas(action, "input", choices)
    parameters: dict[tuple[str, str], Json] = {}
    left_out = []
    for name in action.definition.inputs.properties:
        box = action.definition.input(name)
        if box.x_in == "body" or box.x_in is None:
            continue
        key, title = (box.x_name or name, box.x_in), box.title or name
        if key in parameters:
            left_out.append(
                LeftOut(name, title, f"“{key[0]}” can stand in the address once, and another field is that")
            )
            continue
        kind = _plain_type(box)
        if "array" in box.types:
            # An address that repeats a name is `collectionFormat: multi`, which the platform refuses to import.
            left_out.append(LeftOut(f"{name}[]", title, "it takes one value here, not several"))
        parameter: Json = {"name": key[0], "in": key[1]}
        parameter["required"] = box.x_in == "path" or name in action.definition.inputs.required
        parameter |= {"type": kind, "x-ms-summary": title, **schemas.words(box, name, kind)}
        if action.definition.idempotency is not None and name == action.definition.idempotency.input:
            parameter["description"] = _keyed(box)
        if box.x_in == "path":
            parameter["x-ms-url-encoding"] = box.x_ms_url_encoding or "single"
        parameters[key] = parameter
    return list(parameters.values()), left_out


def _keyed(box: FieldSchema) -> str:
    """What an idempotency key is for, where nobody makes one for the user."""
    first = re.split(r"(?<=[.])\s+(?=Left empty)", box.description or "")[0]
    return f"{first} Left empty, none is sent. Give one that is the same when the flow repeats the call by itself."


def _plain_type(box: FieldSchema) -> str:
    kinds = [kind for kind in box.types if kind not in {"null", "array", "object"}]
    return kinds[0] if len(kinds) == 1 else "string"


def _responses(action: Action, bundle: Bundle, tree: Tree, choices: Choices) -> Json:
    """The answers, such that a designer shows the outputs.

    With several answers it takes 200, else 201, and never 202. So the outputs stand on 200 even where the service
    answers 202: the run-time does not mind, and the list of refusals would otherwise hide them.
    """
    seen = {
        str(exchange.response.status)
        for example in action.definition.examples
        for exchange in example.interactions
        if 200 <= exchange.response.status < 300  # noqa: PLR2004 - the class of successful statuses
    }
    responses: Json = {}
    if tree.root.properties:
        shown = "201" if "201" in seen and "200" not in seen else "200"
        schema = Schemas(action, "output", choices).of(tree.root)
        responses[shown] = {"description": _SUCCESSES[shown], "schema": schema}
    elif not seen - {"200"}:
        seen.add("204")
    for status in sorted(seen):
        if status not in responses and (tree.root.properties or status != "200"):
            responses[status] = {"description": _SUCCESSES.get(status, "The service did it.")}
    refusals: dict[int, list[str]] = {}
    for error in (*action.definition.errors, *bundle.manifest.errors):
        sentences = refusals.setdefault(error.status, [])
        sentence = re.sub(r"\s*{[^}]*}", "", error.sentence)
        if sentence not in sentences:
            sentences.append(sentence)
    for outcome in action.definition.outcomes:
        refusals.setdefault(outcome, ["The service did not do it, and says how things stand."])
    for number in sorted(refusals):
        responses[str(number)] = {"description": " ".join(refusals[number])}
    return responses


def _moved(action: Action, absent: set[str]) -> Iterator[Moved]:
    for name in action.definition.inputs.properties:
        box = action.definition.input(name)
        if box.x_path is None or name in absent:
            continue
        here = box.x_name or name
        if box.x_in == "body":
            here = "/".join(["body", *json_pointer.parse(box.pointers(name)[0])])
        documented = path_style_key(name, box)
        if documented != here:
            yield Moved(box.title or name, documented, here)


def _found(action: Action, absent: set[str]) -> Iterator[Moved]:
    outputs = action.definition.outputs
    for name in outputs.properties:
        box = outputs.resolve(outputs.properties[name])
        here = "/".join(json_pointer.parse(box.pointers(name)[0]))
        if name not in absent and here != name.replace(".", "/"):
            yield Moved(box.title or name, name, here)
