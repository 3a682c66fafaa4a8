"""What a service without a sandbox of its own would respond: the responses of the connector's examples.

Nothing is kept from one request to the next. A request that an example shows gets the response of that example; another
one, that of the most similar example that succeeds, or values made from the outputs where no example does.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from connector import json_pointer
from connector.catalogue.loader import Bundle
from connector.definition.action import ActionDefinition
from connector.definition.example import SampleRequest, SampleResponse
from connector.definition.field import FieldSchema, ObjectSchema
from connector.definition.templates import is_filled
from connector.secrets import MASK
from connector.validation.text_values import as_text

_DEEPEST = 6
_FILE = "RXhhbXBsZQ=="
"""A file in JSON: “Example” as base64."""
_DUMMIES: dict[str, Any] = {"string": "text", "integer": 1, "number": 1.5, "boolean": True, "object": {}, "array": []}


class Received(NamedTuple):
    """A request: its path and query as they were sent, and its body as JSON, the fields of a form, or text."""

    method: str
    path: str
    query: Sequence[tuple[str, str]]
    body: Any
    is_form: bool

    @classmethod
    def of(cls, method: str, target: str, content: bytes, content_type: str = "") -> Received:
        """The request of a request line and a body."""
        path, _, query = target.partition("?")
        text = content.decode("utf-8", "replace")
        is_form = content_type.lower().startswith("application/x-www-form-urlencoded")
        try:
            body = _form(parse_qsl(text, keep_blank_values=True)) if is_form else json.loads(text) if text else None
        except (ValueError, RecursionError):
            body = text
        return cls(method, path, parse_qsl(query, keep_blank_values=True), body, is_form)

    def has_body(self, body: Any) -> bool:
        """Whether the body is that of an example."""
        if self.is_form and isinstance(body, dict):
            lists = {name: value if isinstance(value, list) else [value] for name, value in body.items()}
            return bool(self.body == _form([(name, as_text(each)) for name, found in lists.items() for each in found]))
        return bool(self.body == body)


@dataclass(frozen=True)
class _Shown:
    """A call that an example shows."""

    action: ActionDefinition
    request: SampleRequest
    response: SampleResponse
    succeeds: bool

    def likeness(self, received: Received) -> tuple[int, ...]:
        """How similar a request is, the most important first."""
        wanted, sent = list(self.request.query), list(received.query)
        shared = sum(pair in sent for pair in wanted)
        return (
            is_filled(self.request.path, received.path),
            received.has_body(self.request.body),
            shared == len(wanted),
            shared,
            _equal_parts(self.request.body, received.body),
            self.succeeds,
        )

    def is_certain(self, received: Received) -> bool:
        """Whether the request is the one that the example shows, perhaps with more in its query."""
        path, body, query = self.likeness(received)[:3]
        return bool(path and body and query)


def _form(pairs: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """The fields of a form by name; one that is repeated has a list."""
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return {name: values if len(values) > 1 else values[0] for name, values in found.items()}


def _equal_parts(one: Any, other: Any) -> int:
    if not (isinstance(one, dict) and isinstance(other, dict)):
        return 0
    return sum(name in other and other[name] == value for name, value in one.items())


@dataclass(frozen=True)
class ExampleResponses:
    """The responses of a connector's examples."""

    bundle: Bundle

    @cached_property
    def _definitions(self) -> list[ActionDefinition]:
        return [action.definition for action in self.bundle.actions.values()]

    @cached_property
    def _shown(self) -> list[_Shown]:
        return [
            _Shown(definition, call.request, call.response, example.error is None)
            for definition in self._definitions
            for example in definition.examples
            for call in example.interactions
        ]

    def response_to(self, received: Received) -> SampleResponse:
        """The response to a request; 404 where no action sends one like it."""
        actions = self._actions(received)
        similar = [shown for shown in self._shown if shown.request.method == received.method]
        similar = [
            shown
            for shown in similar
            if shown.is_certain(received)
            or (shown.succeeds and shown.action in actions and is_filled(shown.action.request.path, shown.request.path))
        ]
        if similar:
            return max(similar, key=lambda shown: shown.likeness(received)).response
        if actions:
            outputs = actions[0].outputs
            if any(field.x_from in {"text", "binary"} for field in outputs.properties.values()):
                return SampleResponse(status=200, text="Example")
            return SampleResponse(status=200, body=sample_body(outputs))
        message = f"No action sends {received.method} {received.path[:200]}."
        return SampleResponse(status=404, body=_error_body(self.bundle.manifest.error_body.message, message))

    def masked(self, received: Received) -> tuple[str, Any]:
        """The path with the query, and the body, without what the action's inputs and examples do not show."""
        known = {name for shown in self._shown for name, _ in shown.request.query}
        body = received.body
        for action in self._actions(received):
            for name in action.inputs.properties:
                field = action.input(name)
                if field.x_in == "query" and not field.write_only:
                    known.add(field.x_name or name)
                elif field.x_in == "body" and field.write_only and isinstance(body, dict):
                    body = _without(body, field.pointers(name)[0])
        query = "&".join(f"{name}={value if name in known else MASK}" for name, value in received.query)
        return received.path + (f"?{query}" if query else ""), body

    def _actions(self, received: Received) -> list[ActionDefinition]:
        """The actions that send a request like it; a literal path comes before one with placeholders."""
        found = [
            action
            for action in self._definitions
            if action.request.method == received.method and is_filled(action.request.path, received.path)
        ]
        fewest = min((action.request.path.count("{") for action in found), default=0)
        return [action for action in found if action.request.path.count("{") == fewest]


