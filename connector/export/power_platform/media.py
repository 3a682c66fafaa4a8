"""Bodies that are not JSON in Swagger 2.0: forms with files, text, binary content, and what an operation accepts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from connector.catalogue.action import Action
from connector.export.power_platform.body_nodes import BodyNode
from connector.export.power_platform.schemas import Schemas
from connector.http.body import CONTENT_TYPES

Json = dict[str, Any]

_JSON = "application/json"


def media_types(action: Action) -> Json:
    """`consumes` and `produces` of an operation, where they are not those of the package."""
    template = action.definition.request
    made: Json = {}
    consumed = (template.content_type or CONTENT_TYPES[template.encoding]).partition(";")[0].strip()
    if consumed != _JSON:
        made["consumes"] = [consumed]
    is_file = any(field.x_from == "binary" for field in action.definition.outputs.properties.values())
    produced = template.accept or ("application/octet-stream" if is_file else _JSON)
    if produced != _JSON:
        made["produces"] = [part.partition(";")[0].strip() for part in produced.split(",")]
    return made


def is_form(action: Action) -> bool:
    """Whether the body of an action is a form, whose fields are parameters here."""
    return action.definition.request.encoding in {"form", "multipart"}


def form_parameters(action: Action, root: BodyNode, schemas: Schemas) -> Iterator[Json]:
    """The fields of a form as parameters."""
    in_parts = action.definition.request.encoding == "multipart"
    for key, node in root.properties.items():
        parameter: Json = {"name": key, "in": "formData", "required": node.required, "x-ms-summary": node.title or key}
        item = node.items
        if in_parts and _is_file(node):
            keywords = schemas.keywords(node.schema, key, "string") if node.schema is not None else {}
            parameter |= {"type": "file", **{word: value for word, value in keywords.items() if word != "format"}}
        elif (
            item is not None and not item.properties and node.schema is not None and node.schema.x_array_style == "csv"
        ):
            kind = item.types[0] if len(item.types) == 1 else "string"
            parameter |= {"type": "array", "items": {"type": kind}, "collectionFormat": "csv"}
            parameter |= schemas.keywords(node.schema, key, "array")
        else:
            kinds = [kind for kind in node.types if kind not in {"array", "object"}]
            kind = kinds[0] if len(kinds) == 1 else "string"
            parameter |= {"type": kind, **(schemas.keywords(node.schema, key, kind) if node.schema else {})}
            if not kinds and item is None:
                parameter["description"] = f"{parameter.get('description', '')} Enter it as JSON.".strip()
        yield parameter


def several_values(action: Action, root: BodyNode) -> Iterator[tuple[str, str]]:
    """The fields of a form that take several values, each a field of its own on the wire: name and title."""
    for key, node in root.properties.items() if is_form(action) else ():
        joined = node.schema is not None and node.schema.x_array_style == "csv"
        if node.items is not None and (not joined or node.items.properties):
            yield f"{key}[]", node.title or key


def _is_file(node: BodyNode) -> bool:
    """Whether it is a file, or a list of files, of which a form takes one here."""
    inner = node.items if node.items is not None else node
    return inner.schema is not None and inner.schema.x_file
