"""Which kind of connection a connection is, and what it lacks."""

from __future__ import annotations

from collections.abc import Mapping

from connector.connections.connection import Connection
from connector.definition.connection import ConnectionKind
from connector.definition.service import ConnectorDefinition
from connector.errors import AuthorizationError
from connector.secrets import stripped


def chosen_kind(connector: ConnectorDefinition, connection: Connection) -> ConnectionKind:
    """The kind that a connection says it is, else the first whose required fields it has, else the first.

    Raises:
        AuthorizationError: It says a kind that the connector does not have.
    """
    if connection.kind:
        return kind_named(connector, connection.kind)
    return next((kind for kind in connector.kinds if connection.fields >= set(kind.required)), connector.kinds[0])


def kind_of(connector: ConnectorDefinition, connection: Connection) -> ConnectionKind:
    """The kind of a connection that is about to be used.

    Raises:
        AuthorizationError: It says a kind that the connector does not have, or fits none of several.
    """
    kind = chosen_kind(connector, connection)
    fits = connection.fields >= set(kind.required)
    if fits or connection.kind or len(connector.kinds) == 1:
        return kind
    needs = [(kind.title, " and ".join(label(connector, name) for name in kind.required)) for kind in connector.kinds]
    kinds = "; ".join(f"{title}: {fields}" for title, fields in needs)
    raise AuthorizationError(
        f"The connection is incomplete. Fill in one of these. {kinds}.",
        code="missing_secret",
        hint="Pass the fields of one kind to the connection.",
    )


def kind_named(connector: ConnectorDefinition, key: str) -> ConnectionKind:
    """The kind of that key.

    Raises:
        AuthorizationError: The connector has none.
    """
    for kind in connector.kinds:
        if kind.key == key:
            return kind
    known = ", ".join(kind.key for kind in connector.kinds if kind.key)
    raise AuthorizationError(
        f"There is no kind of connection “{key[:80]}”.",
        code="unknown_kind",
        hint=f"Kinds of connection: {known}." if known else "Leave the kind out: there is only one.",
    )


def missing(connector: ConnectorDefinition, name: str) -> AuthorizationError:
    """The error of a field that has no value."""
    variables = " or ".join(connector.connection.environment.get(name, []))
    return AuthorizationError(
        f"The connection has no {label(connector, name)}.",
        code="missing_secret",
        field=name,
        hint=f"Pass {name}=... to the connection" + (f", or set {variables}." if variables else "."),
    )


def label(connector: ConnectorDefinition, name: str) -> str:
    """What people call a field of the connection."""
    declared = connector.connection.properties.get(name)
    return (declared.title if declared else None) or name


def strip_prefixes(kind: ConnectionKind, values: Mapping[str, str]) -> dict[str, str]:
    """The values without prefixes that were pasted along with what is sent."""
    sent = kind.authorization.fields
    return {name: _stripped(kind, value) if name in sent else value for name, value in values.items()}


def _stripped(kind: ConnectionKind, value: str) -> str:
    for prefix in kind.authorization.strip:
        # A connection's values have no blank at their end: a prefix alone lost its own.
        if f"{value} ".lower().startswith(prefix.lower()):
            return stripped(value[len(prefix) :])
    return value
