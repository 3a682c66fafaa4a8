"""From checked inputs to an HTTP request. Where a value goes is data; this module only follows it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from connector import json_pointer
from connector.connections.endpoint import Endpoint
from connector.definition.action import ActionDefinition, Encoding
from connector.definition.field import FieldSchema, ObjectSchema
from connector.errors import Problem
from connector.http import templates
from connector.http.body import StreamedBody, content_type_of, encoded
from connector.http.body_defaults import apply_body_defaults
from connector.http.body_writer import BodyWriters
from connector.http.parameters import Parameters
from connector.http.value_text import SEPARATORS, joined_text, query_pairs
from connector.secrets import MASK
from connector.validation.json_values import copied

_ANY = FieldSchema()


@dataclass(frozen=True)
class HttpRequest:
    """A request without its secrets, which are added where the bytes leave.

    Attributes:
        url: With `{connection.field}` where a secret of the connection belongs.
        headers: Those without secrets.
        body: The value to send, with `File`s in it; None for no body.
        secret_headers: Those that templates of the action or the connector make with secrets: texts, with the names of
            fields of the connection between them.
        encoding: How the body is written.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    body: Any = None
    secret_headers: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    encoding: Encoding = "json"

    @cached_property
    def content(self) -> bytes | StreamedBody | None:
        """The body as bytes; one with files on disk as a stream that every attempt reads anew."""
        return encoded(self.encoding, self.headers.get("Content-Type", ""), self.body)


def build(
    definition: ActionDefinition, inputs: Mapping[str, Any], endpoint: Endpoint, body: Any, url: str | None = None
) -> HttpRequest:
    """The request of an action.

    Args:
        definition: The action.
        inputs: Its checked inputs.
        endpoint: Where it goes.
        body: What `body_of` made of the inputs, perhaps reshaped by a handler.
        url: The whole URL of a next page, which takes the place of path and query.
    """
    pairs: list[str] = []
    templated, secret_headers = templates.headers_of(definition, inputs, endpoint)
    headers = templates.merged({"Accept": accept_of(definition)}, templated)
    parameters = definition.inputs.compiled(Parameters)
    for name, wire_name, field in parameters.query:
        if name in inputs:
            pairs += query_pairs(wire_name, field, inputs[name])
    for name, wire_name, field in parameters.header:
        if name in inputs:
            headers[wire_name] = joined_text(field, inputs[name], str)
    if url is None:
        pairs = [*templates.query_of(definition, inputs, endpoint), *pairs]
        url = templates.url_of(definition, inputs, endpoint) + ("?" + "&".join(pairs) if pairs else "")
    else:
        url = url.replace("{", "%7B").replace("}", "%7D")  # no name of a secret
    if body is not None:
        headers["Content-Type"] = content_type_of(definition.request, body)
    return HttpRequest(definition.request.method, url, headers, body, secret_headers, definition.request.encoding)


def accept_of(definition: ActionDefinition) -> str:
    """The Accept header of an action's requests."""
    return definition.request.accept or definition.outputs.compiled(_accepted)


def _accepted(outputs: ObjectSchema) -> str:
    """What the response may be, where the definition does not say."""
    return "*/*" if any(field.x_from == "binary" for field in outputs.properties.values()) else "application/json"


def body_of(definition: ActionDefinition, inputs: Mapping[str, Any]) -> Any:
    """The body that the inputs make up, a JSON value with `File`s in it; None when the action sends none."""
    writers, template = definition.inputs.compiled(BodyWriters), definition.request
    if writers.whole is not None:
        name, shape = writers.whole
        return shape(inputs[name]) if name in inputs else template.body
    if not writers.fields and template.body is None:
        return None
    body: dict[str, Any] = copied(template.body or {})
    is_form = template.encoding in {"form", "multipart"}
    for name, field, write in writers.fields:
        if name in inputs:
            write(body, _formed(field, inputs[name]) if is_form else inputs[name])
    if template.optional_body and not body:
        return None
    apply_body_defaults(body, template.body_defaults)
    return body


def _formed(field: FieldSchema, value: Any) -> Any:
    """A value in a form: a list as one text, where its field says so."""
    return joined_text(field, value, str) if isinstance(value, list) and field.x_array_style in SEPARATORS else value


