"""The request of an operation while it is converted: the parameters, the body, and what policies make of them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote

from connector import json_pointer
from connector.importing.fields import Fields, Leaf, label, place_of, visibility
from connector.importing.gaps import Findings
from connector.importing.media import as_file, body_media, form_media, with_files
from connector.importing.names import plain, unique, unique_labels
from connector.importing.swagger import Json, Operation, Swagger, as_list, as_text, base_path_of, encoded_path, is_true
from connector.importing.values import constant, kind_of

PLACEHOLDER = re.compile(r"{([^{}]*)}")
_MOST_PLACEHOLDERS = 100
_WITHOUT_BODY = {"GET", "HEAD", "OPTIONS", "DELETE"}
_STYLES = {"csv": "csv", "ssv": "ssv", "pipes": "pipes", "multi": "repeat", "tsv": "csv"}


@dataclass
class Parameter:
    """A parameter outside the body.

    Attributes:
        name: The name of its input.
        wire: Its name on the wire.
        place: `path`, `query`, `header`, `form` or `template`: only named in templates.
        document: What the package says of it.
        required: Whether it must be filled in.
    """

    name: str
    wire: str
    place: str
    document: Json = field(repr=False)
    required: bool

    @property
    def is_internal(self) -> bool:
        """Whether forms hide it."""
        return self.document.get("x-ms-visibility") == "internal"


@dataclass
class Draft:
    """A request, and the inputs it is made from.

    Attributes:
        base_url: Where it goes instead of the connector's base URL, as a template.
        path: A template.
        headers: Templates by name.
        query: Templates by name.
        constants: What the body always has.
        leaves: The fields of an object in the body.
        whole: The schema of a body that is one value.
        body: The parameter that is the body.
        fixed_content_type: The one that is sent even without a body.
        optional_body: Whether there is none where nothing of it is filled in.
        copied: The places in the response that the cloud fills from others.
    """

    method: str
    path: str
    base_url: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    encoding: str = "json"
    content_type: str | None = None
    parameters: list[Parameter] = field(default_factory=list)
    constants: Json = field(default_factory=dict)
    leaves: list[Leaf] = field(default_factory=list)
    whole: Json | None = None
    fixed_content_type: str | None = None
    optional_body: bool = False
    copied: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)
    body: Json = field(default_factory=dict)

    def parameter(self, place: str, wire: str) -> Parameter | None:
        """The parameter of that place and name, without regard to case."""
        wanted = wire.casefold()
        found = (each for each in self.parameters if each.place == place and each.wire.casefold() == wanted)
        return next(found, None)

    def header(self, name: str) -> str | None:
        """The template of a header, without regard to case."""
        return next((value for known, value in self.headers.items() if known.casefold() == name.casefold()), None)

    def set_constant(self, path: tuple[str, ...], value: Any) -> None:
        """Make the body always have a value; the field there is no longer asked for."""
        self.leaves = [leaf for leaf in self.leaves if leaf.path[: len(path)] != path]
        json_pointer.put(self.constants, json_pointer.join(path), value)

    def uses(self, name: str) -> bool:
        """Whether a template names the input."""
        templates = [*self.headers.values(), *self.query.values(), self.base_url or "", self.path]
        return any(f"{{{name}}}" in template for template in templates)


def draft_of(operation: Operation, swagger: Swagger, fields: Fields, findings: Findings) -> Draft:
    """The request as the description says it, before any policy."""
    path, _, query = operation.path.partition("#")[0].partition("?")
    before = base_path_of(swagger.document)
    before = before if "{" in before else ""
    draft = Draft(operation.method, f"{before}/{encoded_path(path).removeprefix('/')}")
    taken: list[str] = []
    forms: list[Parameter] = []
    for document in swagger.parameters(operation):
        place, wire = as_text(document.get("in")), as_text(document.get("name"))
        if place == "body":
            draft.body = document
            continue
        if place not in {"path", "query", "header", "formData"}:
            findings.note(f"The parameter “{wire[:80]}” is in “{place[:40]}”, which does not exist; it is left out.")
            continue
        parameter = Parameter(unique(plain(wire), taken), wire, place.removesuffix("Data"), document, _needed(document))
        taken.append(parameter.name)
        (forms if parameter.place == "form" else draft.parameters).append(parameter)
    _read_query(draft, query)
    _add_placeholders(draft)
    _settle_headers(draft)
    if forms:
        draft.parameters += forms
        draft.encoding = form_media(swagger, operation, [form.document for form in forms])
    elif draft.body:
        _read_body(draft, swagger, operation, fields, findings)
    _settle_constants(draft)
    return draft


def inputs_of(draft: Draft, fields: Fields) -> tuple[Json, dict[str, str]]:
    """The inputs of a request as the format has them, and their names by the keys that a flow uses."""
    properties: Json = {}
    required: list[str] = []
    keys: dict[str, str] = {}
    leaves = fields.in_form_order(draft.leaves if draft.whole is None else [_whole_body(draft)])
    titles = unique_labels(
        [label(each.document, each.wire, ("x-ms-summary", "title")) for each in draft.parameters]
        + [label(leaf.schema, leaf.key) for leaf in leaves],
        [() for _ in draft.parameters] + [("body", *leaf.path[:-1]) for leaf in leaves],
    )
    for title, parameter in zip(titles, draft.parameters, strict=False):
        properties[parameter.name] = fields.titled(
            title, _parameter_field(parameter, fields, draft.encoding), parameter.document
        )
        keys[parameter.wire] = parameter.name
        if parameter.required and parameter.place != "path":
            required.append(parameter.name)
    body = as_text(draft.body.get("name")) or "body"
    names = fields.names(leaves, list(properties)) if draft.whole is None else [unique(plain(body), properties)]
    for name, title, leaf in zip(names, titles[len(draft.parameters) :], leaves, strict=True):
        key = "/".join([body, *leaf.path])
        made = fields.field(leaf.schema, leaf.around, leaf.path)
        made |= _default(made, constant(leaf.schema)) if leaf.required else {}
        made |= {"x-pointer": ""} if not leaf.path else place_of(name, leaf.path)
        made |= {"x-aliases": [key]} if body != "body" and key != name else {}
        made |= {"x-in": "body"} if draft.method in _WITHOUT_BODY else {}
        made |= visibility(leaf.schema, leaf.shown)
        if draft.encoding in {"binary", "multipart"}:
            made = as_file(made) if draft.encoding == "binary" else with_files(made, leaf.schema, draft.encoding)
        properties[name] = fields.titled(title, made, leaf.schema)
        keys[key] = name
        if leaf.required:
            required.append(name)
    return {"properties": properties} | ({"required": required} if required else {}), keys


def _whole_body(draft: Draft) -> Leaf:
    """A body that is one value: a parameter that has its name and its texts, and the type of its schema."""
    title = label(draft.body, as_text(draft.body.get("name")) or "body", ("x-ms-summary",))
    texts = {"title": title} | {word: draft.body[word] for word in ("description",) if as_text(draft.body.get(word))}
    return Leaf((), {**(draft.whole or {}), **texts}, is_true(draft.body.get("required")), _shown(draft.body), ())


def _shown(document: Json) -> str:
    return as_text(document.get("x-ms-visibility"))


def _needed(document: Json) -> bool:
    return is_true(document.get("required")) or document.get("in") == "path"


def _read_query(draft: Draft, query: str) -> None:
    """What a path says after its question mark: constants, and parameters of the path that belong to the query."""
    for name, value in parse_qsl(query, keep_blank_values=True)[:_MOST_PLACEHOLDERS]:
        only = PLACEHOLDER.fullmatch(value)
        parameter = draft.parameter("path", only[1]) if only else None
        if parameter is not None:
            parameter.place, parameter.wire = "query", name
            parameter.required = is_true(parameter.document.get("required"))
        elif only and draft.parameter("query", name) is None:
            own = unique(plain(only[1]), [each.name for each in draft.parameters])
            draft.parameters.append(Parameter(own, name, "query", {"type": "string"}, required=True))
        elif draft.parameter("query", name) is None:
            draft.query[name] = value


def _add_placeholders(draft: Draft) -> None:
    """An input for every placeholder of the path; a parameter that the path does not name is left out."""
    named = PLACEHOLDER.findall(draft.path)[:_MOST_PLACEHOLDERS]
    draft.parameters = [each for each in draft.parameters if each.place != "path" or each.wire in named]
    for wire in named:
        if not any(each.place == "path" and each.wire == wire for each in draft.parameters):
            name = unique(plain(wire), [each.name for each in draft.parameters])
            draft.parameters.insert(0, Parameter(name, wire, "path", {"type": "string"}, required=True))


def _settle_headers(draft: Draft) -> None:
    """A content type that is always the same belongs to the body; what to accept, to the response."""
    for wire in ("Content-Type", "Accept"):
        parameter = draft.parameter("header", wire)
        value = _only_value(parameter.document) if parameter is not None else None
        if parameter is not None and isinstance(value, str):
            draft.parameters.remove(parameter)
            if wire == "Content-Type":
                draft.content_type = draft.fixed_content_type = value
            else:
                draft.headers["Accept"] = value


def _only_value(document: Json) -> Any:
    values = as_list(document.get("enum"))
    return constant(document) if document.get("default") is not None else values[0] if len(values) == 1 else None


def _read_body(draft: Draft, swagger: Swagger, operation: Operation, fields: Fields, findings: Findings) -> None:
    schema = fields.schema(draft.body.get("schema"))
    given = draft.content_type
    draft.encoding, draft.content_type = body_media(swagger, operation, schema, given)
    if fields.is_record(schema):
        # As in a designer: left out, the schema's own list counts; only where it says no is nothing of it required.
        needed = "required" not in draft.body or is_true(draft.body["required"])
        draft.optional_body = not is_true(draft.body.get("required"))
        shown = _shown(draft.body) or _shown(schema)
        draft.leaves = list(fields.leaves(schema, required=needed, shown=shown))
        if needed:
            draft.constants = fields.required_objects(schema)
    elif draft.encoding in {"form", "multipart"} and kind_of(schema) != "object":
        findings.gap(f"Its body is a form ({operation.pointer}), but the description does not say which fields it has.")
    else:
        draft.whole = schema
        if kind_of(schema) is None and draft.encoding == "json":
            findings.notes += fields.notes


def _settle_constants(draft: Draft) -> None:
    """What is hidden from forms, required and has a value is always sent."""
    for parameter in list(draft.parameters):
        value = constant(parameter.document) if parameter.is_internal and parameter.required else None
        if value is None or isinstance(value, list | dict) or parameter.place == "form":
            continue
        text = str(value).lower() if isinstance(value, bool) else str(value)
        draft.parameters.remove(parameter)
        if parameter.place == "path":
            draft.path = draft.path.replace(f"{{{parameter.wire}}}", quote(text, safe=""))
        else:
            (draft.query if parameter.place == "query" else draft.headers)[parameter.wire] = text
    for leaf in list(draft.leaves):
        value = constant(leaf.schema) if leaf.internal and leaf.required else None
        if value is not None:
            draft.set_constant(leaf.path, value)


def _parameter_field(parameter: Parameter, fields: Fields, encoding: str) -> Json:
    document = parameter.document
    made = fields.field(document)
    made |= {"x-in": "body" if parameter.place == "form" else parameter.place}
    if parameter.place == "form":
        made = with_files(made, document, encoding)
        made |= place_of(parameter.name, (parameter.wire,))
    elif parameter.name != parameter.wire and parameter.place != "template":
        made |= {"x-name": parameter.wire, "x-aliases": [parameter.wire]}
    if kind_of(document) == "array" and parameter.place != "template" and "x-file" not in made.get("items", {}):
        style = _STYLES.get(as_text(document.get("collectionFormat")) or "csv", "csv")
        made |= {} if style == "repeat" and parameter.place in {"query", "form"} else {"x-array-style": style}
    if document.get("x-ms-url-encoding") == "double" and parameter.place in {"path", "query"}:
        made |= {"x-ms-url-encoding": "double"}
    made |= _default(made, constant(document)) if parameter.required else {}
    return made | visibility(document, _shown(document))


def _default(made: Json, value: Any) -> Json:
    """What is sent for a required field that is left empty; not what is not among the values of the field."""
    if isinstance(value, int | float) and not made.get("minimum", value) <= value <= made.get("maximum", value):
        return {}
    return {"default": value} if value not in (None, "", [], {}) and value in made.get("enum", [value]) else {}
