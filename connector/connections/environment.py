"""A connection from environment variables, or from a `.env` file in the current directory.

A variable of the environment wins over the file. Only the variables that the connector declares are read from the file:
nothing else in it reaches this process.
"""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

from connector.definition.service import ConnectorDefinition
from connector.errors import AuthorizationError

FILE = ".env"


def from_environment(connector: ConnectorDefinition) -> dict[str, str]:
    """The connection fields that are set in environment variables; those of the `.env` file if there are none.

    Raises:
        AuthorizationError: The file cannot be read.
    """
    return _values(connector, os.environ) or _values(connector, _file_variables())


def source(connector: ConnectorDefinition) -> str | None:
    """Where the fields come from: `environment` or `.env`; None if nowhere."""
    if _values(connector, os.environ):
        return "environment"
    return FILE if from_environment(connector) else None


def file_is_unread() -> bool:
    """Whether there is a `.env` file that is not read, because python-dotenv is not installed."""
    return Path(FILE).is_file() and importlib.util.find_spec("dotenv") is None


def variables(connector: ConnectorDefinition) -> str:
    """The environment variables for the secrets of a connection, as part of a sentence; empty if there are none."""
    declared = connector.connection.environment
    found = ([field for field in kind.required if declared.get(field)] for kind in connector.kinds)
    fields = next(filter(None, found), [])
    return " and ".join(" or ".join(declared[field]) for field in fields)


def _values(connector: ConnectorDefinition, found: os._Environ[str] | dict[str, str | None]) -> dict[str, str]:
    declared = connector.connection
    values: dict[str, str] = {}
    for field in declared.properties:
        texts = (found.get(variable) for variable in declared.environment.get(field, []))
        value = next((text for text in texts if text and text.strip()), None)
        if value:
            values[field] = value
    return values


def _file_variables() -> dict[str, str | None]:
    if not Path(FILE).is_file() or file_is_unread():
        return {}
    from dotenv import dotenv_values  # noqa: PLC0415 - an extra, needed only where there is a file

    try:
        # A secret may contain a dollar sign, so nothing is expanded.
        return dotenv_values(FILE, interpolate=False, encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise AuthorizationError(f"The file {FILE} cannot be read: {reason}.", code="env_file") from None
