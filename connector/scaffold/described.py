"""Actions from a description of the API: what the description leaves out is a TODO, and the examples are recorded."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from connector import json_pointer
from connector.catalogue.example_responses import sample_body
from connector.catalogue.loader import Bundle
from connector.definition.action import ActionDefinition
from connector.definition.expand import expand
from connector.definition.field import FieldSchema, ObjectSchema
from connector.examples.record import recorded
from connector.scaffold.create import ScaffoldError

_FORMATS = {
    "date": "2027-01-31",
    "date-time": "2027-01-31T09:30:00Z",
    "email": "ada@example.com",
    "uri": "https://example.com",
    "uuid": "6f1c2a34-9d0e-4b7c-8a51-3f2b6c7d8e90",
    "ipv4": "192.0.2.1",
    "hostname": "example.com",
    "time": "09:30:00Z",
}
_CODES = {
    400: "bad_request",
    401: "unauthorized",
    402: "payment_required",
    403: "forbidden",
    404: "not_found",
    405: "not_allowed",
    409: "conflict",
    410: "gone",
    412: "changed_meanwhile",
    413: "too_large",
    415: "unsupported_type",
    422: "invalid_request",
    429: "rate_limited",
}
_FILE = {"$content-type": "text/plain", "$content": "SGVsbG8="}
_DEEPEST = 4
_EMPTY = (HTTPStatus.NO_CONTENT, HTTPStatus.RESET_CONTENT)
"""The statuses without a body."""


def described_action(
    bundle: Bundle, document: Mapping[str, Any], success: tuple[int, Any], errors: Mapping[int, str]
) -> dict[str, Any]:
    """The definition of an action, as its file has it.

    Args:
        bundle: The connector folder.
        document: What the description says of the operation, in the format, with `key` and `group`; texts that are
            missing are empty.
        success: The status of a success, and its body; None for a body made of the outputs.
        errors: Descriptions of the errors by status.

    Raises:
        ScaffoldError: The format cannot express the operation.
    """
    made = _without_defaults(_with_texts(document), bundle)
    known = {error.status for error in bundle.manifest.errors}
    own = {status: text for status, text in sorted(errors.items()) if status not in known}
    if own:
        made["errors"] = [_error(status, text) for status, text in own.items()]
    definition = _definition(made, bundle)
    inputs = _inputs(definition.inputs, set(definition.inputs.required))
    status, body = success
    shown = body if body is not None or status in _EMPTY else _body(definition)
    written = {} if status == HTTPStatus.OK else {"status": status}
    written |= {"body": shown} if shown is not None else {}
    refused = next(iter(own), next(iter(known & {400, 401, 403, 404}), 400))
    rejection = {"status": refused, "body": _message(bundle, errors.get(refused) or "Rejected")}
    made["examples"] = [
        recorded(bundle, made, "TODO: a typical case", inputs, written),
        recorded(bundle, made, "TODO: a rejected request", inputs, rejection),
    ]
    since = bundle.manifest.version if bundle.manifest.since != bundle.manifest.version else None
    head = {word: made[word] for word in ("operationId", "summary", "description")}
    rest = {word: value for word, value in made.items() if word not in {*head, "key", "group"}}
    return head | ({"since": since} if since else {}) | rest


def _with_texts(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document with a TODO for each text that is missing."""
    made: dict[str, Any] = copy.deepcopy(dict(document))
    made["summary"] = made["summary"] or made["key"].replace("_", " ").capitalize()
    made["description"] = (
        _sentence(made["description"]) or "TODO: what the action does, and what one must know before running it."
    )
    for side in ("inputs", "outputs"):
        _describe(made[side])
        made[side] = {word: value for word, value in made[side].items() if value}
    return made


