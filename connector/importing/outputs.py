"""The response of an operation as outputs: named by dotted paths, lists of objects as rows."""

from __future__ import annotations

from connector import json_pointer
from connector.importing.fields import Fields, Leaf, label, visibility
from connector.importing.gaps import Findings
from connector.importing.media import is_binary, is_json, media_types
from connector.importing.names import unique
from connector.importing.swagger import Json, Operation, Swagger, as_object, as_text
from connector.importing.values import kind_of

WHOLE = "response"
"""The name of an output that is the whole body."""


def success_schema(operation: Operation, swagger: Swagger, fields: Fields) -> Json | None:
    """The schema of the response that carries the outputs; None where none has one.

    The cloud reads 200, else 201, else the other successes; `default`, which is an error beside them, only alone.
    """
    responses = as_object(operation.document.get("responses"))
    successes = sorted(str(status) for status in responses if str(status).startswith("2"))
    for status in successes or ["default"]:
        written = swagger.resolve(responses.get(status))
        if isinstance(written.get("schema"), dict) and written["schema"]:
            return fields.schema(written["schema"])
    return None


def outputs_of(
    operation: Operation, swagger: Swagger, fields: Fields, findings: Findings
) -> tuple[Json, dict[str, str], str | None]:
    """The outputs, their names by place in the body, and the Accept header where it is not that of JSON."""
    schema = success_schema(operation, swagger, fields)
    produces = media_types(swagger, operation, "produces")
    accept = None if not produces or any(map(is_json, produces)) else produces[0]
    if schema is None and not (produces and all(map(is_binary, produces))):
        made = {"title": "Response", "description": "The response body; null if the service sends none."}
        is_text = bool(produces) and all(each.startswith("text/") for each in produces)
        made |= {"x-from": "text"} if is_text else fields.field({}) | {"x-pointer": ""}
        return {"properties": {WHOLE: made}}, {}, accept
    if schema is None or _is_file(schema):
        accept = accept or next((each for each in produces if not is_json(each)), "*/*")
        return {"properties": {WHOLE: {"title": label(schema or {}, WHOLE), "x-from": "binary"}}}, {}, accept
    if not fields.is_record(schema):
        made = {"title": label(schema, WHOLE), **fields.field(schema)}
        is_text = kind_of(schema) == "string" and accept is not None
        made |= {"x-from": "text"} if is_text else {"x-pointer": ""}
        findings.notes += fields.notes
        more = {} if accept is None or is_text else {"text": _text(accept, "Text", findings)}
        return {"properties": {WHOLE: made, **more}}, {"": WHOLE}, accept
    leaves: list[Leaf] = list(fields.leaves(schema))
    names = fields.names(leaves)
    properties: Json = {}
    titles = fields.labels(leaves)
    for name, title, leaf in zip(names, titles, leaves, strict=True):
        made = {"title": title, **fields.field(leaf.schema, leaf.around)}
        is_plain = name == ".".join(leaf.path) and not any(set(step) & set("./~") for step in leaf.path)
        made |= {} if is_plain else {"x-pointer": json_pointer.join(leaf.path)}
        made |= visibility({}, leaf.shown)
        properties[name] = made
    if accept is not None:
        properties[unique(WHOLE, properties)] = _text(accept, unique("Response", titles), findings)
    findings.notes += fields.notes
    return (
        {"properties": properties},
        {"/".join(leaf.path): name for name, leaf in zip(names, leaves, strict=True)},
        accept,
    )


def _text(accept: str, title: str, findings: Findings) -> Json:
    """The whole response, beside fields that can be read only if it is JSON."""
    findings.note(f"The service responds in {accept[:60]}: one output has the whole text, the others may be empty.")
    return {"title": title, "x-from": "text"}


def _is_file(schema: Json) -> bool:
    return schema.get("type") == "file" or as_text(schema.get("format")) in {"binary", "byte"}
