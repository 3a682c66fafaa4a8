"""From an HTTP response to named output fields. Every declared field is there, null where nothing was sent."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from connector import json_pointer
from connector.definition.field import ObjectSchema
from connector.errors import OutputError
from connector.http.output_reader import Progress, fields_reader


@dataclass(frozen=True)
class HttpResponse:
    """A response, read whole. Header names are lower case. Only its status is shown: the rest may repeat a secret."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)

    @cached_property
    def text(self) -> str:
        """The body as text; bytes that are not UTF-8 become replacement characters."""
        return self.content.decode("utf-8-sig", "replace")

    @cached_property
    def body(self) -> Any:
        """The body's JSON value; None when it is empty, `MISSING` when it is not JSON."""
        if not self.text.strip():
            return None
        try:
            return json.loads(self.text)
        except (ValueError, RecursionError):
            return json_pointer.MISSING

    @property
    def succeeded(self) -> bool:
        """Whether the status is any of the 2xx."""
        return 200 <= self.status < 300  # noqa: PLR2004 - the class of statuses that RFC 9110 calls successful


def flatten(schema: ObjectSchema, response: HttpResponse, in_time: Callable[[], None] = lambda: None) -> dict[str, Any]:
    """The declared output fields of a response.

    Args:
        schema: The outputs of an action.
        response: The response, read whole.
        in_time: Called once in a thousand rows; raises when the time for reading is over.

    Raises:
        OutputError: Fields are read from the body, and the body is not JSON.
    """
    if response.body is json_pointer.MISSING and any(field.x_from == "body" for field in schema.properties.values()):
        kind = "a web page" if response.text.lstrip()[:1] == "<" else "a body"
        raise OutputError(f"The service responded with {response.status} and {kind} that is not JSON.")
    return schema.compiled(_outputs_reader)(response, Progress(in_time))


def _outputs_reader(schema: ObjectSchema) -> Callable[[HttpResponse, Progress], dict[str, Any]]:
    """A function that reads the outputs of an action from a response; its body is JSON where they are in it."""
    in_body = {name: schema.resolve(field) for name, field in schema.properties.items() if field.x_from == "body"}
    read_body = fields_reader(schema, in_body)
    defaults = {name: field.default for name, field in in_body.items() if field.default is not None}
    others = {name: field.x_from for name, field in schema.properties.items() if field.x_from != "body"}
    order = dict.fromkeys(schema.properties)

    def read(response: HttpResponse, progress: Progress) -> dict[str, Any]:
        found: dict[str, Any] = read_body(response.body, progress) if in_body else {}
        for name, default in defaults.items():
            found[name] = default if found[name] is None else found[name]
        if others:
            sources = {"text": response.text or None, "status": response.status, "success": response.succeeded}
            found = order | found | {name: sources[source] for name, source in others.items()}
        return found

    return read
