"""How the secret of a connection gets onto a request, and how it is shown where it must not be seen."""

from __future__ import annotations

import re
from typing import Any

from connector.connections.connection import Connection
from connector.definition.service import ConnectorDefinition
from connector.errors import AuthorizationError
from connector.secrets import MASK, Secrets

_FIELD = re.compile(r"{([^}]+)}")


def base_url_of(connector: ConnectorDefinition, connection: Connection | None) -> str:
    """The base URL of the connection, without a trailing slash."""
    return (connection.base_url if connection else None) or connector.base_url.rstrip("/")


def secrets_of(connector: ConnectorDefinition, connection: Connection) -> Secrets:
    """The connection's values as they are sent, without prefixes that were pasted with them.

    Raises:
        AuthorizationError: A required field is missing, or a value cannot be sent in a header.
    """
    values = Secrets({name: _stripped(connector, value) for name, value in connection.reveal().items()})
    for name in connector.connection.required:
        if not values.get(name):
            variables = " or ".join(connector.connection.environment.get(name, []))
            raise AuthorizationError(
                f"The connection has no {_label(connector, name)}.",
                code="missing_secret",
                field=name,
                hint=f"Pass {name}=... to the connection" + (f", or set {variables}." if variables else "."),
            )
    for name in values:
        if not all(" " < char <= "~" for char in values[name]):
            raise AuthorizationError(
                f"The connection's {_label(connector, name)} contains invalid characters, "
                "such as a space or a line break.",
                code="secret_form",
                field=name,
                hint="Copy it again, without anything before or after it.",
            )
    return values


def identity_of(connector: ConnectorDefinition, connection: Connection) -> str:
    """The connection's identity, the same however its secret was pasted."""
    values: dict[str, Any] = {name: _stripped(connector, value) for name, value in connection.reveal().items()}
    return Connection(base_url=connection.base_url, allow_insecure=True, **values).identity(connector.base_url)


def secret_headers(connector: ConnectorDefinition, secrets: dict[str, str]) -> Secrets:
    """The header that signs a request."""
    value = _FIELD.sub(lambda match: secrets.get(match.group(1), ""), connector.authorization.template)
    return Secrets({connector.authorization.header: value})


def masked_headers(connector: ConnectorDefinition) -> dict[str, str]:
    """The same header for showing."""
    return {connector.authorization.header: _FIELD.sub(MASK, connector.authorization.template)}


def _label(connector: ConnectorDefinition, name: str) -> str:
    declared = connector.connection.properties.get(name)
    return (declared.title if declared else None) or name


def _stripped(connector: ConnectorDefinition, value: str) -> str:
    for prefix in connector.authorization.strip:
        # A connection's values have no blank at their end: a prefix alone lost its own.
        if f"{value} "[: len(prefix)].casefold() == prefix.casefold():
            return value[len(prefix) :].strip()
    return value
