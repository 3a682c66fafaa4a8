"""One action as an operation of the package, with the fields that moved or are left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from connector import json_pointer
from connector.catalogue.action import Action
from connector.catalogue.loader import Bundle
from connector.definition.field import FieldSchema
from connector.export.descriptions import first_sentence
from connector.export.power_platform.body_defaults import add_body_defaults
from connector.export.power_platform.body_tree import BodyTree, LeftOut
from connector.export.power_platform.dynamic_values import DynamicChoices
from connector.export.power_platform.labels import label_nodes
from connector.export.power_platform.media import form_parameters, is_form, media_types, several_values
from connector.export.power_platform.policies import direct_place
from connector.export.power_platform.schemas import Schemas
from connector.export.rule_texts import description_with_rules
from connector.validation.normalize import parameter_key, path_style_key

Json = dict[str, Any]

_SUCCESSES = {
    "200": "OK",
    "201": "Created",
    "202": "Accepted; the service continues in the background",
    "204": "No content",
}


@dataclass(frozen=True)
class Moved:
    """A field with another place in this package than in the documented connector."""

    title: str
    before: str
    here: str


@dataclass(frozen=True)
class Operation:
    """An action in the package.

    Attributes:
        action: The action.
        swagger: The operation object.
        moved: Inputs whose key is not the documented one, because the service reads another place.
        found: Outputs whose place in the body is not their documented name.
        left_out: The fields that are not in the package.
    """

    action: Action
    swagger: Json
    moved: list[Moved]
    found: list[Moved]
    left_out: list[LeftOut]


def operation_of(action: Action, bundle: Bundle, choices: DynamicChoices) -> Operation:
    """An action as an operation.

    Raises:
        ExportError: Swagger 2.0 cannot express something in it.
    """
    request, response, definition = BodyTree(action, "input"), BodyTree(action, "output"), action.definition
    parameters, untaken = _parameters(action, choices)
    add_body_defaults(action, request.root)
    label_nodes(request.root, [parameter["x-ms-summary"] for parameter in parameters])
    label_nodes(response.root, [])
    if is_form(action):
        parameters += form_parameters(action, request.root, Schemas(action, "input", choices))
    elif request.root.properties or request.root.schema is not None:
        schema = Schemas(action, "input", choices).of(request.root)
        always = bool(request.root.properties) and not definition.request.optional_body
        required = always or request.root.required or any(node.required for node in request.root.properties.values())
        parameters.append({"name": "body", "in": "body", "required": required, "schema": schema})
    several = [
        LeftOut(name, title, "it takes only one value here") for name, title in several_values(action, request.root)
    ]
    absent = [*untaken, *several, *request.left_out]
    swagger: Json = {
        "operationId": action.operation_id,
        "summary": action.summary,
        "description": _description(action, absent),
        "x-ms-visibility": definition.visibility,
        **({"deprecated": True} if definition.deprecated else {}),
        **media_types(action),
        "parameters": parameters,
        "responses": _responses(action, bundle, response, choices),
    }
    moved = list(_moved(action, {each.name for each in absent}))
    found = list(_found(action, {each.name for each in response.left_out}))
    return Operation(action, swagger, moved, found, [*absent, *response.left_out])


def _description(action: Action, absent: list[LeftOut]) -> str:
    """The description, with the differences in the cloud."""
    titles = [each.title for each in absent if not each.name.endswith("[]")]
    outcomes = [str(status) for status in action.definition.outcomes]
    notes = [f"Not available here: {', '.join(titles)}."] if titles else []
    notes += [f"The action fails if the service responds with {' or '.join(outcomes)}."] if outcomes else []
    return " ".join([description_with_rules(action), *notes])


def _parameters(action: Action, choices: DynamicChoices) -> tuple[list[Json], list[LeftOut]]:
    """The parameters in the path, the query and the headers, and the fields that none of them can take."""
    schemas = Schemas(action, "input", choices)
    parameters: dict[tuple[str, str], Json] = {}
    left_out = []
    for name in action.definition.inputs.properties:
        field = action.definition.input(name)
        if field.x_in == "body" or field.x_in is None:
            continue
        place = (
            direct_place(action.definition, name) if field.x_in == "template" else (field.x_name or name, field.x_in)
        )
        if place is None:
            continue  # `policies` reports it
        key, title = place, field.title or name
        if key in parameters:
            left_out.append(LeftOut(name, title, f"the parameter `{key[0]}` is used by another field"))
            continue
        kind = _plain_type(field)
        joined = "array" in field.types and _style(field) == "csv"
        if "array" in field.types and not joined:
            # Repeating a query parameter is `collectionFormat: multi`, which the platform does not import.
            left_out.append(LeftOut(f"{name}[]", title, "it takes only one value here"))
        parameter: Json = {"name": key[0], "in": key[1]}
        parameter["required"] = field.x_in == "path" or name in action.definition.inputs.required
        parameter |= {"type": kind, "x-ms-summary": title, **schemas.keywords(field, name, kind)}
        if joined:
            parameter |= {"type": "array", "items": {"type": _item_type(action, field)}, "collectionFormat": "csv"}
        if action.definition.idempotency is not None and name == action.definition.idempotency.input:
            parameter["description"] = _idempotency_text(field)
        if field.x_in == "path" or field.x_ms_url_encoding == "double":
            parameter["x-ms-url-encoding"] = field.x_ms_url_encoding or "single"
        parameters[key] = parameter
    return list(parameters.values()), left_out


def _style(field: FieldSchema) -> str:
    """How a list is written where it is a parameter."""
    return field.x_array_style or ("repeat" if field.x_in == "query" else "csv")


def _item_type(action: Action, field: FieldSchema) -> str:
    return "string" if field.items is None else _plain_type(action.definition.inputs.resolve(field.items))


def _idempotency_text(field: FieldSchema) -> str:
    """The description of an idempotency key where none is generated."""
    return (
        f"{first_sentence(field.description or '')} None is sent if this is empty. Use a value that stays the same when"
        " the flow retries the call."
    )


def _plain_type(field: FieldSchema) -> str:
    kinds = [kind for kind in field.types if kind not in {"null", "array", "object"}]
    return kinds[0] if len(kinds) == 1 else "string"


def _responses(action: Action, bundle: Bundle, tree: BodyTree, choices: DynamicChoices) -> Json:
    """The responses, with the outputs on every success status that carries a body.

    A designer reads the outputs of 200, else of 201, and never of 202. So they are on 200 even if no example has that
    status: the cloud accepts it, and without it the designer would show no outputs.
    """
    seen = ({"202": False} if action.definition.long_running else {}) | dict(_success_statuses(action))
    responses: Json = {}
    has_schema = bool(tree.root.properties) or tree.root.types != ["object"]
    if has_schema:
        schema = Schemas(action, "output", choices).of(tree.root)
        for status in sorted({"200", *(status for status, has_body in seen.items() if has_body)}):
            responses[status] = {"description": _SUCCESSES.get(status, "Success"), "schema": schema}
    elif not set(seen) - {"200"}:
        seen["204"] = False
    for status in sorted(seen):
        if status not in responses and (has_schema or status != "200"):
            responses[status] = {"description": _SUCCESSES.get(status, "Success")}
    return dict(sorted(responses.items())) | _failures(action, bundle)


def _success_statuses(action: Action) -> Iterator[tuple[str, bool]]:
    """The success statuses of the examples, each with whether any response of it has a body; those with one last."""
    found = [
        (str(interaction.response.status), interaction.response.body is not None)
        for example in action.definition.examples
        for interaction in example.interactions
        if 200 <= interaction.response.status < 300  # noqa: PLR2004 - the class of successful statuses
    ]
    yield from sorted(found, key=lambda each: each[1])


def _failures(action: Action, bundle: Bundle) -> Json:
    sentences_by_status: dict[int, list[str]] = {}
    for error in (*action.definition.errors, *bundle.manifest.errors):
        sentences = sentences_by_status.setdefault(error.status, [])
        sentence = re.sub(r"\s*{[^}]*}", "", error.sentence)
        if sentence not in sentences:
            sentences.append(sentence)
    for outcome in action.definition.outcomes:
        sentences_by_status.setdefault(outcome, ["Not done; the body says why."])
    return {
        str(status): {"description": " ".join(sentences)} for status, sentences in sorted(sentences_by_status.items())
    }


def _moved(action: Action, absent: set[str]) -> Iterator[Moved]:
    for name in action.definition.inputs.properties:
        field = action.definition.input(name)
        if field.x_path is None or name in absent:
            continue
        here, documented = parameter_key(name, field), path_style_key(name, field)
        if documented != here:
            yield Moved(field.title or name, documented, here)


def _found(action: Action, absent: set[str]) -> Iterator[Moved]:
    outputs = action.definition.outputs
    for name in outputs.properties:
        field = outputs.resolve(outputs.properties[name])
        if field.x_from == "binary":
            yield Moved(field.title or name, name, "")
            continue
        here = "/".join(json_pointer.parse(field.pointers(name)[0]))
        if name not in absent and here != name.replace(".", "/"):
            yield Moved(field.title or name, name, here)
