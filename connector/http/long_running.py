"""Long-running operations: a 202 response with a Location is polled until the service says how it ended.

Pure decisions, as in `connector.http.retry`; nothing here waits or sends. The JavaScript runtime makes the same ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from connector.connections.endpoint import Endpoint
from connector.definition.action import ActionDefinition
from connector.errors import ConnectorError, OutcomeUnknownError, OutputError, UnavailableError
from connector.http import templates
from connector.http.links import absolute, is_same_origin
from connector.http.request import HttpRequest, accept_of
from connector.http.response import HttpResponse

_SHORTEST, _LONGEST = 1.0, 20.0
"""Seconds between two polls; cloud flows wait 20 where the service does not say."""


def status_url(response: HttpResponse, before: str, *, polled: bool) -> str | None:
    """The URL to poll next; None for a response that counts.

    Args:
        response: The last response.
        before: The URL that it came from.
        polled: Whether it is a status: one without a Location is at the same URL the next time.

    Raises:
        OutputError: The URL is not on the same host, so the connection's secret may not go there.
    """
    link = response.headers.get("location")
    if response.status != HTTPStatus.ACCEPTED or not (link or polled):
        return None
    url = absolute(before, link) if link else before
    if not is_same_origin(url, before):
        message = "The service accepted the request, but its status URL is not on the host of the base URL."
        raise OutputError(message, code="status_url")
    return url


def status_request(
    definition: ActionDefinition, inputs: Mapping[str, Any], endpoint: Endpoint, url: str
) -> HttpRequest:
    """The request that asks for the status: with the headers that every request has, and no input's."""
    templated, secret_headers = templates.headers_of(definition, inputs, endpoint)
    headers = templates.merged({"Accept": accept_of(definition)}, templated)
    return HttpRequest("GET", url, headers, None, secret_headers)


def poll_wait(polls: int, retry_after: float | None) -> float:
    """Seconds until the next poll, after so many: what the service asks for, else longer every time."""
    return max(_SHORTEST, min(_LONGEST, 2.0 ** min(polls, 30)) if retry_after is None else retry_after)


def not_ended(error: ConnectorError, *, repeatable: bool) -> UnavailableError:
    """The error of a run whose request was accepted, and whose end could not be read."""
    made = (UnavailableError if repeatable else OutcomeUnknownError)(
        f"The service accepted the request and may still carry it out. {error.message}",
        hint=error.hint if repeatable else "Check whether it happened before you run it again.",
        status=error.status,
        request_id=error.request_id,
    )
    made.retryable = made.retryable and error.retryable
    return made
