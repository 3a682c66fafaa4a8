"""A request as a curl command to paste into a shell. Each secret is an environment variable, never its value."""

from __future__ import annotations

import os
import re
import shlex

from connector.call.curl_body import body_options
from connector.call.result import Preview
from connector.connections.auth import Auth
from connector.definition.service import ConnectorDefinition
from connector.http.request import HttpRequest

_SHELL = re.compile(r'([\\"$`])')
_MARK = "\ue000"
"""On both sides of a field's name, where a variable of the shell belongs."""


def curl_command(connector: ConnectorDefinition, preview: Preview) -> str:
    """The command, on one line.

    Args:
        connector: Says which environment variables hold the secrets.
        preview: The request, without its secrets.
    """
    if preview.unsigned is None:
        raise ValueError("the preview does not come from a connector")
    unsigned: tuple[HttpRequest, Auth] = preview.unsigned
    request, auth = unsigned
    credentials: list[str] = []

    def basic(pair: str) -> str:
        credentials.append(pair)
        return ""

    url, headers = auth.replace(request, lambda field: f"{_MARK}{field}{_MARK}", basic)
    parts = ["curl", "--globoff", "--path-as-is"]
    # Of HEAD curl has to know that no body follows.
    parts += ["--head"] if preview.method == "HEAD" else ["-X", preview.method]
    address, _, query = url.partition("?")
    pairs = query.split("&") if query else []
    plain = [pair for pair in pairs if _MARK not in pair]
    parts.append(_quoted(connector, address + ("?" + "&".join(plain) if plain else "")))
    for pair in pairs:
        if pair not in plain:
            parts += ["--url-query", _quoted(connector, pair)]  # curl encodes what the variable holds
    for pair in credentials:
        parts += ["-u", _quoted(connector, pair)]
    for name, value in headers.items():
        if name == "Content-Type" and request.encoding == "multipart":
            continue  # curl draws the line between the parts itself
        if value or not credentials:
            parts += ["-H", _quoted(connector, f"{name}: {value}")]
    if preview.body is not None:
        parts += body_options(request.encoding, preview.body)
    return " ".join(parts)


def _quoted(connector: ConnectorDefinition, text: str) -> str:
    """The text for the shell, which inserts the secrets in it when the command runs."""
    pieces = text.split(_MARK)
    if len(pieces) == 1:
        return shlex.quote(text)
    filled = [
        _variable(connector, piece) if place % 2 else _SHELL.sub(r"\\\1", piece) for place, piece in enumerate(pieces)
    ]
    return f'"{"".join(filled)}"'


def _variable(connector: ConnectorDefinition, field: str) -> str:
    """The variable that is set, otherwise the first one; if it is empty, the shell stops with an error."""
    names = connector.connection.environment.get(field) or [re.sub(r"\W", "_", field).upper()]
    name = next((name for name in names if os.environ.get(name)), names[0])
    return f"${{{name}:?}}"
