"""The files of the package beside the node's own: package.json, tsconfig, credentials, codex, icons."""

from __future__ import annotations

import re
from typing import Any

from connector.definition.field import FieldSchema
from connector.definition.service import ConnectorDefinition
from connector.export.errors import ExportError
from connector.export.n8n import style
from connector.export.n8n.node import NodeData
from connector.export.n8n.typescript import source

NODE_CLI = "0.48.3"
ESLINT = "9.32.0"
TYPESCRIPT = "5.9.2"
"""The versions in n8n's own template of a node package; this package was tested with them."""

_CATEGORIES = (
    "Analytics",
    "Communication",
    "Development",
    "Finance & Accounting",
    "Marketing",
    "Productivity",
    "Sales",
)


def package_json(node: NodeData) -> dict[str, Any]:
    """`package.json`.

    Raises:
        ExportError: Nobody publishes the connector.
    """
    manifest, publisher = node.manifest, node.required_publisher
    return {
        "name": node.package_name,
        "version": manifest.version,
        "description": f"n8n node: {manifest.description}",
        "license": "MIT",
        "homepage": publisher.url,
        "keywords": ["n8n-community-node-package", "n8n", manifest.key],
        "author": publisher.model_dump(),
        "repository": {"type": "git", "url": publisher.url},
        "scripts": {"build": "n8n-node build", "lint": "n8n-node lint", "dev": "n8n-node dev"},
        "files": ["dist"],
        "n8n": {
            "n8nNodesApiVersion": 1,
            "strict": True,
            "credentials": [f"dist/credentials/{node.credential_class}.credentials.js"],
            "nodes": [f"dist/nodes/{node.class_name}/{node.class_name}.node.js"],
        },
        "devDependencies": {"@n8n/node-cli": NODE_CLI, "eslint": ESLINT, "typescript": TYPESCRIPT},
        "peerDependencies": {"n8n-workflow": "*"},
    }


def tsconfig() -> dict[str, Any]:
    """`tsconfig.json`, as n8n's template has it."""
    return {
        "compilerOptions": {
            "strict": True,
            "module": "commonjs",
            "moduleResolution": "node",
            "target": "es2019",
            "lib": ["es2019", "es2020", "es2022.error"],
            "removeComments": True,
            "useUnknownInCatchVariables": False,
            "forceConsistentCasingInFileNames": True,
            "noImplicitAny": True,
            "noImplicitReturns": True,
            "noUnusedLocals": True,
            "strictNullChecks": True,
            "preserveConstEnums": True,
            "esModuleInterop": True,
            "resolveJsonModule": True,
            "incremental": True,
            "declaration": True,
            "sourceMap": True,
            "skipLibCheck": True,
            "outDir": "./dist/",
        },
        "include": ["credentials/**/*", "nodes/**/*", "nodes/**/*.json", "package.json"],
    }


def codex(node: NodeData) -> dict[str, Any]:
    """The codex file: how n8n's node picker lists the node, and where its documentation is."""
    publication = node.manifest.publication
    known = [name for name in publication.categories if name in _CATEGORIES] if publication is not None else []
    links = [{"url": node.required_publisher.url}]
    return {
        "node": f"{node.package_name}.{node.node_name}",
        "nodeVersion": "1.0",
        "codexVersion": "1.0",
        "categories": known or ["Development"],
        "resources": {"credentialDocumentation": links, "primaryDocumentation": links},
    }


def icons(node: NodeData, svg: bytes) -> dict[str, bytes]:
    """The icon for light themes, and one with a lighter background for dark themes."""
    text = svg.decode()
    ground = node.manifest.brand_color
    dark = re.sub(re.escape(ground), _lighter(ground), text, flags=re.IGNORECASE)
    return {f"icons/{node.node_name}.svg": svg, f"icons/{node.node_name}.dark.svg": dark.encode()}


def _lighter(color: str) -> str:
    """The colour, a third of the way to white."""
    parts = [int(color[place : place + 2], 16) for place in (1, 3, 5)]
    return "#" + "".join(f"{part + (255 - part) // 3:02x}" for part in parts)


def icon_words(node: NodeData, depth: int) -> dict[str, str]:
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
    test = next((action for action in node.sources.values() if action.key == manifest.connection.test), None)
    if test is None or test.definition.request.placeholders or test.definition.request.method != "GET":
        raise ExportError(
            f"n8n tests credentials with a GET without inputs, which the action “{manifest.connection.test}” is not."
        )
    authenticate = {"type": "generic", "properties": {"headers": {manifest.authorization.header: signature(manifest)}}}
    request = {"baseURL": base_url(), "url": test.definition.request.path, "method": "GET"}
    return f"""import type {{
	IAuthenticateGeneric,
	ICredentialTestRequest,
	ICredentialType,
	Icon,
	INodeProperties,
}} from 'n8n-workflow';

export class {node.credential_class} implements ICredentialType {{
	name = {source(node.credential_name)};

	displayName = {source(f"{manifest.title} Actions API")};

	icon: Icon = {source(icon_words(node, 1), 1)};

	documentationUrl = {source(node.required_publisher.url)};

	properties: INodeProperties[] = {source(fields, 1)};

	authenticate: IAuthenticateGeneric = {source(authenticate, 1)};

	test: ICredentialTestRequest = {source({"request": request}, 1)};
}}
"""


def base_url() -> str:
    """The expression for the base URL, without a trailing slash."""
    return r'={{ $credentials.baseUrl.replace(/\/+$/, "") }}'


def signature(manifest: ConnectorDefinition) -> str:
    """The expression for the value of the authentication header, without prefixes that users pasted."""
    prefixes = "|".join(re.escape(prefix.strip()).replace("/", r"\/") for prefix in manifest.authorization.strip)
    strip = rf'.replace(/^(?:{prefixes})\s+/i, "")' if prefixes else ""
    value = re.sub(
        r"{([^}]+)}",
        lambda field: f"{{{{ $credentials.{style.camel(field.group(1))}.trim(){strip} }}}}",
        manifest.authorization.template,
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
