"""A request as a curl command that can be pasted: the secret is an environment variable, never written out."""

from __future__ import annotations

import json
import re
import shlex

from connector.manifest import ConnectorDefinition
from connector.result import Preview

_FIELD = re.compile(r"{([^}]+)}")


def curl_line(connector: ConnectorDefinition, preview: Preview) -> str:
    """The command, one line."""
    parts = ["curl", "--globoff", "--path-as-is", "-X", preview.method, shlex.quote(preview.url)]
    for name, value in preview.headers.items():
        if name == connector.authorization.header:
            # Double quotes: the shell fills the secret in when the command runs.
            template = connector.authorization.template
            signature = _FIELD.sub(lambda field: _variable(connector, field.group(1)), template)
            parts += ["-H", f'"{name}: {signature}"']
        else:
            parts += ["-H", shlex.quote(f"{name}: {value}")]
    if preview.body is not None:
        parts += ["--data-raw", shlex.quote(json.dumps(preview.body, ensure_ascii=False))]
    return " ".join(parts)


def _variable(connector: ConnectorDefinition, field: str) -> str:
    names = connector.connection.environment.get(field) or [field.upper()]
    return f"${{{names[0]}}}"