def _error_body(pointer: str, message: str) -> Any:
    body: dict[str, Any] = {}
    if not pointer:
        return message
    json_pointer.put(body, pointer, message)
    return body


def _without(body: dict[str, Any], pointer: str) -> dict[str, Any]:
    """The body with a mask in one place."""
    if not pointer or json_pointer.get(body, pointer) is json_pointer.MISSING:
        return body
    copy: dict[str, Any] = json.loads(json.dumps(body))
    json_pointer.put(copy, pointer, MASK)
    return copy


def sample_body(outputs: ObjectSchema) -> Any:
    """A body from which every output can be read."""
    body: dict[str, Any] = {}
    for pointer, value in _values(outputs, outputs.properties, 0):
        if not pointer:
            return value
        json_pointer.put(body, pointer, value)
    return body


def _values(schema: ObjectSchema, fields: dict[str, FieldSchema], depth: int) -> Iterator[tuple[str, Any]]:
    # The shortest pointers first: what is inside a value then changes that value, and does not end up beside it.
    places = [(field.pointers(name)[0], schema.resolve(field)) for name, field in fields.items()]
    for pointer, field in sorted(places, key=lambda place: place[0].count("/")):
        if field.x_from == "body":
            yield pointer, _value(schema, field, depth)


def _value(schema: ObjectSchema, field: FieldSchema, depth: int) -> Any:
    for known in (field.examples or [])[:1], [field.default], (field.enum or [])[:1], [_FILE] * field.x_file:
        if known and known[0] is not None:
            return known[0]
    if field.x_time is not None:
        return 1_767_225_600_000
    kind = next((kind for kind in field.types if kind != "null"), "string")
    if kind == "array" and field.items is not None and not field.x_map_key and depth < _DEEPEST:
        return [_value(schema, schema.resolve(field.items), depth + 1)]
    if field.x_map_key:
        return {}
    if kind == "object" and depth < _DEEPEST:
        row: dict[str, Any] = {}
        for pointer, value in _values(schema, field.properties, depth + 1):
            if pointer:
                json_pointer.put(row, pointer, value)
        return row
    return _DUMMIES[kind]
