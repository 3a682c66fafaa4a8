"""From an HTTP response to named output fields. Every declared field is there, null where nothing was sent."""

from __future__ import annotations

import json
import math
import re
from codecs import BOM_UTF8
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import unquote

from connector import json_pointer
from connector.definition.field import ObjectSchema
from connector.definition.file_value import File, media_type
from connector.errors import OutputError
from connector.http.output_reader import Progress, fields_reader

_ENCODED_NAME = re.compile(r"""filename\*\s*=\s*(utf-8|iso-8859-1)'[^']*'([^;\s]+)""", re.IGNORECASE)
_TEXT = re.compile(r"\s*(text/|application/([^;]*\+)?(xml|json|javascript|yaml)\b)", re.IGNORECASE)
_PLAIN_NAME = re.compile(r"""filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s"]+))""", re.IGNORECASE)


_BLANKS = " \t\r\n"


_DEEPEST = 250
"""Objects and lists inside one another that a response may have. Whatever handles a deeper one may run out of stack."""


_USUAL_DEPTH = 8
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


def _number(text: str) -> float | None:
    """A number with a fraction or an exponent; None for one that is too large to be one."""
    number = float(text)
    return number if math.isfinite(number) else None


_JSON = json.JSONDecoder(parse_constant=lambda _: None, parse_float=_number)
"""What some services send for a number that is none (`NaN`, `Infinity`) is not JSON, and nothing."""


ELSEWHERE = "The response has none of the outputs. See the raw response."
"""The warning that `is_elsewhere` is for."""


@dataclass(frozen=True)
class HttpResponse:
    """A response, read whole. Header names are lower case. Only its status is shown: the rest may repeat a secret."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)

    @cached_property
    def text(self) -> str:
        """The body as text; bytes that are not UTF-8 become replacement characters."""
        # With a codec of its own, the byte order mark would need a module that is loaded after the call was made.
        return self.content.removeprefix(BOM_UTF8).decode("utf-8", "replace")

    @cached_property
    def body(self) -> Any:
        """The body's JSON value; None when it is empty, `MISSING` when it is not JSON or is nested too deeply."""
        if not self.text.strip(_BLANKS):
            return None
        try:
            value = _JSON.decode(self.text)
        except (ValueError, RecursionError):
            return json_pointer.MISSING
        return json_pointer.MISSING if _may_be_too_deep(self.content) and _is_too_deep(value) else value

    @property
    def succeeded(self) -> bool:
        """Whether the status is any of the 2xx."""
        return 200 <= self.status < 300  # noqa: PLR2004 - the class of statuses that RFC 9110 calls successful


def _may_be_too_deep(content: bytes) -> bool:
    """A quick look at the brackets of a JSON text, those in its texts too: whether `_is_too_deep` has to look."""
    brackets = content.translate(None, _NO_BRACKETS)
    for _ in range(_USUAL_DEPTH):
        if len(brackets) <= _DEEPEST:
            return False
        brackets = brackets.replace(b"[]", b"").replace(b"{}", b"")
    return True


def _is_too_deep(value: Any) -> bool:
    """Whether more than `_DEEPEST` objects and lists are inside one another."""
    level = [value]
    for _ in range(_DEEPEST):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if type(outer) is dict else outer)
            if type(inner) is dict or type(inner) is list
        ]
        if not level:
            return False
    return True


def file_of(response: HttpResponse) -> File | None:
    """The body of a response as a file, named as Content-Disposition says; None if it is empty."""
    if not response.content:
        return None
    filename = _filename(response.headers.get("content-disposition", ""))
    return File(response.content, content_type=media_type(response.headers.get("content-type", "")), filename=filename)


def _file_json(response: HttpResponse) -> dict[str, str] | None:
    file = file_of(response)
    return None if file is None else file.to_json()


def _filename(disposition: str) -> str | None:
    """The name in a Content-Disposition (RFC 6266), without a path, which would be another computer's."""
    if encoded := _ENCODED_NAME.search(disposition):
        name = unquote(encoded[2], encoding="utf-8" if encoded[1].lower() == "utf-8" else "latin-1")
    else:
        plain = _PLAIN_NAME.search(disposition)
        name = "" if plain is None else re.sub(r"\\(.)", r"\1", plain[1] or plain[2] or "")
    name = re.split(r"[/\\]", re.sub(r"[\x00-\x1f\x7f]", "", name))[-1]
    return name if name.strip(".") else None


