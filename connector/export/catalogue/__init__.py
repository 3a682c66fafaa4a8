"""`catalogue`: the actions as JSON for a flow builder in any language, and a small index of them for search.

The JSON Schemas of both files are `docs/format/catalogue.schema.json` and `catalogue-index.schema.json`.
`formatVersion` follows them: the minor number grows with every addition, the major number with every breaking change.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from connector.catalogue.action import Action
from connector.catalogue.loader import Bundle
from connector.definition.action import ActionDefinition, KnownError, Pagination
from connector.definition.example import Example
from connector.export.catalogue.schemas import ANNOTATIONS, form_schema
from connector.export.descriptions import first_sentence
from connector.export.examples import example_inputs
from connector.export.icons import icon, icon_data_uri
from connector.export.json_files import json_bytes
from connector.export.selection import ExportSelection

FORMAT_VERSION = "1.0"
_METADATA = {"key", "title", "description", "version", "website", "brand_color"}
_PUBLISHED = {"privacy_policy", "categories"}
"""The facts that every catalogue asks for; the color and the icon are only for one of them."""


def files(selection: ExportSelection) -> dict[str, bytes]:
    """The catalogue and its index.

    Raises:
        ExportError: An icon is missing, or the choices of a field come from an unknown action.
    """
    return {"catalogue.json": json_bytes(_catalogue(selection)), "index.json": _index(selection)}


def _catalogue(selection: ExportSelection) -> dict[str, Any]:
    bundle = selection.bundle
    manifest, publication = bundle.manifest, bundle.manifest.publication
    connection = bundle.document.get("connection", {})
    fields = connection.get("properties", {})
    # Without where their secrets are sent.
    kinds = [kind.model_dump(exclude={"authorization"}) for kind in manifest.connection.kinds]
    chosen = {action.key for action in selection.actions}
    return {
        "formatVersion": FORMAT_VERSION,
        "connector": {
            **metadata(bundle),
            "publisher": selection.publisher.model_dump() if selection.publisher is not None else None,
            "publication": publication.model_dump(by_alias=True, include=_PUBLISHED) if publication else None,
        },
        "annotations": ANNOTATIONS,
        "connection": {
            "schema": {
                "type": "object",
                "properties": fields,
                "required": manifest.connection.required,
                "additionalProperties": False,
                "x-order": list(fields),
            },
            **({"kinds": kinds} if kinds else {}),
            "environment": manifest.connection.environment,
            "test": manifest.connection.test,
        },
        "throttle": manifest.throttle.model_dump(by_alias=True),
        "paging": {"maxItems": manifest.paging.max_items},
        "errors": _errors(manifest.errors),
        **groups_with_icons(selection),
        "actions": [action_entry(action, bundle) for action in selection.actions],
        "leftOut": [key for key in bundle.actions if key not in chosen],
    }


def metadata(bundle: Bundle) -> dict[str, Any]:
    """What the connector is: key, title, version and the like."""
    return {**bundle.manifest.model_dump(by_alias=True, include=_METADATA), "icon": icon(bundle)[0]}


def groups_with_icons(selection: ExportSelection) -> dict[str, Any]:
    """The icons by path as `data:` URIs, and the groups.

    Raises:
        ExportError: An icon is missing.
    """
    bundle, groups = selection.bundle, selection.groups
    own = {key: icon(bundle, key) for key in groups}
    icons = dict([icon(bundle), *own.values()])
    about = bundle.manifest.groups
    return {
        "icons": {path: icon_data_uri(path, content) for path, content in icons.items()},
        "groups": [
            {"key": key, "title": about[key].title, "description": about[key].description, "icon": own[key][0]}
            for key in groups
        ],
    }


def action_entry(action: Action, bundle: Bundle) -> dict[str, Any]:
    """One action whole, for drawing its form and its result.

    Raises:
        ExportError: The choices of a field come from an unknown action.
    """
    definition = action.definition
    return {
        "key": action.key,
        "operationId": action.operation_id,
        "summary": action.summary,
        "description": action.description,
        "aliases": list(definition.aliases),
        "group": action.group,
        "icon": icon(bundle, action.group)[0],
        "visibility": definition.visibility,
        "since": definition.since,
        "deprecated": definition.deprecated,
        "documented": definition.documented,
        "effects": action.effects,
        "inputs": form_schema(action, "inputs", bundle),
        "outputs": form_schema(action, "outputs", bundle),
        "paging": _paging(definition, definition.pagination) if definition.pagination else None,
        "throttle": definition.throttle.model_dump(by_alias=True) if definition.throttle else None,
        "idempotency": _idempotency(definition, bundle),
        "errors": _errors(definition.errors),
        "examples": [_example(action, example) for example in definition.examples],
    }


def _paging(definition: ActionDefinition, pagination: Pagination) -> dict[str, Any]:
    """Pagination in terms of inputs and outputs, so that readers need not know the response body."""
    read_from = {
        field.pointers(name)[0]: name
        for name, field in definition.outputs.properties.items()
        if field.x_from == "body" and field.ref is None
    }
    return {
        "rows": pagination.rows,
        "input": None if pagination.follow else pagination.input,
        "next": read_from.get(pagination.cursor),
        "more": read_from.get(pagination.more),
    }


def _idempotency(definition: ActionDefinition, bundle: Bundle) -> dict[str, Any] | None:
    if definition.idempotency is None:
        return None
    remembered = bundle.manifest.idempotency
    return {"input": definition.idempotency.input, "hours": remembered.hours if remembered else None}


def _errors(errors: Sequence[KnownError]) -> list[dict[str, Any]]:
    """Known errors, without the patterns by which the runtime recognizes them."""
    return [error.model_dump(exclude={"pattern"}) for error in errors]


def _example(action: Action, example: Example) -> dict[str, Any]:
    """An example as the user of the action sees it, without the requests and responses."""
    return {
        "title": example.title,
        "inputs": example_inputs(action, example),
        "allPages": example.all_pages,
        "outputs": example.outputs,
        "error": example.error.model_dump(by_alias=True) if example.error else None,
    }


def _index(selection: ExportSelection) -> bytes:
    """The index, with one action per line, so that line-based tools can search it."""
    manifest = selection.bundle.manifest
    head = {
        "formatVersion": FORMAT_VERSION,
        "connector": {"key": manifest.key, "title": manifest.title, "version": manifest.version},
        "groups": {key: manifest.groups[key].title for key in selection.groups},
    }
    lines = [json.dumps(index_entry(action), ensure_ascii=False) for action in selection.actions]
    opening = json.dumps(head, ensure_ascii=False).removesuffix("}")
    return (opening + ', "actions": [\n' + ",\n".join(lines) + "\n]}\n").encode()


def index_entry(action: Action) -> dict[str, Any]:
    """One action in a line, for lists and search."""
    return {
        "key": action.key,
        "operationId": action.operation_id,
        "summary": action.summary,
        "about": first_sentence(action.description),
        "aliases": list(action.definition.aliases),
        "group": action.group,
        "visibility": action.definition.visibility,
        "readOnly": action.definition.effects.read_only,
        "deprecated": action.definition.deprecated,
    }
