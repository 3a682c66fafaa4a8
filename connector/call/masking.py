"""Requests and responses as events, with what the definition calls secret and the connection's secrets masked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connector.call.events import AttemptStarted, ResponseReceived
from connector.call.handler import Call
from connector.connections.auth import Auth
from connector.definition.service import ConnectorDefinition
from connector.http.body import shown
from connector.http.request import HttpRequest, build, masked, secret_values
from connector.http.response import HttpResponse, file_of
from connector.http.service_error import find_request_id
from connector.json_pointer import MISSING
from connector.secrets import MASK, SecretTexts, mask, mask_json

_SECRET_HEADERS = frozenset({"set-cookie", "set-cookie2"})


def attempt_started(auth: Auth, call: Call, request: HttpRequest, secrets: SecretTexts, number: int) -> AttemptStarted:
    """The event of a request that is about to be sent; its URL and headers are masked as a preview masks them."""
    values = secret_values(call.action, call.inputs) if request.url == call.url else []  # no input is in a status URL
    inputs = masked(call.action, call.inputs) if values else {}
    unsigned = build(call.action, inputs, call.endpoint, request.body, call.next_url) if values else request
    url, headers = auth.mask(unsigned)
    hidden = (*values, *secrets)
    return AttemptStarted(
        number,
        request.method,
        mask(url, secrets),
        _masked_headers(headers, secrets),
        lambda: mask_json(shown(request.encoding, request.body), hidden),
    )


def response_received(  # as many facts as the event has
    connector: ConnectorDefinition,
    call: Call,
    response: HttpResponse,
    secrets: SecretTexts,
    number: int,
    seconds: float,
) -> ResponseReceived:
    """The event of a response; a service may repeat in it what it was sent."""
    hidden = (*secret_values(call.action, call.inputs), *secrets)
    return ResponseReceived(
        number,
        response.status,
        round(seconds, 6),
        len(response.content),
        find_request_id(connector, response, secrets),
        _masked_headers(response.headers, secrets),
        lambda: _shown_response(call, response, hidden, secrets),
    )


def _shown_response(call: Call, response: HttpResponse, hidden: Sequence[Any], secrets: SecretTexts) -> Any:
    """The body of a response: a file by its name and size, JSON, or text."""
    reads_file = any(field.x_from == "binary" for field in call.action.outputs.properties.values())
    file = file_of(response) if reads_file and response.succeeded else None
    if file is not None:
        return mask_json(file.summary(), hidden)
    return mask(response.text, secrets) if response.body is MISSING else mask_json(response.body, hidden)


def _masked_headers(headers: Mapping[str, str], secrets: SecretTexts) -> dict[str, str]:
    return {name: MASK if name.lower() in _SECRET_HEADERS else mask(value, secrets) for name, value in headers.items()}
