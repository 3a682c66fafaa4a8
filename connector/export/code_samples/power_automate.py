"""A run as the action of a cloud flow: the JSON that Power Automate shows as “peek code”.

The parameters have the keys of our custom connector. A body is written as the service reads it, because no code of the
connector runs in the cloud.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from connector.export.code_samples.sample import SampleRun
from connector.export.errors import ExportError
from connector.export.literals import Variable, paths_in
from connector.export.power_platform.body_defaults import add_body_defaults
from connector.export.power_platform.body_nodes import BodyNode
from connector.export.power_platform.body_tree import BodyTree
from connector.export.power_platform.media import is_form
from connector.http.body import form_fields
from connector.http.request import body_of
from connector.http.value_text import text_of
from connector.validation.normalize import parameter_key


def power_automate(run: SampleRun) -> str:
    """The action's JSON.

    Raises:
        ExportError: The custom connector has no place for an input.
    """
    if paths_in(run.inputs):
        raise ExportError("A flow takes a file from another action, such as Get file content.")
    api = f"shared_{run.bundle.manifest.key.replace('_', '')}"
    host = {
        "connectionName": api,
        "operationId": run.action.operation_id,
        "apiId": f"/providers/Microsoft.PowerApps/apis/{api}",
    }
    parameters = {key: _expression(value) for key, value in (*_beside_the_body(run), *_in_the_body(run))}
    step = {"type": "OpenApiConnection", "inputs": {"host": host, "parameters": parameters}}
    return json.dumps(step, ensure_ascii=False, indent=2) + "\n"


def _beside_the_body(run: SampleRun) -> Iterator[tuple[str, Any]]:
    taken: set[str] = set()
    for name, value in run.inputs.items():
        field = run.action.definition.input(name)
        if field.x_in in {"body", None}:
            continue
        key = parameter_key(name, field)
        if key in taken or (isinstance(value, list) and len(value) > 1):
            raise ExportError(f"A flow has only one value for {field.title}.")
        taken.add(key)
        yield key, value[0] if isinstance(value, list) else value


def _in_the_body(run: SampleRun) -> Iterator[tuple[str, Any]]:
    tree = BodyTree(run.action, "input")
    for field in tree.left_out:
        if field.name in run.inputs:
            raise ExportError(f"A flow has no field for {field.title}: {field.reason}.")
    add_body_defaults(run.action, tree.root)
    body = body_of(run.action.definition, run.inputs)
    if is_form(run.action):
        for key, value in form_fields(body):
            yield key, value if isinstance(value, str | int | float) else text_of(value)
    elif isinstance(body, dict) and not tree.root.free:
        yield from _leaves(tree.root, body, "body")
    elif body is not None:
        yield "body", body


def _leaves(node: BodyNode, value: dict[str, Any], place: str) -> Iterator[tuple[str, Any]]:
    """The parameters for the parts of an object that a form has a field for.

    Raises:
        ExportError: It has no field for a part that the user names.
    """
    for key, inner in node.properties.items():
        found = value.get(key)
        if found is None or found == {}:
            continue
        if inner.properties and isinstance(found, dict):
            if other := next((name for name in found if inner.free and name not in inner.properties), ""):
                raise ExportError(f"A flow has no field for “{other}” in {inner.title}.")
            yield from _leaves(inner, found, f"{place}/{key}")
        else:
            yield f"{place}/{key}", found


def _expression(value: Any) -> Any:
    """The value for a flow: `@` begins an expression there, so a literal one is doubled."""
    match value:
        case Variable():
            return f"@parameters('{value.name}')"
        case str():
            return re.sub(r"^@|@(?={)", "@@", value)
        case dict():
            return {key: _expression(item) for key, item in value.items()}
        case list():
            return [_expression(item) for item in value]
        case _:
            return value
