"""What to type next after an error: commands of this program, which the layers below do not know."""

from __future__ import annotations

from connector.connections import stored
from connector.definition.service import ConnectorDefinition
from connector.errors import ConnectorError


def ways_to_connect(definition: ConnectorDefinition, program: str) -> str:
    """How to provide the secrets of a connection."""
    names = stored.variables(definition)
    return f"{f'Set {names}, or store' if names else 'Store'} a connection:\n  {program} connection add NAME"


def add_connection_hint(
    error: ConnectorError, definition: ConnectorDefinition, program: str, *, offer_sandbox: bool = False
) -> ConnectorError:
    """The error; if a secret is missing, with the ways to provide it as its hint."""
    if error.error_code == "missing_secret":
        sandbox = "\nTo try it without an account, add --sandbox." if offer_sandbox else ""
        error.hint = ways_to_connect(definition, program) + sandbox
    return error
