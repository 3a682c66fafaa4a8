"""An example of an imported action: sample inputs, the request that they make, and a response as the package has it."""

from __future__ import annotations

import math
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from connector import json_pointer
from connector.catalogue.action import Action
from connector.catalogue.loader import Bundle
from connector.connections.auth import Auth
from connector.connections.sample import sample_connection
from connector.connector import Connector
from connector.definition import templates as connector_templates
from connector.definition.field import FieldSchema, ObjectSchema
from connector.errors import ConnectorError
from connector.examples import EXAMPLE_KEY, FakeClock, ScriptedTransport, response
from connector.http import templates
from connector.http.response import HttpResponse
from connector.importing.swagger import Json

_VALUES: Json = {"string": "text", "integer": 1, "number": 1.5, "boolean": True, "object": {}}
_REJECTED = {"message": "The request is not valid."}
_FILE = {"$content-type": "application/octet-stream", "$content": "AAEC"}


def examples_of(bundle: Bundle, key: str) -> list[Json]:
    """The examples of an action that its definition alone is enough for: one that succeeds, one that is rejected.

    Args:
        bundle: The imported connector.
        key: The key of the action.
    """
    action = Action(bundle, key)
    inputs = sample_inputs(action)
    transport = ScriptedTransport([sample_response(action)])
    if any(field.x_from == "binary" for field in action.definition.outputs.properties.values()):
        return []  # an example has no bytes
    connection = sample_connection(bundle.manifest, "example-secret", action.definition.request)
    try:
        endpoint = Auth.preview(bundle.manifest, connection).endpoint
        base_url = templates.base_url_of(action.definition, action.validate_inputs(inputs)[0], endpoint)
        connector = Connector(bundle, transport=transport, clock=FakeClock(), new_key=lambda: EXAMPLE_KEY)
        result = connector.run(action, inputs, connection)
    except ConnectorError:
        return []
    sent = transport.requests[0]
    parts = urlsplit(sent.url)
    if sent.encoding in {"multipart", "binary"} or not sent.url.startswith(base_url):
        return []  # an example has no files
    path = sent.url.removeprefix(base_url).partition("?")[0]
    said: Json = {"path": path, "query": [list(pair) for pair in parse_qsl(parts.query, keep_blank_values=True)]}
    headers = {name: value for name, value in sent.headers.items() if name not in {"Accept", "Content-Type"}}
    said |= {"headers": headers} if headers else {}
    said |= {"body": sent.body} if sent.body is not None else {}
    body = sample_body(action.definition.outputs)
    responded: Json = {"text": "text"} if body is None else {"body": body}
    request = {word: each for word, each in said.items() if each != []}
    example: Json = {"title": "Made from the package", "inputs": inputs}
    example |= {"interactions": [{"request": request, "response": responded}], "outputs": result.fields}
    connector = Connector(bundle, transport=ScriptedTransport([response(400, _REJECTED)]), clock=FakeClock())
    try:
        connector.run(action, inputs, connection)
    except ConnectorError as error:
        rejected: Json = {"title": "Rejected", "inputs": inputs, "error": {"code": error.error_code}}
        rejected["interactions"] = [{"request": request, "response": {"status": 400, "body": _REJECTED}}]
        return [example, rejected]
    return [example]


def sample_inputs(action: Action) -> Json:
    """A value for every input that a form shows and an example can have."""
    schema = action.definition.inputs
    fields = {name: schema.resolve(field) for name, field in schema.properties.items()}
    base_url = action.definition.request.base_url or ""
    in_host = dict.fromkeys(connector_templates.input_names(base_url), "example")
    in_host |= {name: "https://api.example.com" for name in in_host if base_url.startswith(f"{{{name}}}")}
    return {
        name: in_host[name] if name in in_host and not (field.examples or field.enum) else _input(schema, field)
        for name, field in fields.items()
        if name in schema.required or field.x_ms_visibility != "internal"
    }


def sample_response(action: Action) -> HttpResponse:
    """A response from which every output can be read."""
    outputs = action.definition.outputs
    if any(field.x_from == "binary" for field in outputs.properties.values()):
        return HttpResponse(200, {"content-type": "application/octet-stream"}, b"\x00\x01\x02")
    body = sample_body(outputs)
    return response(200, text="text") if body is None else response(200, body)


def sample_body(outputs: ObjectSchema) -> Any:
    """A JSON body with every output; None where none is read from JSON."""
    body: Json = {}
    read = [(name, outputs.resolve(field)) for name, field in outputs.properties.items()]
    if not any(field.x_from == "body" for _, field in read):
        return None
    for name, field in read:
        pointer = field.pointers(name)[0]
        if not pointer:  # what can be least is what all of them take
            whole = (each for known, each in read if not each.pointers(known)[0])
            return body or _output(outputs, min(whole, key=lambda each: len(each.types)))
        if json_pointer.get(body, pointer) is json_pointer.MISSING:
            json_pointer.put(body, pointer, _output(outputs, field))
    return body


def _input(schema: ObjectSchema, field: FieldSchema) -> Any:
    field = schema.resolve(field)
    if field.x_file:
        return dict(_FILE)
    for known in (field.examples, [field.default] if field.default is not None else None, field.enum):
        if known:
            return known[0]
    kind = next((kind for kind in field.types if kind != "null"), "string")
    if kind == "array":
        return [_input(schema, field.items or FieldSchema())] * max(1, field.min_items or 1)
    if field.properties:
        return {name: _input(schema, inner) for name, inner in field.properties.items()}
    return _scalar(field, kind)


def _scalar(field: FieldSchema, kind: str) -> Any:
    """A value within the bounds of a field."""
    if kind in {"integer", "number"}:
        low = field.minimum if field.minimum is not None else min(1, field.maximum if field.maximum is not None else 1)
        return math.ceil(low) if kind == "integer" else low
    value = _VALUES[kind]
    return value.ljust(field.min_length or 0, "x")[: field.max_length] if isinstance(value, str) else value


def _output(schema: ObjectSchema, field: FieldSchema) -> Any:
    kind = next((kind for kind in field.types if kind != "null"), "string")
    if kind == "array":
        item = schema.resolve(field.items or FieldSchema())
        return [_output(schema, item)]
    if field.properties:
        row: Json = {}
        for name, inner in field.properties.items():
            json_pointer.put(row, inner.pointers(name)[0], _output(schema, schema.resolve(inner)))
        return row
    return _VALUES[kind]
