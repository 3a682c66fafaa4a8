"""The stored connections of a user: names and base URLs in a private file, secrets in the system keyring."""

from __future__ import annotations

import importlib
import re
from typing import Any

from connector.connections import stored_names
from connector.connections.auth import Auth
from connector.connections.connection import Connection, check_base_url
from connector.connections.environment import from_environment, variables
from connector.definition.service import ConnectorDefinition
from connector.errors import AuthorizationError, ConnectorError
from connector.validation.messages import did_you_mean, show

_NAME = re.compile(r"[^\W_][\w.-]{0,63}")


class NoKeyringError(ConnectorError):
    """No keyring can keep a secret."""

    code = "no_keyring"
    exit_status = AuthorizationError.exit_status


def known(connector: ConnectorDefinition) -> stored_names.Entries:
    """The stored connections by name, without secrets.

    Raises:
        StateError: The file is damaged.
    """
    return stored_names.read(connector.key)


def check(connector: ConnectorDefinition, name: str, base_url: str | None, *, allow_insecure: bool) -> None:
    """Make sure that a connection can be stored, before anybody types a secret.

    Raises:
        AuthorizationError: The name or the base URL is not valid.
        NoKeyringError: There is no keyring.
        StateError: The file of connections is damaged.
    """
    if not _NAME.fullmatch(name):
        raise AuthorizationError(
            f"{show(name).removeprefix('the text ')} is not a valid connection name.",
            code="connection_name",
            hint="Use letters, digits, dots, dashes and underscores, such as prod or eu-test.",
        )
    if base_url:
        check_base_url(base_url, allow_insecure=allow_insecure)
    known(connector)
    for field in connector.connection.secrets:
        _keyring(connector, "get_password", f"{name}/{field}")


def add(  # as many facts as a connection has
    connector: ConnectorDefinition,
    name: str,
    values: dict[str, Any],
    base_url: str | None,
    *,
    allow_insecure: bool,
    kind: str = "",
) -> bool:
    """Store a connection: its secrets in the keyring, the rest in the file. The first one is the default.

    Args:
        connector: The connector.
        name: The name of the connection.
        values: Its fields.
        base_url: Its own base URL, if it has one.
        allow_insecure: Allow an `http://` address on another machine.
        kind: Which kind of connection it is; the first that the fields fit if left out.

    Returns:
        Whether it replaced a connection of the same name.

    Raises:
        AuthorizationError: The name, the base URL or a value is not valid.
        NoKeyringError: There is no keyring, or it did not save a secret.
        StateError: The file of connections is damaged.
    """
    check(connector, name, base_url, allow_insecure=allow_insecure)
    auth = Auth.of(connector, Connection(name=name, kind=kind, allow_insecure=allow_insecure, **values))
    secrets = {field: value for field, value in values.items() if value and field in connector.connection.secrets}
    entry: dict[str, Any] = {"kind": auth.kind.key} if auth.kind.key else {}
    if public := {field: value for field, value in values.items() if value and field not in secrets}:
        entry["fields"] = public
    if allow_insecure:
        entry["allow_insecure"] = True
    if base_url:
        entry["base_url"] = check_base_url(base_url, allow_insecure=allow_insecure)
    connections = known(connector)
    if not connections or connections.get(name, {}).get("default"):
        entry["default"] = True
    for field, secret in secrets.items():
        _keyring(connector, "set_password", f"{name}/{field}", secret)
        if _keyring(connector, "get_password", f"{name}/{field}") != secret:
            raise _no_keyring(connector, "The system keyring did not save the secret.")
    for field in connector.connection.secrets - set(secrets) if name in connections else ():
        _forget(connector, name, field)
    stored_names.write(connector.key, connections | {name: entry})
    return name in connections


