"""The credential of the package: its fields, how it signs requests, and the request that tests it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from connector.definition.field import FieldSchema
from connector.definition.service import ConnectorDefinition
from connector.definition.templates import fill_connection
from connector.export.authorization import only_header
from connector.export.errors import ExportError
from connector.export.n8n import style
from connector.export.n8n.node import NodeData
from connector.export.n8n.typescript import source
from connector.export.templates import filled


def icon_paths(node: NodeData, depth: int) -> dict[str, str]:
    """The paths of the icons, from a file that many folders deep."""
    up = "../" * depth
    return {"light": f"file:{up}icons/{node.node_name}.svg", "dark": f"file:{up}icons/{node.node_name}.dark.svg"}


def credentials(node: NodeData) -> str:
    """The TypeScript of the credentials: their fields, authentication, and the request that tests them."""
    manifest = node.manifest
    fields = [
        _credential_field(name, field, required=name in manifest.connection.required)
        for name, field in manifest.connection.properties.items()
    ]
    fields.append(
        {
            "displayName": "Base URL",
            "name": "baseUrl",
            "type": "string",
            "default": manifest.base_url,
            "required": True,
            "description": "The URL of the API. Change it to use a test server or a proxy",
        }
    )
    most = calls_per_minute(manifest)
    fields.append(
        {
            "displayName": "Calls per Minute",
            "name": "callsPerMinute",
            "type": "number",
            "typeOptions": {"minValue": 1, "maxValue": most},
            "default": most,
            "description": (
                f"The most calls that one n8n process makes. In queue mode, divide {most} by the number of workers."
            ),
        }
    )
    fields.append(
        {
            "displayName": "Allow Insecure URL",
            "name": "allowInsecure",
            "type": "boolean",
            "default": False,
            "description": "Whether the base URL may start with http://. The secret is then sent unencrypted.",
        }
    )
    test = next((action for action in node.sources.values() if action.key == manifest.connection.test), None)
    if test is None or test.definition.request.placeholders or test.definition.request.method != "GET":
        raise ExportError(
            f"n8n tests credentials with a GET without inputs, which the action “{manifest.connection.test}” is not."
        )
    authenticate = {
        "type": "generic",
        "properties": {"headers": {only_header(manifest, "n8n")[0]: signature(manifest)}},
    }
    request = {"baseURL": base_url(), "url": test.definition.request.path, "method": "GET"}
    return filled(
        Path(__file__).with_name("credentials_template.ts"),
        class_name=node.credential_class,
        name=source(node.credential_name),
        display_name=source(f"{manifest.title} Actions API"),
        icon=source(icon_paths(node, 1), 1),
        documentation_url=source(node.required_publisher.url),
        properties=source(fields, 1),
        authenticate=source(authenticate, 1),
        test=source({"request": request}, 1),
    )


def calls_per_minute(manifest: ConnectorDefinition) -> int:
    """The connector's call limit, as calls per minute."""
    return max(1, int(manifest.throttle.calls * 60 / manifest.throttle.renewal_period))


def base_url() -> str:
    """The expression for the base URL, without a trailing slash."""
    return r'={{ $credentials.baseUrl.replace(/\/+$/, "") }}'


def signature(manifest: ConnectorDefinition) -> str:
    """The expression for the value of the authentication header, without prefixes that users pasted."""
    prefixes = "|".join(re.escape(prefix.strip()).replace("/", r"\/") for prefix in manifest.authorization.strip)
    strip = rf'.replace(/^(?:{prefixes})\s+/i, "")' if prefixes else ""
    value = fill_connection(
        only_header(manifest, "n8n")[1], lambda field: f"{{{{ $credentials.{style.camel(field)}.trim(){strip} }}}}"
    )
    return f"={value}"


def _credential_field(name: str, field: FieldSchema, *, required: bool) -> dict[str, Any]:
    if field.types != ("string",):
        raise ExportError(f"The connection field “{name}” must be a string for n8n.")
    display = style.title(field.title or name)
    made: dict[str, Any] = {"displayName": display, "name": style.camel(name), "type": "string"}
    if field.write_only:
        made["typeOptions"] = {"password": True}
    made["default"] = ""
    if required:
        made["required"] = True
    return made | {"description": style.description(field.description or "", beside=display)}
