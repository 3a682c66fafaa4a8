"""`openapi`: an OpenAPI 3.1 document with one operation per action, `POST /actions/{key}/run`.

Each action has a path of its own, so that an importer shows every action. Inputs and outputs are flat, and their
schemas are those of the definitions.
"""

from __future__ import annotations

from typing import Any

from connector.catalogue.action import Action
from connector.catalogue.loader import Bundle
from connector.export.errors import ExportError
from connector.export.examples import example_inputs, successful_examples
from connector.export.json_files import json_bytes
from connector.export.openapi.components import Components, Side, name_of
from connector.export.openapi.error_responses import COMMON, SCHEMA, known_by_status, response
from connector.export.openapi.security import security
from connector.export.rule_texts import description_with_rules
from connector.export.selection import ExportSelection


def files(selection: ExportSelection) -> dict[str, bytes]:
    """The document.

    Raises:
        ExportError: Two schemas would have the same name.
    """
    bundle, website = selection.bundle, selection.manifest.website
    schemas = Components(bundle).of(selection.actions)
    if "Error" in schemas:
        raise ExportError("The shared definition “Error” cannot be exported: the document uses this name for errors.")
    common = known_by_status(bundle.manifest.errors)
    schemes, requirements = security(bundle.manifest)
    document = {
        "openapi": "3.1.0",
        "info": {
            "title": f"{bundle.manifest.title} actions",
            "version": bundle.manifest.version,
            "description": f"{bundle.manifest.description}\n\n{_about(bundle)}",
        },
        **({"externalDocs": {"description": bundle.manifest.title, "url": website}} if website else {}),
        "servers": [{"url": "/", "description": "The server that runs the actions and serves this document."}],
        "security": requirements,
        "tags": [_tag(bundle, key) for key in selection.groups],
        "paths": {f"/actions/{action.key}/run": {"post": _operation(action, bundle)} for action in selection.actions},
        "components": {
            "schemas": {"Error": SCHEMA, **schemas},
            "responses": {_response_name(status): response(status, common.get(status, ())) for status in COMMON},
            **({"securitySchemes": schemes} if schemes else {}),
        },
    }
    return {"openapi.json": json_bytes(document)}


def _about(bundle: Bundle) -> str:
    throttle = bundle.manifest.throttle
    return (
        f"To run an action, POST its inputs as a flat object; the response is a flat object with its outputs. "
        f"At most {throttle.calls} API calls are made per {throttle.renewal_period:g} seconds and connection; further"
        " runs wait or fail with 429."
    )


def _tag(bundle: Bundle, key: str) -> dict[str, Any]:
    group = bundle.manifest.groups[key]
    return {"name": key, "x-displayName": group.title, "description": group.description}


def _operation(action: Action, bundle: Bundle) -> dict[str, Any]:
    definition = action.definition
    operation: dict[str, Any] = {
        "operationId": action.operation_id,
        "summary": action.summary,
        "description": description_with_rules(action),
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
    examples = successful_examples(action)
    if examples:
        content["examples"] = {
            f"example{number}": {
                "summary": example.title,
                "value": example_inputs(action, example) if side == "inputs" else example.outputs,
            }
            for number, example in enumerate(examples, 1)
        }
    return content


def _responses(action: Action, bundle: Bundle) -> dict[str, Any]:
    known = known_by_status((*action.definition.errors, *bundle.manifest.errors))
    own = {error.status for error in action.definition.errors}
    made: dict[str, Any] = {
        "200": {
            "description": "The outputs. An output that the service did not return is null.",
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
