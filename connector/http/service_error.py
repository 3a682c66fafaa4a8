"""From the service's error response to our error: who must act, in one sentence, naming the input where it is known."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any

from connector import json_pointer
from connector.definition.action import LONGEST_MESSAGE, ActionDefinition, KnownError
from connector.definition.field import ObjectSchema
from connector.definition.patterns import compile_pattern
from connector.definition.service import LONGEST_KIND, ConnectorDefinition
from connector.errors import AuthorizationError, ConnectorError, RefusedError, ThrottledError, UnavailableError
from connector.http.response import HttpResponse
from connector.http.retry import retry_after_seconds
from connector.secrets import mask, one_line, printable
from connector.validation.messages import show

_PLACEHOLDER = re.compile(r"{([^}]+)}")
# “users[0].recipient: Required; name: Required”: a place, a colon, a reason.
_COMPLAINT = re.compile(r"^\s*([A-Za-z_][\w\-.\[\]]*): ")

_LATER = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY}
_RENAMED = {413: "Content Too Large", 414: "URI Too Long", 416: "Range Not Satisfiable", 422: "Unprocessable Content"}
"""What RFC 9110 calls these; Pythons before 3.13 have older names."""
_CONNECTION = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}


def service_error(
    connector: ConnectorDefinition,
    action: ActionDefinition,
    inputs: Mapping[str, Any],
    response: HttpResponse,
    now: datetime,
    secrets: Sequence[str] = (),
) -> ConnectorError:
    """The error for a response outside 2xx, naming the input that caused it if known, without the secrets."""
    words = _words(connector, response, secrets)
    known = _known(connector, action, response.status, words)
    field = (known.field if known else None) or _complained_field(action, words)
    message = _fill(known.sentence, action, inputs) if known else _general(response.status)
    if words:
        message += f" {connector.title} says: {words}" + ("" if words.endswith((".", "!", "?", "…")) else ".")
    hint = known.hint if known else ""
    code = known.code if known else None
    request_id = find_request_id(connector, response, secrets)
    status = response.status
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        wait = retry_after_seconds(response.headers.get("retry-after"), now)
        return ThrottledError(message, wait=wait, code=code, hint=hint, status=status, request_id=request_id)
    kind: type[ConnectorError] = RefusedError
    if status in _CONNECTION:
        kind = AuthorizationError
    elif status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _LATER:
        kind = UnavailableError
    return kind(message, code=code, hint=hint, status=status, request_id=request_id, field=field)


def is_service_error(connector: ConnectorDefinition, response: HttpResponse) -> bool:
    """Whether the body is an error, whatever the status."""
    kind = json_pointer.get(response.body, connector.error_body.type)
    if not isinstance(kind, str) or len(kind) > LONGEST_KIND:
        return False
    if not isinstance(json_pointer.get(response.body, connector.error_body.message), str):
        return False
    return compile_pattern(connector.error_body.kinds).search(kind) is not None


def find_request_id(connector: ConnectorDefinition, response: HttpResponse, secrets: Sequence[str] = ()) -> str | None:
    """The service's own id of a request, from the first header that has one; a secret in it is masked."""
    ids = (response.headers.get(name.lower()) for name in connector.request_id)
    return next((printable(mask(found, secrets))[:200] for found in ids if found), None)


def _words(connector: ConnectorDefinition, response: HttpResponse, secrets: Sequence[str]) -> str:
    """What the service itself says, safe to show; empty when it says nothing readable."""
    said = json_pointer.get(response.body, connector.error_body.message)
    if not isinstance(said, str):
        return ""
    text = mask(one_line(mask(said, secrets)), secrets)
    return text if len(text) < LONGEST_MESSAGE else text[: LONGEST_MESSAGE - 1] + "…"


def _known(connector: ConnectorDefinition, action: ActionDefinition, status: int, words: str) -> KnownError | None:
    for known in (*action.errors, *connector.errors):
        if known.status == status and (not known.pattern or _has(words, known.pattern)):
            return known
    return None


def _has(words: str, pattern: str) -> bool:
    return compile_pattern(pattern, re.IGNORECASE).search(words) is not None


def _general(status: int) -> str:
    try:
        phrase = _RENAMED.get(status) or HTTPStatus(status).phrase
    except ValueError:
        phrase = ""
    name = f"{status} {phrase}".strip()
    if status < HTTPStatus.OK:
        return f"The service responded with {name}, which does not complete a request."
    if status < HTTPStatus.MULTIPLE_CHOICES:
        return "The service rejected the request, although its status is a success."
    if status < HTTPStatus.BAD_REQUEST:
        return f"The service responded with a redirect ({name}), which is not followed."
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return f"The service failed ({name})."
    return f"The service rejected the request ({name})."


def _fill(text: str, action: ActionDefinition, inputs: Mapping[str, Any]) -> str:
    """`{list_id}` in a sentence becomes what the user gave, if it is not a secret."""

    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        field = action.inputs.properties.get(name)
        if field is None or action.inputs.resolve(field).write_only:
            return "the value given"
        return show(inputs.get(name)).removeprefix("the text ")

    return _PLACEHOLDER.sub(value, text)


def _complained_field(action: ActionDefinition, words: str) -> str | None:
    """The input whose place on the wire the service's message begins with."""
    places = dict(_places(action.inputs))
    for part in words.split(";"):
        match = _COMPLAINT.match(part)
        if match:
            whole_list = places.get(match.group(1).partition("[")[0]) if "[" in match.group(1) else None
            if whole_list is not None:
                return whole_list
            dotted = re.sub(r"\[\d+\]", "", match.group(1))
            while dotted:
                if dotted in places:
                    return places[dotted]
                dotted = dotted.rpartition(".")[0]
    return None


def _places(schema: ObjectSchema) -> Iterator[tuple[str, str]]:
    for name, declared in schema.properties.items():
        field = schema.resolve(declared)
        if field.x_in == "body":
            yield ".".join(json_pointer.parse(field.pointers(name)[0])), name
        else:
            yield field.x_name or name, name
