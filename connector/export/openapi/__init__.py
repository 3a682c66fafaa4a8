"""`openapi`: an OpenAPI 3.1 document with one operation per action, `POST /actions/{key}/run`.

The path is spelled out per action, so that an importer shows every action. What goes in and comes out is flat, and the
schemas are those of the definitions, word by word.
"""

from __future__ import annotations

import re
from typing import Any

from connector.catalogue.action import Action
from connector.catalogue.loader import Bundle
from connector.export import ExportError, Selection
from connector.export.examples import inputs_of, succeeded
from connector.export.openapi.components import Components, Side, name_of
from connector.export.openapi.errors import COMMON, SCHEMA, known_by_status, response
from connector.export.vocabulary import json_bytes, require_known

_BEARER = re.compile(r"Bearer \{\w+\}")
_SECURITY = "connection"


def files(selection: Selection) -> dict[str, bytes]:
    """The document.

    Raises:
        ExportError: A definition has a word that no export knows, a name is taken twice, or the connection has fields
            that no security scheme can carry.
    """
    for action in selection.actions:
        require_known(action)
    bundle = selection.bundle
    schemas = Components(bundle).of(selection.actions)
    if "Error" in schemas:
        raise ExportError("A definition of the connector is called “Error”, which is the name of the errors here.")
    common = known_by_status(bundle.manifest.errors)
    groups = [key for key in bundle.manifest.groups if any(action.group == key for action in selection.actions)]
    document = {
        "openapi": "3.1.0",
        "info": {
            "title": f"{bundle.manifest.title} actions",
            "version": bundle.manifest.version,
            "description": f"{bundle.manifest.description}\n\n{_about(bundle)}",
        },
        "externalDocs": {"description": bundle.manifest.title, "url": bundle.manifest.website},
        "servers": [{"url": "/", "description": "The server that runs the actions, and serves this document."}],
        "security": [{_SECURITY: []}],
        "tags": [_tag(bundle, key) for key in groups],
        "paths": {f"/actions/{action.key}/run": {"post": _operation(action, bundle)} for action in selection.actions},
        "components": {
            "schemas": {"Error": SCHEMA, **schemas},
            "responses": {_response_name(status): response(status, common.get(status, ())) for status in COMMON},
            "securitySchemes": {_SECURITY: _security(bundle)},
        },
    }
    return {"openapi.json": json_bytes(document)}


def _about(bundle: Bundle) -> str:
    throttle = bundle.manifest.throttle
    return (
        f"Every action is run with a POST of its inputs, flat, and answers with its outputs, flat. No more than"
        f" {throttle.calls} calls are made in any {throttle.renewal_period:g} seconds per connection; a run that"
        f" needs more waits, or fails with 429."
    )


def _tag(bundle: Bundle, key: str) -> dict[str, Any]:
    group = bundle.manifest.groups[key]
    return {"name": key, "x-displayName": group.title, "description": group.description}


def _operation(action: Action, bundle: Bundle) -> dict[str, Any]:
    definition = action.definition
    operation: dict[str, Any] = {
        "operationId": action.operation_id,
        "summary": action.summary,
        "description": action.description,
        "tags": [action.group],
        "requestBody": {
            "description": "The inputs.",
            "required": bool(definition.inputs.required),
            "content": {"application/json": _content(action, "inputs")},
        },
        "responses": _responses(action, bundle),
        "x-ms-visibility": definition.visibility,
        "x-effects": action.effects,
    }
    if definition.deprecated:
        operation["deprecated"] = True
    return operation


def _content(action: Action, side: Side) -> dict[str, Any]:
    content: dict[str, Any] = {"schema": {"$ref": f"#/components/schemas/{name_of(action.operation_id, side)}"}}
    examples = succeeded(action)
    if examples:
        content["examples"] = {
            f"example{number}": {
                "summary": example.title,
                "value": inputs_of(action, example) if side == "inputs" else example.outputs,
            }
            for number, example in enumerate(examples, 1)
        }
    return content


def _responses(action: Action, bundle: Bundle) -> dict[str, Any]:
    known = known_by_status((*action.definition.errors, *bundle.manifest.errors))
    own = {error.status for error in action.definition.errors}
    made: dict[str, Any] = {
        "200": {
            "description": "The outputs; what the service did not send is null.",
            "content": {"application/json": _content(action, "outputs")},
        }
    }
    for status in sorted({*known, *COMMON}):
        shared = status in COMMON and status not in own
        reference = {"$ref": f"#/components/responses/{_response_name(status)}"}
        made[str(status)] = reference if shared else response(status, known.get(status, ()))
    made["4XX"] = response(400)
    return made


def _response_name(status: int) -> str:
    return f"Failed{status:d}"


def _security(bundle: Bundle) -> dict[str, Any]:
    """The connection as a security scheme: the header in which the service itself takes it.

    Raises:
        ExportError: The connection has a field that does not travel in that header.
    """
    authorization = bundle.manifest.authorization
    fields = bundle.manifest.connection.properties
    for name in fields:
        if f"{{{name}}}" not in authorization.template:
            raise ExportError(
                f"The connection field “{name}” cannot be exported: the header “{authorization.header}” does not carry"
                " it, and a security scheme of OpenAPI has one place only."
            )
    described = " ".join(f"{field.title or name}: {field.description or ''}".strip() for name, field in fields.items())
    if authorization.header.lower() == "authorization" and _BEARER.fullmatch(authorization.template):
        return {"type": "http", "scheme": "bearer", "description": described}
    return {
        "type": "apiKey",
        "in": "header",
        "name": authorization.header,
        "description": f"{described} In the form `{authorization.template}`.",
    }
