"""This server's own OpenAPI document: the exported one, with its token, its connections, its options and its errors."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

from connector.call.result import Meta
from connector.catalogue.action import Action
from connector.export import export
from connector.export.openapi.error_responses import response
from connector.server import batch_openapi
from connector.server.events import EVENTS
from connector.server.named_rows import with_named_rows
from connector.server.served import ServedConnector

META_TYPE = "application/vnd.connector.result+json"
"""The media type of a result with its `meta`, so that the plain one stays what the action's schema says."""

_TOKEN = {"type": "http", "scheme": "bearer", "description": "The token of this launch, which is in the printed URL."}

_OWN_ERRORS = {
    HTTPStatus.BAD_REQUEST: "Or the request cannot be read, or its connection or query is wrong: nothing was sent.",
    HTTPStatus.UNAUTHORIZED: "Or the token of this server is missing or wrong (`token`).",
    HTTPStatus.FORBIDDEN: "Or another website sent the request (`cross_site`).",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is too large.",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "The body is not JSON.",
    HTTPStatus.MISDIRECTED_REQUEST: "The request is for another host.",
}
"""What the server itself refuses, whatever the action."""

_PARAMETERS: dict[str, dict[str, Any]] = {
    "Timeout": {
        "name": "timeout",
        "description": "Time limit for the whole run in seconds, with its waits.",
        "schema": {"type": "number", "minimum": 1},
    },
    "MaxWait": {
        "name": "max_wait",
        "description": "Longest wait for the call limit, in seconds.",
        "schema": {"type": "number", "minimum": 0},
    },
    "Meta": {
        "name": "meta",
        "description": "Return attempts, waits, pages and warnings beside the outputs.",
        "schema": {"type": "boolean"},
    },
    "AllPages": {
        "name": "all_pages",
        "description": "Return the rows of all pages.",
        "schema": {"type": "boolean"},
    },
    "MaxItems": {
        "name": "max_items",
        "description": "Return at most this many rows, from as many pages as it takes.",
        "schema": {"type": "integer", "minimum": 1, "maximum": 999_999_999},
    },
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "Run again with the same key, the action has its effect once.",
        "schema": {"type": "string"},
    },
}


def openapi(served: ServedConnector) -> dict[str, Any]:
    """The document.

    Raises:
        ExportError: The connector cannot be expressed in OpenAPI.
    """
    document: dict[str, Any] = json.loads(export(served.bundle, "openapi")["openapi.json"])
    components = document["components"]
    components["securitySchemes"] = {"token": _TOKEN}
    document["security"] = [{"token": []}]
    components["parameters"] = {
        "Connection": _connection(served),
        **{name: {"in": "query", **parameter} for name, parameter in _PARAMETERS.items()},
    }
    components["schemas"] = with_named_rows(components["schemas"]) | _meta_schemas()
    for action in served.actions:
        operation = document["paths"][f"/actions/{action.key}/run"]["post"]
        operation["parameters"] = [{"$ref": f"#/components/parameters/{name}"} for name in _names(action)]
        _add_results(operation["responses"]["200"])
        _add_errors(operation["responses"], components["responses"])
    components["schemas"] |= batch_openapi.schemas()
    document["tags"].append(batch_openapi.TAG)
    for path, operations in batch_openapi.paths().items():
        document["paths"][path] = operations
        for operation in operations.values():
            _add_errors(operation["responses"], components["responses"])
    return document


def _connection(served: ServedConnector) -> dict[str, Any]:
    default = served.default_connection
    return {
        "name": "X-Connection",
        "in": "header",
        "description": "The connection to run the action with.",
        "required": default is None,
        "schema": {"type": "string", "enum": list(served.connections), **({"default": default} if default else {})},
    }


def _meta_schemas() -> dict[str, Any]:
    """The `meta` of a result, under names that no action's schema has: those begin with operation ids."""
    whole = Meta.model_json_schema(mode="serialization", ref_template="#/components/schemas/Run.{model}")
    schemas = {"Meta": whole, **whole.pop("$defs")}
    for schema in schemas.values():
        schema["description"] = schema["description"].partition("\n")[0]
    return {f"Run.{name}": schema for name, schema in schemas.items()}


def _names(action: Action) -> list[str]:
    """The parameters of an action."""
    pages = ["AllPages", "MaxItems"] if action.definition.pagination is not None else []
    key = ["IdempotencyKey"] if action.definition.idempotency is not None else []
    return ["Connection", *key, *pages, "Timeout", "MaxWait", "Meta"]


def _add_results(succeeded: dict[str, Any]) -> None:
    """The two other forms of a result: with its `meta`, and as events."""
    content = succeeded["content"]
    outputs = content["application/json"]["schema"]
    content[META_TYPE] = {
        "schema": {
            "type": "object",
            "properties": {"fields": outputs, "meta": {"$ref": "#/components/schemas/Run.Meta"}},
            "required": ["fields", "meta"],
        }
    }
    content[EVENTS] = {"schema": {"type": "string", "description": "Server-sent events, if the request accepts them."}}


def _add_errors(responses: dict[str, Any], shared: dict[str, Any]) -> None:
    for status, meaning in _OWN_ERRORS.items():
        own = responses.get(str(int(status)))
        if own is None:
            name = f"Failed{status:d}"
            shared.setdefault(name, response(status) | {"description": meaning.removeprefix("Or ").capitalize()})
            responses[str(int(status))] = {"$ref": f"#/components/responses/{name}"}
            continue
        described = shared[own["$ref"].rpartition("/")[2]] if "$ref" in own else own
        if meaning not in described["description"]:
            described["description"] += f"\n{meaning}"
