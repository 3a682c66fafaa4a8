"""A request as a curl command to paste into a shell. The secret is an environment variable, never its value."""

from __future__ import annotations

import json
import os
import re
import shlex

from connector.call.result import Preview
from connector.definition.service import ConnectorDefinition

_FIELD = re.compile(r"{([^}]+)}")
_SHELL = re.compile(r'([\\"$`])')


def curl_command(connector: ConnectorDefinition, preview: Preview) -> str:
    """The command, on one line.

    Args:
        connector: Says how the secret is sent, and which environment variables hold it.
        preview: The request, with its secrets masked.
    """
    parts = ["curl", "--globoff", "--path-as-is", "-X", preview.method, shlex.quote(preview.url)]
    for name, value in preview.headers.items():
        if name == connector.authorization.header:
            parts += ["-H", _authorization_header(connector)]
        else:
            parts += ["-H", shlex.quote(f"{name}: {value}")]
    if preview.body is not None:
        parts += ["--data-raw", shlex.quote(json.dumps(preview.body, ensure_ascii=False))]
    return " ".join(parts)


def _authorization_header(connector: ConnectorDefinition) -> str:
    """The header in double quotes: the shell inserts the secret when the command runs."""
    declared = connector.authorization
    pieces = _FIELD.split(f"{declared.header}: {declared.template}")
    filled = [
        _variable(connector, piece) if place % 2 else _SHELL.sub(r"\\\1", piece) for place, piece in enumerate(pieces)
    ]
    return f'"{"".join(filled)}"'


def _variable(connector: ConnectorDefinition, field: str) -> str:
    """The variable that is set, otherwise the first one; if it is empty, the shell stops with an error."""
    names = connector.connection.environment.get(field) or [field.upper()]
    name = next((name for name in names if os.environ.get(name)), names[0])
    return f"${{{name}:?}}"
