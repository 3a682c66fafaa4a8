"""A connection that no service knows, for examples and sandboxes."""

from __future__ import annotations

from typing import Any

from connector.connections.connection import Connection
from connector.definition import templates
from connector.definition.field import FieldSchema
from connector.definition.service import ConnectorDefinition

_URL = "https://api.example.com"


def sample_connection(connector: ConnectorDefinition, text: str, **settings: Any) -> Connection:
    """A connection with everything that a request needs.

    Args:
        connector: Says which fields a connection has.
        text: The value of fields that have no example and no list of values.
        **settings: As for `Connection`, such as `name`. The base URL is the connector's, or one of its form.
    """
    kind = connector.kinds[0]
    names = [*kind.required, *templates.connection_fields(connector.base_url)]
    base_url = _URL if templates.names(connector.base_url) else connector.base_url
    made: dict[str, Any] = {"base_url": base_url, "allow_insecure": True, **settings}
    made |= {name: _value(connector.connection.properties.get(name, FieldSchema()), text) for name in names}
    return Connection(**made | ({"kind": kind.key} if kind.key else {}))


def _value(field: FieldSchema, text: str) -> str:
    known = [*(field.examples or ()), field.default, *(field.enum or ())]
    return next((value for value in known if isinstance(value, str) and value), text)
