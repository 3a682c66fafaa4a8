"""Media types: how a body is encoded and what a response is, from `consumes` and `produces`."""

from __future__ import annotations

from connector.importing.swagger import Json, Operation, Swagger, as_list, as_object, as_text
from connector.importing.values import kind_of

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
JSON = "application/json"
BYTES = "application/octet-stream"
_OF_TEXTS = {"type", "examples", "enum", "default", "minLength", "maxLength"}


def media_types(swagger: Swagger, operation: Operation, word: str) -> list[str]:
    """The media types of `consumes` or `produces`, the operation's own before the connector's."""
    written = operation.document.get(word) if word in operation.document else swagger.document.get(word)
    return [text for text in (as_text(each).lower() for each in as_list(written)) if "/" in text]


def is_json(media_type: str) -> bool:
    """Whether a body of the type is JSON."""
    name = media_type.partition(";")[0].strip()
    return name in {JSON, "text/json", "*/*"} or name.endswith("+json")


def is_binary(media_type: str) -> bool:
    """Whether a body of the type is a file for sure."""
    name = media_type.partition(";")[0].strip()
    return name in {BYTES, "application/pdf", "application/zip"} or name.startswith(("image/", "audio/", "video/"))


def is_form_file(document: Json, encoding: str) -> bool:
    """Whether a field of a form is a file; many packages write it as a binary text."""
    return document.get("type") == "file" or (encoding == "multipart" and as_text(document.get("format")) == "binary")


def with_files(made: Json, document: Json, encoding: str) -> Json:
    """A field of a form: a file or a list of files where the package says so."""
    if is_form_file(document, encoding):
        return as_file(made)
    return {**made, "items": {"x-file": True}} if is_form_file(as_object(document.get("items")), encoding) else made


def as_file(made: Json) -> Json:
    """A field that is a file, whatever else the package says of it."""
    return {word: value for word, value in made.items() if word not in _OF_TEXTS} | {"x-file": True}


def form_media(swagger: Swagger, operation: Operation, fields: list[Json]) -> str:
    """The encoding of a form."""
    types = media_types(swagger, operation, "consumes")
    is_plain, is_multipart = (any(each.startswith(name) for each in types) for name in (FORM, MULTIPART))
    possible = "form" if is_plain and not is_multipart else "multipart"
    parts = [part for each in fields for part in (each, as_object(each.get("items")))]
    has_file = any(is_form_file(part, possible) for part in parts)
    return "multipart" if has_file or (is_multipart and not is_plain) else "form"


def body_media(
    swagger: Swagger, operation: Operation, schema: Json, given: str | None = None
) -> tuple[str, str | None]:
    """The encoding of a body, and its content type where that is not the encoding's own.

    Args:
        swagger: The description.
        operation: The operation.
        schema: The schema of the body.
        given: The content type that a parameter of the operation always has.
    """
    types = [given.lower()] if given else media_types(swagger, operation, "consumes")
    kind, form = kind_of(schema), as_text(schema.get("format"))
    types = types or ["text/plain" if kind == "string" else JSON]  # the cloud sends a text as it is
    if kind == "string" and form in {"binary", "byte"}:
        plain = next((each for each in types if not is_json(each) and not each.startswith(MULTIPART)), BYTES)
        return "binary", None if plain == BYTES else plain
    json_type = next((each for each in types if is_json(each)), None)
    if json_type is not None:
        return "json", None if json_type in {JSON, "*/*"} else given or json_type
    first = types[0]
    name = first.partition(";")[0].strip()
    if name in {FORM, MULTIPART}:
        return ("form" if name == FORM else "multipart"), None
    if kind == "string" or (kind is None and (name.startswith("text/") or name.endswith(("xml", "yaml")))):
        return "text", None if first == "text/plain" else given or first
    if kind is None:
        return "binary", None if first == BYTES else first
    # An object or a list of any other type: the cloud sends its JSON under that name.
    return "json", given or first
