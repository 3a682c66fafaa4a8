"""The connections of a user: names and addresses in a private file, secrets in the system's keyring."""

from __future__ import annotations

import importlib
import json
import os
from pathlib import Path
from typing import Any

from connector import state
from connector.bundle import Bundle
from connector.connection import Connection, check_base_url
from connector.errors import AuthorizationError, ConnectorError
from connector.sentences import nearest

DEFAULT = "default"


class NoKeyringError(ConnectorError):
    """There is nowhere to keep a secret."""

    code = "no_keyring"
    exit_status = AuthorizationError.exit_status


def _file(bundle: Bundle) -> Path:
    return state.folder() / f"{bundle.manifest.key}-connections.json"


def known(bundle: Bundle) -> dict[str, dict[str, Any]]:
    """The stored connections by name: `base_url` and `allow_insecure`, no secrets.

    Raises:
        StateError: The file is damaged.
    """
    path = _file(bundle)
    if not path.exists():
        return {}
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError):
        raise state.StateError(
            f"The file {path} is damaged and cannot be read.",
            hint="Move it away and add the connections again; the secrets are not in it.",
        ) from None
    return stored if isinstance(stored, dict) else {}


def add(bundle: Bundle, name: str, secrets: dict[str, str], base_url: str | None, *, allow_insecure: bool) -> None:
    """Store a connection: its secrets in the keyring, the rest in the file.

    Raises:
        NoKeyringError: There is no keyring.
        AuthorizationError: The address may not be used.
    """
    entry: dict[str, Any] = {}
    if base_url:
        entry["base_url"] = check_base_url(base_url, allow_insecure=allow_insecure)
        entry["allow_insecure"] = allow_insecure
    for field, secret in secrets.items():
        _keyring("set_password", _service(bundle), f"{name}/{field}", secret)
    _save(bundle, known(bundle) | {name: entry})


def remove(bundle: Bundle, name: str) -> None:
    """Forget a connection and its secrets.

    Raises:
        AuthorizationError: There is none of that name.
    """
    connections = known(bundle)
    _require(connections, name)
    for field in bundle.manifest.connection.properties:
        if _keyring("get_password", _service(bundle), f"{name}/{field}") is not None:
            _keyring("delete_password", _service(bundle), f"{name}/{field}")
    _save(bundle, {other: entry for other, entry in connections.items() if other != name})


def stored_connection(
    bundle: Bundle, name: str | None, *, base_url: str | None = None, allow_insecure: bool = False
) -> Connection:
    """The connection to use: the named one, else the environment's, else the stored one called “default”.

    Raises:
        AuthorizationError: There is none.
    """
    if name is None:
        values = from_environment(bundle)
        if values or DEFAULT not in known(bundle):
            return Connection(base_url=base_url, allow_insecure=allow_insecure, **values)
        name = DEFAULT
    connections = known(bundle)
    _require(connections, name)
    entry = connections[name]
    secrets = {
        field: _keyring("get_password", _service(bundle), f"{name}/{field}")
        for field in bundle.manifest.connection.properties
    }
    return Connection(
        base_url=base_url or entry.get("base_url"),
        allow_insecure=allow_insecure or bool(entry.get("allow_insecure")),
        name=name,
        **secrets,
    )


def from_environment(bundle: Bundle) -> dict[str, str]:
    """The connection fields that environment variables give."""
    declared = bundle.manifest.connection
    values: dict[str, str] = {}
    for field in declared.properties:
        found = (os.environ.get(variable) for variable in declared.environment.get(field, []))
        value = next((text for text in found if text and text.strip()), None)
        if value:
            values[field] = value
    return values


def sandbox_connection(bundle: Bundle, url: str) -> Connection:
    """A connection to the local service, which takes any secret."""
    values: dict[str, Any] = dict.fromkeys(bundle.manifest.connection.required, "sandbox")
    return Connection(base_url=url, name="sandbox", **values)


def _require(connections: dict[str, dict[str, Any]], name: str) -> None:
    if name not in connections:
        close = nearest(name, list(connections))
        names = ", ".join(sorted(connections)) or "none"
        meant = f" Did you mean “{close[0]}”?" if close else f" Stored are: {names}."
        raise AuthorizationError(f"There is no connection “{name}”.{meant}", code="unknown_connection")


def _save(bundle: Bundle, connections: dict[str, dict[str, Any]]) -> None:
    content = json.dumps(connections, ensure_ascii=False, indent=2, sort_keys=True)
    state.write_private(_file(bundle), content.encode())


def _service(bundle: Bundle) -> str:
    return f"{bundle.manifest.key}-connector"


def _keyring(function: str, *arguments: str) -> str | None:
    """Call the system's keyring.

    Raises:
        NoKeyringError: It is not installed, or the system has none.
    """
    try:
        keyring = importlib.import_module("keyring")
        answer: str | None = getattr(keyring, function)(*arguments)
    except ImportError:
        raise NoKeyringError(
            "The keyring support is not installed, so there is no safe place for the secret.",
            hint="Install the package with its extra “keyring”, or give the secret in the environment.",
        ) from None
    except Exception as error:
        # Its backends raise errors of their own kinds; their texts may quote what they were given.
        raise NoKeyringError(
            f"This system's keyring cannot be used ({type(error).__name__}).",
            hint="Unlock or install one, or give the secret in the environment.",
        ) from None
    return answer
