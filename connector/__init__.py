"""Run the actions of a connector: declarative definitions, small handlers, one careful runtime.

    from connector import Connection, Connector

Everything else is loaded when it is first used, so that importing this package costs a host nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from connector.call.result import Choice, Meta, Preview, Result
    from connector.catalogue.action import Action
    from connector.connections.connection import Connection
    from connector.connector import Connector
    from connector.definition.file_value import File, FileError
    from connector.errors import (
        AuthorizationError,
        ConnectorError,
        DefinitionError,
        ExitStatus,
        InputError,
        OutcomeUnknownError,
        OutputError,
        Problem,
        RefusedError,
        ThrottledError,
        UnavailableError,
        UnknownActionError,
    )

_HOMES = {
    "connector.catalogue.action": ["Action"],
    "connector.connections.connection": ["Connection"],
    "connector.errors": [
        "AuthorizationError",
        "ConnectorError",
        "DefinitionError",
        "ExitStatus",
        "InputError",
        "OutcomeUnknownError",
        "OutputError",
        "Problem",
        "RefusedError",
        "ThrottledError",
        "UnavailableError",
        "UnknownActionError",
    ],
    "connector.definition.file_value": ["File", "FileError"],
    "connector.call.result": ["Choice", "Meta", "Preview", "Result"],
    "connector.connector": ["Connector"],
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "Action",
    "AuthorizationError",
    "Choice",
    "Connection",
    "Connector",
    "ConnectorError",
    "DefinitionError",
    "ExitStatus",
    "File",
    "FileError",
    "InputError",
    "Meta",
    "OutcomeUnknownError",
    "OutputError",
    "Preview",
    "Problem",
    "RefusedError",
    "Result",
    "ThrottledError",
    "UnavailableError",
    "UnknownActionError",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME_OF[name]), name)
