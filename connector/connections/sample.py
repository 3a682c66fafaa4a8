"""A connection with made-up values, for examples and for services that take any secret."""

from __future__ import annotations

from typing import Any

from connector.connections.connection import Connection
from connector.definition import templates
from connector.definition.action import RequestTemplate
from connector.definition.service import ConnectorDefinition


def sample_connection(
    connector: ConnectorDefinition, secret: str, request: RequestTemplate | None = None, **settings: Any
) -> Connection:
    """A connection of the connector's first kind.

    Args:
        connector: Says which fields it has.
        secret: The value of every secret.
        request: Fill in only what is required and what the URL of this request needs; everything if left out.
        **settings: As for `Connection`, such as `base_url`.
    """
    kind = connector.kinds[0]
    wanted = list(kind.required)
    urls = [connector.base_url] if request is None else [request.base_url or connector.base_url, request.path]
    wanted += kind.fields if request is None else templates.connection_fields(*urls)
    values = {name: _value(connector, name, secret, urls[0]) for name in dict.fromkeys(wanted)}
    return Connection(**{**values, **settings})


def _value(connector: ConnectorDefinition, name: str, secret: str, base_url: str) -> str:
    field = connector.connection.properties.get(name)
    if base_url.startswith(templates.placeholder(name)):
        return "https://api.example.com"
    known = [] if field is None else [*(field.examples or []), field.default]
    example = next((str(value) for value in known if value is not None), None)
    if field is None or field.write_only:
        return secret
    return example or f"example-{name.replace('_', '-')}"