def remove(connector: ConnectorDefinition, name: str) -> None:
    """Delete a connection and its secrets.

    Raises:
        AuthorizationError: No connection has that name.
        NoKeyringError: It is deleted, but its secret may still be in a keyring that cannot be used now.
    """
    connections = known(connector)
    _require(connections, name)
    stored_names.write(connector.key, {other: entry for other, entry in connections.items() if other != name})
    for field in connector.connection.secrets:
        try:
            _forget(connector, name, field)
        except NoKeyringError as error:
            raise NoKeyringError(
                f"Connection “{name}” is deleted, but its secret is still in the keyring. {error.message}",
                hint=f"Delete the entry “{name}/{field}” of “{_service(connector)}” from the keyring yourself.",
            ) from None


def _forget(connector: ConnectorDefinition, name: str, field: str) -> None:
    """Delete a secret from the keyring, if it is there."""
    if _keyring(connector, "get_password", f"{name}/{field}") is not None:
        _keyring(connector, "delete_password", f"{name}/{field}")


def default_name(connector: ConnectorDefinition) -> str | None:
    """The stored connection that is used when none is named."""
    return next((name for name, entry in known(connector).items() if entry.get("default")), None)


def set_default(connector: ConnectorDefinition, name: str) -> None:
    """Use a stored connection when none is named.

    Raises:
        AuthorizationError: No connection has that name.
    """
    connections = known(connector)
    _require(connections, name)
    others = {other: {**entry, "default": False} for other, entry in connections.items()}
    stored_names.write(connector.key, {**others, name: {**connections[name], "default": True}})


def stored_connection(
    connector: ConnectorDefinition,
    name: str | None,
    *,
    base_url: str | None = None,
    allow_insecure: bool = False,
    with_secrets: bool = True,
) -> Connection:
    """The connection to use: the named one, otherwise the environment's, the `.env` file's, or the default one.

    Args:
        connector: The connector.
        name: The name of a stored connection.
        base_url: Replaces the stored base URL.
        allow_insecure: Allow an `http://` address on another machine.
        with_secrets: Also read the secrets; false leaves the keyring closed, which is enough for a preview.

    Raises:
        AuthorizationError: No connection has that name.
        NoKeyringError: The keyring cannot be used.
    """
    if name is None:
        values: dict[str, Any] = {**from_environment(connector)}
        name = None if values else default_name(connector)
        if name is None:
            return Connection(base_url=base_url, allow_insecure=allow_insecure, **values)
    connections = known(connector)
    _require(connections, name)
    entry = connections[name]
    fields = connector.connection.secrets if with_secrets else ()
    found: dict[str, Any] = {field: _keyring(connector, "get_password", f"{name}/{field}") for field in fields}
    found |= {
        field: text for field, text in entry.get("fields", {}).items() if field in connector.connection.properties
    }
    return Connection(
        base_url=base_url or entry.get("base_url"),
        allow_insecure=allow_insecure or bool(entry.get("allow_insecure")),
        name=name,
        kind=entry.get("kind", ""),
        **found,
    )


def _require(connections: stored_names.Entries, name: str) -> None:
    if name not in connections:
        names = ", ".join(sorted(connections))
        stored = f"Stored connections: {names}." if connections else "No connections are stored."
        hint = did_you_mean(name, connections, stored)
        raise AuthorizationError(f"Connection “{name}” not found. {hint}", code="unknown_connection")


def _service(connector: ConnectorDefinition) -> str:
    return f"{connector.key}-connector"


def _keyring(connector: ConnectorDefinition, function: str, *arguments: str) -> str | None:
    """Call a function of the system keyring.

    Raises:
        NoKeyringError: It is not installed, or it failed.
    """
    try:
        keyring = importlib.import_module("keyring")
        secret: str | None = getattr(keyring, function)(_service(connector), *arguments)
    except ImportError:
        raise _no_keyring(
            connector, "Keyring support is not installed.", "Install it with “pip install keyring”"
        ) from None
    except Exception as error:
        # Backends raise errors of their own kinds, and their texts may quote the secret.
        raise _no_keyring(connector, f"The system keyring cannot be used ({type(error).__name__}).") from None
    return secret


def _no_keyring(
    connector: ConnectorDefinition, message: str, fix: str = "Unlock or install a keyring"
) -> NoKeyringError:
    names = variables(connector)
    return NoKeyringError(message, hint=f"{fix}{f', or set {names}' if names else ''}.")