def collisions(definition: ActionDefinition, inputs: Mapping[str, Any]) -> list[Problem]:
    """Where a free-form object whose keys are sent beside other fields has a key that one of them fills."""
    problems: list[Problem] = []
    if not _may_collide(definition.inputs.compiled(_Places), inputs):
        return problems
    taken = {field.pointers(name)[0]: field for name, field in _placed(definition.inputs, inputs) if not field.x_spread}
    for name, field in _placed(definition.inputs, inputs):
        for key in _spread_keys(field, inputs[name]):
            place = field.pointers(name)[0] + json_pointer.join([key])
            other = next((filled for at, filled in taken.items() if at == place or at.startswith(place + "/")), None)
            if other is not None:
                message = f"{field.title or name} names “{key}”, which is also filled in under {other.title}."
                problems.append(Problem(name, "twice", message, "Fill in one of the two."))
    return problems


class _Places:
    """Where the inputs of an action are written.

    Attributes:
        spread: The inputs whose keys are sent beside other fields, and their places.
        inside: The other inputs at or inside each place.
    """

    def __init__(self, schema: ObjectSchema) -> None:
        self.spread: dict[str, tuple[FieldSchema, str]] = {}
        self.inside: dict[str, list[str]] = {}
        for name, declared in schema.properties.items():
            field = schema.resolve(declared)
            place = field.pointers(name)[0]
            if field.x_spread:
                self.spread[name] = field, place
            else:
                tokens = json_pointer.parse(place)
                for depth in range(len(tokens)):
                    self.inside.setdefault(json_pointer.join(tokens[: depth + 1]), []).append(name)


def _may_collide(places: _Places, inputs: Mapping[str, Any]) -> bool:
    return any(
        other in inputs
        for name, (field, place) in places.spread.items()
        if name in inputs
        for key in _spread_keys(field, inputs[name])
        for other in places.inside.get(place + json_pointer.join([key]), ())
    )


def _spread_keys(field: FieldSchema, value: Any) -> list[str]:
    if not field.x_spread:
        return []
    return [row[field.x_map_key] for row in value] if field.x_map_key else list(value)


def masked(
    definition: ActionDefinition, inputs: Mapping[str, Any], replace_secret: Callable[[str], Any] = lambda _: MASK
) -> dict[str, Any]:
    """The inputs with every secret replaced, for showing what would be sent.

    Args:
        definition: The action.
        inputs: Values under the inputs' own names.
        replace_secret: What replaces the secret at a place, such as `headers[0].value`.
    """

    def hide(field: FieldSchema, value: Any, place: str) -> Any:
        field = definition.inputs.resolve(field)
        if field.write_only:
            return replace_secret(place)
        if isinstance(value, list) and field.items is not None:
            return [hide(field.items, item, f"{place}[{index}]") for index, item in enumerate(value)]
        if isinstance(value, dict) and field.properties:
            inner = field.properties
            return {key: hide(inner.get(key, FieldSchema()), item, f"{place}.{key}") for key, item in value.items()}
        return value

    fields = definition.inputs.properties
    return {name: hide(fields.get(name, FieldSchema()), value, name) for name, value in inputs.items()}


def secret_texts(definition: ActionDefinition, inputs: Mapping[str, Any]) -> list[str]:
    """The texts in the inputs that are secret, for keeping them out of messages."""

    def texts(value: Any) -> Iterator[str]:
        if isinstance(value, str):
            yield value
        elif isinstance(value, list | dict):
            for item in value.values() if isinstance(value, dict) else value:
                yield from texts(item)

    return list(texts(secret_values(definition, inputs)))


def secret_values(definition: ActionDefinition, inputs: Mapping[str, Any]) -> list[Any]:
    """The values in the inputs that are secret, of whatever type."""

    def values(field: FieldSchema, value: Any) -> Iterator[Any]:
        field = definition.inputs.resolve(field)
        if field.write_only:
            yield value
        elif isinstance(value, list):
            for item in value:
                yield from values(field.items or _ANY, item)
        elif isinstance(value, dict):
            for key, item in value.items():
                yield from values(field.properties.get(key, _ANY), item)

    fields = definition.inputs.compiled(_with_secrets)
    return [secret for name, value in inputs.items() if name in fields for secret in values(fields[name], value)]


def _with_secrets(schema: ObjectSchema) -> dict[str, FieldSchema]:
    """The inputs that are secrets, or have secrets in them."""

    def has_secrets(declared: FieldSchema, seen: set[int]) -> bool:
        field = schema.resolve(declared)
        if field.write_only or id(declared) in seen:
            return field.write_only
        seen.add(id(declared))
        inner = [*field.properties.values(), *([field.items] if field.items is not None else [])]
        return any(has_secrets(each, seen) for each in inner)

    return {name: field for name, field in schema.properties.items() if has_secrets(field, set())}


def _placed(schema: ObjectSchema, inputs: Mapping[str, Any]) -> Iterator[tuple[str, FieldSchema]]:
    for name, field in schema.properties.items():
        if name in inputs:
            yield name, schema.resolve(field)
