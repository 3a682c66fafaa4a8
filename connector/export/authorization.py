"""How the connector authenticates, for formats that can express only some ways of it."""

from __future__ import annotations

from connector.definition.service import ConnectorDefinition
from connector.export.errors import ExportError


def only_header(manifest: ConnectorDefinition, target: str) -> tuple[str, str]:
    """The name and the template of the one header that carries the secrets.

    Raises:
        ExportError: The connector authenticates in another way.
    """
    sent = manifest.authorization
    if len(manifest.kinds) > 1 or sent.query or sent.basic is not None or len(sent.headers) != 1:
        raise ExportError(f"{target} cannot express the connector's “authorization”: it needs exactly one header.")
    return next(iter(sent.headers.items()))
