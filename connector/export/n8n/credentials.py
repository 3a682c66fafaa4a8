"""The credential of the package: its fields, how it signs requests, and the request that tests it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from connector.definition import templates
from connector.definition.field import FieldSchema
from connector.definition.service import ConnectorDefinition
from connector.export.errors import ExportError
from connector.export.n8n import style
from connector.export.n8n.expressions import authenticate, base_url, in_credentials, optional, statements
from connector.export.n8n.layout import OBJECT_NAMES
from connector.export.n8n.node import NodeData
from connector.export.n8n.typescript import source, text
from connector.export.templates import filled


def icon_paths(node: NodeData, depth: int) -> dict[str, str]:
    """The paths of the icons, from a file that many folders deep."""
    up = "../" * depth
    return {"light": f"file:{up}icons/{node.node_name}.svg", "dark": f"file:{up}icons/{node.node_name}.dark.svg"}


def credentials(node: NodeData) -> str:
    """The TypeScript of the credentials: their fields, authentication, and the request that tests them.

    Raises:
        ExportError: A field of the connection is not a text, or n8n cannot run the action that tests connections.
    """
    manifest = node.manifest
    fields = [*_kind_field(manifest), *_connection_fields(manifest)]
    for name in OBJECT_NAMES.intersection(field["name"] for field in fields):
        raise ExportError(f"n8n cannot have a field of the name “{name}” in its credentials.")
    names = [field["name"] for field in fields] + ["baseUrl", "callsPerMinute", "allowInsecure"]
    for name in names:
        if names.count(name) > 1:
            raise ExportError(f"Two fields of the n8n credentials would have the name “{name}”.")
    is_template = bool(templates.names(manifest.base_url))
    about = "Leave it empty to use the URL that the other fields make. " if is_template else ""
    fields.append(
        {
            "displayName": "Base URL",
            "name": "baseUrl",
            "type": "string",
            "default": "" if is_template else manifest.base_url,
            **({} if is_template else {"required": True}),
            "description": f"The URL of the API. {about}Change it to use a test server or a proxy",
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
    test = _test(node)
    tests = ["ICredentialTestRequest"] if test is not None else []
    return filled(
        Path(__file__).with_name("credentials_template.ts"),
        class_name=node.credential_class,
        name=source(node.credential_name),
        display_name=source(style.title(f"{manifest.title} Actions API")),
        icon=source(icon_paths(node, 1), 1),
        documentation_url=source(node.selection.required_publisher.url),
        properties=source(fields, 1),
        authenticate=_authenticate(manifest),
        imports="\n".join(f"\t{name}," for name in sorted({*_types(manifest), *tests, "ICredentialType"})),
        test="" if test is None else f"\n\n\ttest: ICredentialTestRequest = {source({'request': test}, 1)};",
    )


def _types(manifest: ConnectorDefinition) -> list[str]:
    """The types that authentication needs, in n8n's order."""
    if authenticate(manifest) is not None:
        return ["IAuthenticateGeneric"]
    return ["ICredentialDataDecryptedObject", "IHttpRequestOptions"]


def _authenticate(manifest: ConnectorDefinition) -> str:
    """The member that signs requests."""
    if (properties := authenticate(manifest)) is not None:
        return f"authenticate: IAuthenticateGeneric = {source({'type': 'generic', 'properties': properties}, 1)};"
    if len(manifest.kinds) == 1:
        lines = [f"\t\t{each}" for each in statements(manifest.kinds[0])]
    else:
        lines = ["\t\tswitch (field('kind')) {"]
        for kind in manifest.kinds:
            lines += [
                f"\t\t\tcase {text(kind.key)}:",
                *(f"\t\t\t\t{each}" for each in statements(kind)),
                "\t\t\t\tbreak;",
            ]
        lines += ["\t\t}"]
    return filled(Path(__file__).with_name("authenticate_template.ts"), lines="\n".join(lines))


def calls_per_minute(manifest: ConnectorDefinition) -> int:
    """The connector's call limit, as calls per minute."""
    return max(1, int(manifest.throttle.calls * 60 / manifest.throttle.renewal_period))


def _kind_field(manifest: ConnectorDefinition) -> list[dict[str, Any]]:
    """The select for the kind of connection, if there are several."""
    if len(manifest.kinds) == 1:
        return []
    options = [{"name": style.title(kind.title), "value": kind.key} for kind in manifest.kinds]
    field = {"displayName": "Authentication", "name": "kind", "type": "options", "options": options}
    return [{**field, "default": manifest.kinds[0].key}]


def _connection_fields(manifest: ConnectorDefinition) -> Iterator[dict[str, Any]]:
    for name, field in manifest.connection.properties.items():
        kinds = [kind for kind in manifest.kinds if name in kind.fields]
        made = _credential_field(name, field, required=bool(kinds) and all(name in kind.required for kind in kinds))
        if len(kinds) < len(manifest.kinds):
            made["displayOptions"] = {"show": {"kind": [kind.key for kind in kinds]}}
        yield made


def _test(node: NodeData) -> dict[str, Any] | None:
    """The request that tests credentials; None if the connector names no action for that."""
    manifest = node.manifest
    if manifest.connection.test is None:
        return None
    test = next((action for action in node.sources.values() if action.key == manifest.connection.test), None)
    request = None if test is None else test.definition.request
    if request is None or request.placeholders or request.method != "GET":
        raise ExportError(
            f"n8n tests credentials with a GET without inputs, which the action “{manifest.connection.test}” is not."
        )
    made: dict[str, Any] = {
        "baseURL": base_url(request.base_url or manifest.base_url),
        "url": in_credentials(request.path),
        "method": "GET",
    }
    headers, query = {**manifest.headers, **request.headers}, {**manifest.query, **request.query}
    for word, pairs in (("headers", headers), ("qs", query)):
        own = {name: optional(template) for name, template in pairs.items() if not templates.input_names(template)}
        made |= {word: own} if own else {}
    return made


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