_SOURCES: dict[str, Callable[[HttpResponse], Any]] = {
    "text": lambda response: response.text or None,
    "binary": _file_json,
    "status": lambda response: response.status,
    "success": lambda response: response.succeeded,
}
"""What an output is that is not in the JSON of the body."""


def flatten(schema: ObjectSchema, response: HttpResponse, in_time: Callable[[], None] = lambda: None) -> dict[str, Any]:
    """The declared output fields of a response.

    Args:
        schema: The outputs of an action.
        response: The response, read whole.
        in_time: Called once in a thousand rows; raises when the time for reading is over.

    Raises:
        OutputError: Fields are read from the body, which is not JSON, and no output can have all of it.
    """
    if response.body is json_pointer.MISSING and schema.compiled(_needs_json)(response):
        kind = "a web page" if response.text.lstrip(_BLANKS)[:1] == "<" else "a body"
        raise OutputError(f"The service responded with {response.status} and {kind} that is not JSON.")
    return schema.compiled(_outputs_reader)(response, Progress(in_time))


def is_elsewhere(schema: ObjectSchema, response: HttpResponse, outputs: Mapping[str, Any]) -> bool:
    """Whether the body is an object with something in it, and none of the outputs that are read from it is there."""
    if not isinstance(response.body, dict) or not response.body:
        return False
    read = schema.compiled(_in_body)
    return bool(read) and all(outputs[name] is None for name in read)


def _in_body(schema: ObjectSchema) -> list[str]:
    """The outputs that are read from the body."""
    return [name for name, field in schema.properties.items() if field.x_from == "body"]


def _outputs_reader(schema: ObjectSchema) -> Callable[[HttpResponse, Progress], dict[str, Any]]:
    """A function that reads the outputs of an action from a response; its body is JSON where they are in it."""
    in_body = {name: schema.resolve(field) for name, field in schema.properties.items() if field.x_from == "body"}
    read_body = fields_reader(schema, in_body)
    defaults = {name: field.default for name, field in in_body.items() if field.default is not None}
    whole = _whole_body(schema)
    others = {name: field.x_from for name, field in schema.properties.items() if field.x_from != "body"}
    order = dict.fromkeys(schema.properties)

    def read(response: HttpResponse, progress: Progress) -> dict[str, Any]:
        is_json = response.body is not json_pointer.MISSING
        found: dict[str, Any] = read_body(response.body if is_json else None, progress) if in_body else {}
        if not is_json:
            found |= {name: value for name, as_value in whole.items() if (value := as_value(response)) is not None}
        for name, default in defaults.items():
            found[name] = default if found[name] is None else found[name]
        if others:
            found = order | found | {name: _SOURCES[source](response) for name, source in others.items()}
        return found

    return read


def _whole_body(schema: ObjectSchema) -> dict[str, Callable[[HttpResponse], Any]]:
    """What makes a value of a body that is not JSON, for each output that is all of it: its text, or a file."""

    def reader(kinds: Sequence[str]) -> Callable[[HttpResponse], Any]:
        def read(response: HttpResponse) -> Any:
            is_text = _TEXT.match(response.headers.get("content-type", "text/plain")) is not None
            if "string" in kinds and (is_text or "object" not in kinds):
                return response.text
            return None if is_text or "object" not in kinds else _file_json(response)

        return read

    fields = {name: schema.resolve(field) for name, field in schema.properties.items()}
    return {
        name: reader(field.types)
        for name, field in fields.items()
        if field.x_from == "body" and field.x_pointer == "" and not field.properties
    }


def _needs_json(schema: ObjectSchema) -> Callable[[HttpResponse], bool]:
    """Whether a body that is not JSON leaves nothing of a response to read."""
    sources = {field.x_from for field in schema.properties.values()}
    if "body" not in sources or "text" in sources:
        return lambda _: False
    readers = _whole_body(schema).values()
    return lambda response: all(read(response) is None for read in readers)
