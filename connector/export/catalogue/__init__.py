"""`catalogue`: the actions as JSON for a flow builder in any language, and a small index of them for search.

The form of both files is published in `docs/format/catalogue.schema.json` and `catalogue-index.schema.json`.
`formatVersion` follows them: its second number grows when something is added, its first when something changes that
readers rely on.
"""

from __future__ import annotations

import json
from typing import Any

from connector.catalogue.action import Action
from connector.catalogue.loader import Bundle
from connector.definition.action import ActionDefinition, Example, KnownError, Pagination
from connector.export import Selection
from connector.export.catalogue.schemas import ANNOTATIONS, form
from connector.export.examples import inputs_of
from connector.export.icon_files import data_uri
from connector.export.vocabulary import json_bytes, require_known
from connector.export.words import first_sentence

FORMAT_VERSION = "1.0"

_METADATA = ("key", "title", "publisher", "description", "version", "website", "brandColor", "icon")


def files(selection: Selection) -> dict[str, bytes]:
    """The catalogue and its index.

    Raises:
        ExportError: A definition has a word that the catalogue does not know, or an icon is missing.
    """
    for action in selection.actions:
        require_known(action)
    return {"catalogue.json": json_bytes(_catalogue(selection)), "index.json": _index(selection)}


def _catalogue(selection: Selection) -> dict[str, Any]:
    bundle = selection.bundle
    manifest = bundle.manifest
    groups = _groups(selection)
    icons = dict.fromkeys([manifest.icon, *(manifest.groups[key].icon for key in groups)])
    connection = bundle.document["connection"]
    chosen = {action.key for action in selection.actions}
    return {
        "formatVersion": FORMAT_VERSION,
        "connector": {word: bundle.document[word] for word in _METADATA} | {"publication": _publication(bundle)},
        "annotations": ANNOTATIONS,
        "connection": {
            "schema": {
                "type": "object",
                "properties": connection["properties"],
                "required": connection["required"],
                "additionalProperties": False,
                "x-order": list(connection["properties"]),
            },
            "environment": manifest.connection.environment,
            "test": manifest.connection.test,
        },
        "throttle": manifest.throttle.model_dump(by_alias=True),
        "paging": {"maxItems": manifest.paging.max_items},
        "errors": [_error(error) for error in manifest.errors],
        "icons": {path: data_uri(bundle, path) for path in icons},
        "groups": [{"key": key, **bundle.document["groups"][key]} for key in groups],
        "actions": [_action(action, bundle) for action in selection.actions],
        "leftOut": [key for key in bundle.actions if key not in chosen],
    }


def _publication(bundle: Bundle) -> dict[str, Any] | None:
    """Whom to ask, and where the service stands; not the looks that some other catalogue prescribes."""
    publication = bundle.manifest.publication
    if publication is None:
        return None
    told = publication.model_dump(by_alias=True)
    return {word: told[word] for word in ("contact", "privacyPolicy", "categories")}


def _groups(selection: Selection) -> list[str]:
    """The groups that have an action in the export, in the connector's order."""
    used = {action.group for action in selection.actions}
    return [key for key in selection.bundle.manifest.groups if key in used]


def _action(action: Action, bundle: Bundle) -> dict[str, Any]:
    definition = action.definition
    return {
        "key": action.key,
        "operationId": action.operation_id,
        "summary": action.summary,
        "description": action.description,
        "group": action.group,
        "icon": bundle.manifest.groups[action.group].icon,
        "visibility": definition.visibility,
        "since": definition.since,
        "deprecated": definition.deprecated,
        "documented": definition.documented,
        "effects": action.effects,
        "inputs": form(action, "inputs", bundle),
        "outputs": form(action, "outputs", bundle),
        "paging": _paging(definition, definition.pagination) if definition.pagination else None,
        "throttle": definition.throttle.model_dump(by_alias=True) if definition.throttle else None,
        "idempotency": _idempotency(definition, bundle),
        "errors": [_error(error) for error in definition.errors],
        "examples": [_example(action, example) for example in definition.examples],
    }


def _paging(definition: ActionDefinition, pagination: Pagination) -> dict[str, Any]:
    """The pages in terms of inputs and outputs: whoever draws an action need not know the answer's own form."""
    read_from = {
        field.pointers(name)[0]: name
        for name, field in definition.outputs.properties.items()
        if field.x_from == "body" and field.ref is None
    }
    return {
        "rows": pagination.rows,
        "input": pagination.input,
        "next": read_from.get(pagination.cursor),
        "more": read_from.get(pagination.more),
    }


def _idempotency(definition: ActionDefinition, bundle: Bundle) -> dict[str, Any] | None:
    if definition.idempotency is None:
        return None
    remembered = bundle.manifest.idempotency
    return {"input": definition.idempotency.input, "hours": remembered.hours if remembered else None}


def _error(error: KnownError) -> dict[str, Any]:
    """A known error, without the pattern by which the runtime tells it from others."""
    return {
        "status": error.status,
        "code": error.code,
        "sentence": error.sentence,
        "hint": error.hint,
        "field": error.field,
    }


def _example(action: Action, example: Example) -> dict[str, Any]:
    """An example as the user of the action sees it; what went over the wire is the connector's own matter."""
    return {
        "title": example.title,
        "inputs": inputs_of(action, example),
        "allPages": example.all_pages,
        "outputs": example.outputs,
        "error": example.error.model_dump(by_alias=True) if example.error else None,
    }


def _index(selection: Selection) -> bytes:
    """The index, with one action per line, so that it can be searched line by line as well."""
    manifest = selection.bundle.manifest
    head = {
        "formatVersion": FORMAT_VERSION,
        "connector": {"key": manifest.key, "title": manifest.title, "version": manifest.version},
        "groups": {key: manifest.groups[key].title for key in _groups(selection)},
    }
    lines = [json.dumps(_entry(action), ensure_ascii=False) for action in selection.actions]
    opening = json.dumps(head, ensure_ascii=False).removesuffix("}")
    return (opening + ', "actions": [\n' + ",\n".join(lines) + "\n]}\n").encode()


def _entry(action: Action) -> dict[str, Any]:
    return {
        "key": action.key,
        "operationId": action.operation_id,
        "summary": action.summary,
        "about": first_sentence(action.description),
        "group": action.group,
        "visibility": action.definition.visibility,
        "readOnly": action.definition.effects.read_only,
        "deprecated": action.definition.deprecated,
    }