def _without_defaults(document: dict[str, Any], bundle: Bundle) -> dict[str, Any]:
    """The document without the keywords that only repeat a default."""
    path = Path("definitions", document["group"], f"{document['key']}.json")
    repeated = expand(document, path, None, bundle.manifest.since, spelled_out=True).repeated()
    for (file, pointer), same in repeated.items():
        *parents, word = json_pointer.parse(pointer)
        around = json_pointer.get(document, json_pointer.join(parents))
        if same and file == path.as_posix() and isinstance(around, dict) and parents:
            around.pop(word, None)
    return document


def _describe(schema: dict[str, Any]) -> None:
    for name, field in schema.get("properties", {}).items():
        rest = {word: value for word, value in field.items() if word not in {"title", "description"}}
        title = field.get("title") or name.replace("_", " ").capitalize()
        text = _sentence(field.get("description", "")) or "TODO: what it is, and where to find the value."
        field.clear()
        field.update({"title": title, "description": text, **rest})
        _describe(field.get("items", {}))


def _sentence(text: str) -> str:
    """The text with a period at its end, where it has no other end."""
    text = text.strip()
    return text if not text or re.search(r"[.!?…][”\u2019)\"']*$", text) else f"{text}."


def _message(bundle: Bundle, text: str) -> Any:
    """The body of an error response."""
    body: dict[str, Any] = {}
    json_pointer.put(body, bundle.manifest.error_body.message or "/message", text)
    return body


def _error(status: int, text: str) -> dict[str, Any]:
    code = _CODES.get(status, f"status_{status}")
    return {
        "status": status,
        "code": code,
        "sentence": _sentence(text) or "TODO: what is wrong, for the person at the form.",
    }


def _definition(document: dict[str, Any], bundle: Bundle) -> ActionDefinition:
    path = Path("definitions", document["group"], f"{document['key']}.json")
    whole = expand(document, path, None, bundle.manifest.since or bundle.manifest.version)
    try:
        return ActionDefinition.model_validate(whole.document)
    except ValidationError as error:
        detail = error.errors(include_url=False, include_input=False)[0]
        place = json_pointer.join([str(step) for step in detail["loc"]])
        raise ScaffoldError(f"The format cannot express it: {place}: {detail['msg']}.") from None


def _body(definition: ActionDefinition) -> Any:
    read = [field for field in definition.outputs.properties.values() if field.x_from == "body"]
    return sample_body(definition.outputs) if read else None


def _inputs(schema: ObjectSchema, wanted: set[str], depth: int = 0) -> dict[str, Any]:
    fields = {name: schema.resolve(field) for name, field in schema.properties.items()}
    return {name: _value(schema, field, depth) for name, field in fields.items() if name in wanted}


def _value(schema: ObjectSchema, field: FieldSchema, depth: int) -> Any:
    for values in (field.examples, field.enum, [field.const], [field.default]):
        if values and values[0] is not None:
            return values[0]
    if getattr(field, "x_file", False):
        return _FILE
    kind = next((kind for kind in field.types if kind != "null"), "string")
    if kind == "array":
        items = schema.resolve(field.items) if field.items is not None and depth < _DEEPEST else None
        return [] if items is None else [_value(schema, items, depth + 1)] * max(1, field.min_items or 1)
    if kind == "object":
        wanted = set(field.required) or set(list(field.properties)[:1])
        row = {name: schema.resolve(inner) for name, inner in field.properties.items() if name in wanted}
        return {name: _value(schema, inner, depth + 1) for name, inner in row.items()} if depth < _DEEPEST else {}
    if kind == "string":
        text = _FORMATS.get(field.format or "", "example")
        return text.ljust(field.min_length or 0, "x")[: field.max_length]
    return True if kind == "boolean" else _number(field)


def _number(field: FieldSchema) -> float | int:
    low = field.minimum if field.minimum is not None else field.exclusive_minimum
    high = field.maximum if field.maximum is not None else field.exclusive_maximum
    value = 1.0 if low is None else low + (field.exclusive_minimum is not None)
    value = min(value, high) if high is not None else value
    return int(value) if value == int(value) else value
