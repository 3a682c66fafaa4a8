"""The examples of a definition as tests: each runs through the real runtime, without a network."""

from __future__ import annotations

import random
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from connector.call.result import Result
from connector.catalogue.action import Action
from connector.catalogue.loader import Bundle
from connector.connections.auth import Auth
from connector.connections.connection import Connection
from connector.connections.sample import sample_connection
from connector.connector import Connector
from connector.definition.example import Example, Interaction
from connector.definition.templates import fill_connection
from connector.errors import ConnectorError
from connector.examples.fakes import FakeClock, ScriptedTransport, response
from connector.http import templates
from connector.http.body import shown
from connector.http.request import HttpRequest
from connector.http.response import HttpResponse

EXAMPLE_KEY = "example-idempotency-key"
"""The idempotency key of every example that does not give one."""


def run_example(bundle: Bundle, action: Action, example: Example) -> list[str]:
    """Run an example of a definition through the real runtime, without a network.

    Returns:
        A sentence for every difference between what the example says and what happened; none when it holds.
    """
    outcome, transport = run_once(bundle, action, example)
    differences: list[str] = []
    if isinstance(outcome, ConnectorError):
        differences += _compare_error(example, outcome)
    elif example.error is not None:
        differences.append(f"it should fail with “{example.error.code}”, but it succeeded")
    elif outcome.fields != example.outputs:
        differences += _compare("outputs", example.outputs, outcome.fields)
    for interaction, sent in zip(example.interactions, transport.requests, strict=False):
        differences += _compare_request(action, example, interaction, sent, _auth(bundle, action))
    if transport.left and not differences:
        differences.append(f"{transport.left} of {len(example.interactions)} calls were not made")
    return differences


def run_once(bundle: Bundle, action: Action, example: Example) -> tuple[Result | ConnectorError, ScriptedTransport]:
    """Run an example; its result or its error, and the transport with the requests."""
    transport = ScriptedTransport([_reply(interaction) for interaction in example.interactions])
    connector = Connector(
        bundle,
        transport=transport,
        clock=FakeClock(),
        strict_outputs=True,
        new_key=lambda: EXAMPLE_KEY,
        rng=random.Random(0),  # noqa: S311 - jitter of a fake clock
    )
    connection = _connection(bundle, action)
    try:
        return connector.run(action, example.inputs, connection, all_pages=example.all_pages), transport
    except ConnectorError as error:
        return error, transport


def _connection(bundle: Bundle, action: Action) -> Connection:
    return sample_connection(bundle.manifest, "example-secret", action.definition.request)


def _auth(bundle: Bundle, action: Action) -> Auth:
    return Auth.preview(bundle.manifest, _connection(bundle, action))


def _reply(interaction: Interaction) -> HttpResponse:
    said = interaction.response
    return response(said.status, said.body, text=said.text, **said.headers)


def _compare_error(example: Example, error: ConnectorError) -> list[str]:
    if example.error is None:
        return [f"it should succeed, but: {error}"]
    expected = _error_name(example.error.code, example.error.field)
    found = _error_name(error.error_code, error.field)
    return [] if found == expected else [f"it should fail with {expected}, but failed with {found}: {error}"]


def _error_name(code: str, field: str | None) -> str:
    return f"“{code}”" if field is None else f"“{code}” at “{field}”"


def _compare_request(
    action: Action, example: Example, interaction: Interaction, sent: HttpRequest, auth: Auth
) -> list[str]:
    """The differences; what the templates of the definition put into query and headers need not be listed."""
    expected, definition, endpoint = interaction.request, action.definition, auth.endpoint
    inputs, _ = action.validate_inputs(example.inputs)
    parts = urlsplit(sent.url)
    path = sent.url.removeprefix(templates.base_url_of(definition, inputs, endpoint)).partition("?")[0]
    made = parse_qsl("&".join(templates.query_of(definition, inputs, endpoint)), keep_blank_values=True)
    query = [
        pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair in expected.query or pair not in made
    ]
    headers, _ = templates.headers_of(definition, inputs, endpoint)
    differences = _compare("method", expected.method, sent.method)
    differences += _compare("path", fill_connection(expected.path, lambda name: auth.values.get(name, "")), path)
    differences += _compare("query", expected.query, query)
    differences += _compare("body", expected.body, shown(sent.encoding, sent.body))
    ours = {
        name: value
        for name, value in sent.headers.items()
        if name in expected.headers or (name not in {"Accept", "Content-Type"} and headers.get(name) != value)
    }
    if expected.headers or set(ours.values()) - {EXAMPLE_KEY}:
        differences += _compare("headers", expected.headers, ours)
    return differences


def _below(path: str, *base_urls: str) -> str:
    """The path of a URL below the base URL that it begins with."""
    prefixes = (urlsplit(base_url).path.rstrip("/") for base_url in base_urls)
    prefix = next((prefix for prefix in prefixes if prefix and path.startswith(f"{prefix}/")), "")
    return path.removeprefix(prefix)


def _compare(what: str, expected: Any, found: Any) -> list[str]:
    if expected == found:
        return []
    if isinstance(expected, dict) and isinstance(found, dict):
        names = [name for name in {**expected, **found} if expected.get(name, ...) != found.get(name, ...)]
        shown = ", ".join(
            f"{name}: {expected.get(name, 'absent')!r} expected, {found.get(name, 'absent')!r} found" for name in names
        )
        return [f"{what} differ: {shown}"]
    return [f"{what} should be {expected!r}, but is {found!r}"]
